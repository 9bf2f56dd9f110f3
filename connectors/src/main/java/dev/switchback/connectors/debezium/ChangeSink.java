package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.ChangePartitioner;
import dev.switchback.connectors.avro.KeyChange;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.avro.WatermarkEncoder;
import dev.switchback.connectors.avro.WireOutput;
import dev.switchback.connectors.debezium.CaptureListener.Committed;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Writes changes and the log offset behind them in Kafka transactions. After any failure it must be closed and another
 * one opened: nothing of the open transaction will ever be seen. Not thread-safe, but for {@link #close}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // committing fails with whatever a send failed with
final class ChangeSink implements AutoCloseable {

    private static final int BUFFER_BYTES = 64 << 20;
    private static final int BATCH_BYTES = 256 << 10;
    private static final Duration ABANDON_WITHIN = Duration.ofMillis(500);

    private final Flow flow;
    private final int partitions;
    private final FaultPoints faults;
    private final Producer<byte[], byte[]> producer;
    private final Routes routes;
    private final Map<TableId, Target> targets = new HashMap<>();
    private final Map<TableId, Target> everywhere = new HashMap<>();
    private final Map<TableId, List<String>> keys = new ConcurrentHashMap<>();
    private final WireOutput output = new WireOutput();
    private final WatermarkEncoder watermarks;
    private boolean open;
    private int rowsRead;
    private int changes;
    private long bytes;
    private long commitMicros;
    private volatile @Nullable ProblemException tooLarge;

    /** Where a table's changes go, and how. */
    private record Target(String topic, ChangeEncoder encoder) {}

    /** Fences every earlier sink of the flow, and ends its open transaction. */
    ChangeSink(CaptureSettings settings, SchemaStore schemas, FaultPoints faults) {
        this.flow = settings.flow();
        this.routes = settings.routes();
        this.partitions = settings.topics().partitions();
        this.faults = faults;
        this.watermarks = new WatermarkEncoder(schemas);
        this.producer = new KafkaProducer<>(config(settings), new ByteArraySerializer(), new ByteArraySerializer());
        try {
            producer.initTransactions();
        } catch (RuntimeException failure) {
            close();
            throw failure;
        }
    }

    private static Map<String, Object> config(CaptureSettings settings) {
        Map<String, Object> config = new HashMap<>();
        int largest = settings.topics().maxRecordBytes();
        config.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, largest);
        config.put(ProducerConfig.BUFFER_MEMORY_CONFIG, (long) BUFFER_BYTES + largest);
        config.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        // Fuller batches cost the broker less; a commit sends what is there at once, so nobody waits for this.
        config.put(ProducerConfig.LINGER_MS_CONFIG, 20);
        // The broker ends a transaction a moment after it has answered the commit, and lets the next one wait.
        config.put(ProducerConfig.RETRY_BACKOFF_MS_CONFIG, 5L);
        config.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 15_000);
        config.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 15_000);
        config.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 30_000);
        config.putAll(settings.kafka());
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, settings.flow().captureTransactionalId());
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        return config;
    }

    /** Names the tables whose changes may be sent. */
    void use(List<CapturedTable> tables, SchemaStore schemas) {
        for (CapturedTable table : tables) {
            TableSchema schema = table.schema();
            TableId id = schema.id();
            if (routes.byKey(id)) {
                targets.put(id, target(routes.changeTopic(flow, id), schema, schemas));
            }
            if (routes.everywhere(id)) {
                everywhere.put(id, target(flow.lookupTopic(id), schema, schemas));
            }
            keys.put(id, schema.key());
        }
    }

    private Target target(String topic, TableSchema table, SchemaStore schemas) {
        return new Target(topic, routes.encoder(flow, topic, table, schemas, output));
    }

    /** @param keyed a row that has the change's key; null for a TRUNCATE, which goes to every partition */
    void send(Change change, @Nullable Row keyed) {
        send(change, keyed, null);
    }

    /** @param other a row that has the key under the other half, of a change that is half a change of key */
    void send(Change change, @Nullable Row keyed, @Nullable Row other) {
        Target byKey = targets.get(change.table());
        Target lookup = everywhere.get(change.table());
        if (byKey == null && lookup == null) {
            throw new IllegalArgumentException(change.table() + " is not captured");
        }
        count(change);
        if (byKey != null) {
            byte[] key = keyed == null ? null : byKey.encoder.key(keyed);
            byte[] otherKey = other == null ? null : byKey.encoder.key(other);
            byte[] value = byKey.encoder.value(change);
            if (key == null) {
                sendEverywhere(byKey, change.table(), null, value, null);
            } else {
                int partition = ChangePartitioner.partition(key, partitions);
                send(byKey, partition, change.table(), key, value, KeyChange.headers(change, otherKey), keyed);
            }
        }
        if (lookup != null) {
            byte[] key = keyed == null ? null : lookup.encoder.key(keyed);
            sendEverywhere(lookup, change.table(), key, lookup.encoder.value(change), keyed);
        }
    }

    private void sendEverywhere(
            Target target, TableId table, byte @Nullable [] key, byte[] value, @Nullable Row keyed) {
        for (int partition = 0; partition < partitions; partition++) {
            send(target, partition, table, key, value, List.of(), keyed);
        }
    }

    private void send(
            Target target,
            int partition,
            TableId table,
            byte @Nullable [] key,
            byte[] value,
            List<Header> headers,
            @Nullable Row keyed) {
        begin();
        bytes += value.length + (key == null ? 0 : key.length);
        send(
                new ProducerRecord<>(target.topic, partition, key, value, headers),
                (metadata, failure) -> remember(failure, target.topic, table, keyed, value.length));
    }

    private void send(ProducerRecord<byte[], byte[]> record, @Nullable Callback sent) {
        try {
            producer.send(record, sent);
        } catch (KafkaException failure) {
            throw explained(failure);
        }
    }

    /** Puts a watermark behind everything sent so far, in every partition of every change topic. */
    void sendWatermark(Watermark watermark) {
        byte[] value = watermarks.value(watermark);
        begin();
        Stream.of(targets, everywhere)
                .flatMap(each -> each.values().stream())
                .map(Target::topic)
                .distinct()
                .forEach(topic -> {
                    for (int partition = 0; partition < partitions; partition++) {
                        send(new ProducerRecord<>(topic, partition, null, value), null);
                    }
                });
    }

    /**
     * Stores what the captured tables look like, in a transaction of its own.
     *
     * @return where, for {@link StoredOffset#tables()}
     */
    long store(List<CapturedTable> tables) throws InterruptedException {
        begin();
        var stored = producer.send(
                new ProducerRecord<>(flow.offsetsTopic(), 0, OffsetsTopic.TABLES_KEY, CapturedTable.toJson(tables)));
        producer.commitTransaction();
        open = false;
        try {
            RecordMetadata metadata = stored.get();
            return metadata.offset();
        } catch (ExecutionException failure) {
            throw new KafkaException(failure);
        }
    }

    /** Commits what was sent, together with the offset behind it. */
    Committed commit(StoredOffset offset) {
        begin();
        try {
            producer.send(new ProducerRecord<>(flow.offsetsTopic(), 0, OffsetsTopic.OFFSET_KEY, offset.toJson()));
            faults.reached(Point.BEFORE_KAFKA_COMMIT);
            producer.commitTransaction();
        } catch (KafkaException failure) {
            throw explained(failure);
        }
        open = false;
        Committed committed = new Committed(rowsRead, changes, bytes, commitMicros);
        rowsRead = 0;
        changes = 0;
        bytes = 0;
        commitMicros = 0;
        faults.reached(Point.AFTER_KAFKA_COMMIT);
        return committed;
    }

    /** How many rows and changes were sent since the last commit. */
    int pending() {
        return rowsRead + changes;
    }

    /** Whether anything, changes or watermarks, was sent since the last commit. */
    boolean dirty() {
        return open;
    }

    @Override
    public void close() {
        // An open transaction is ended by the next sink, or by the broker when its time is up.
        producer.close(ABANDON_WITHIN);
    }

    private void count(Change change) {
        if (change.operation() == Operation.READ) {
            rowsRead++;
        } else {
            changes++;
            commitMicros = Math.max(commitMicros, change.commitMicros());
        }
    }

    private void begin() {
        if (!open) {
            producer.beginTransaction();
            open = true;
        }
    }

    /** A record that is too large makes everything after it in its transaction fail, too. */
    private RuntimeException explained(KafkaException failure) {
        ProblemException record = tooLarge;
        return record == null ? failure : record;
    }

    private void remember(@Nullable Exception failure, String topic, TableId table, @Nullable Row keyed, int bytes) {
        if (failure instanceof RecordTooLargeException && tooLarge == null) {
            tooLarge = new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            table + (keyed == null ? "" : " " + keyOf(keyed, table)),
                            "A change of this row takes " + bytes + " bytes, more than Kafka accepts in one record.",
                            "Raise max.message.bytes of the topic " + topic
                                    + " (and max.request.size under kafka: in the migration file) above that, and start"
                                    + " again; capture goes on with this change."),
                    failure);
        }
    }

    private String keyOf(Row row, TableId table) {
        return keys.getOrDefault(table, List.of()).stream()
                .map(column -> column + "=" + RowReader.text(row.value(column)))
                .collect(Collectors.joining(", ", "(", ")"));
    }
}
