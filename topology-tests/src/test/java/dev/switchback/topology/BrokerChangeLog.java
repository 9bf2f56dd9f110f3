package dev.switchback.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.ChangePartitioner;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.schema.TableSchema;

/** One table's change topic on a broker, written in Kafka transactions as capture does. Not thread-safe. */
final class BrokerChangeLog implements AutoCloseable {

    private final Flow flow;
    private final TableSchema table;
    private final RowType type;
    private final int partitions;
    private final Map<String, Object> kafka;
    private final SchemaStore schemas = new MemorySchemaStore();
    private final ChangeEncoder encoder;
    private final Admin admin;
    private final KafkaProducer<byte[], byte[]> producer;

    static BrokerChangeLog withTopic(String bootstrapServers, String migration, TableSchema table, int partitions) {
        BrokerChangeLog log = withoutTopic(bootstrapServers, migration, table, partitions);
        log.createTopic();
        return log;
    }

    static BrokerChangeLog withoutTopic(String bootstrapServers, String migration, TableSchema table, int partitions) {
        return new BrokerChangeLog(bootstrapServers, migration, table, partitions);
    }

    private BrokerChangeLog(String bootstrapServers, String migration, TableSchema table, int partitions) {
        this.flow = new Flow(migration, Direction.FORWARD);
        this.table = table;
        this.type = new RowType(table.columnNames());
        this.partitions = partitions;
        this.kafka = Map.of("bootstrap.servers", bootstrapServers);
        this.encoder = new ChangeEncoder(schemas, topic(), table);
        this.admin = Admin.create(kafka);
        Map<String, Object> config = new HashMap<>(kafka);
        config.put("transactional.id", flow.captureTransactionalId());
        this.producer = new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
    }

    void createTopic() {
        await(admin.createTopics(List.of(new NewTopic(topic(), partitions, (short) 1)))
                .all());
    }

    Flow flow() {
        return flow;
    }

    String topic() {
        return flow.changeTopic(table.id());
    }

    Map<String, Object> kafka() {
        return kafka;
    }

    SchemaStore schemas() {
        return schemas;
    }

    int partitions() {
        return partitions;
    }

    Map<String, List<Mapping>> mappings() {
        return Map.of(
                topic(),
                List.of(MappingCompiler.compile(
                        table, MappingCompiler.select(table, null, "test"), table, table.key(), "test")));
    }

    /** Inserts rows in one Kafka transaction: {@code (id, text, null)} for each id. */
    void insert(long fromId, long toId, String text) {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        producer.beginTransaction();
        for (long id = fromId; id < toId; id++) {
            Row row = new Row(type, new Object[] {id, text, null});
            Change change = new Change(Operation.INSERT, table.id(), null, row, id, System.currentTimeMillis() * 1_000);
            byte[] key = encoder.key(row);
            sent.add(producer.send(new ProducerRecord<>(
                    topic(), ChangePartitioner.partition(key, partitions), key, encoder.value(change))));
        }
        producer.commitTransaction();
        assertThat(sent).allMatch(Future::isDone);
    }

    /** What the consumer group has committed. */
    Map<Integer, Long> committed() {
        Map<TopicPartition, OffsetAndMetadata> offsets = await(admin.listConsumerGroupOffsets(
                        Map.of(flow.applicationId(), new ListConsumerGroupOffsetsSpec().topicPartitions(all())))
                .partitionsToOffsetAndMetadata(flow.applicationId()));
        return offsets.entrySet().stream()
                .filter(entry -> entry.getValue() != null)
                .collect(Collectors.toMap(entry -> entry.getKey().partition(), entry -> entry.getValue()
                        .offset()));
    }

    /** Where the partitions end, behind the last transaction marker. */
    Map<Integer, Long> ends() {
        return await(admin.listOffsets(all().stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())))
                        .all())
                .entrySet()
                .stream()
                .collect(Collectors.toMap(entry -> entry.getKey().partition(), entry -> entry.getValue()
                        .offset()));
    }

    /** How far a destination says it is, by partition. */
    Map<Integer, Long> applied(MemoryDestination destination) {
        return destination.checkpoints().entrySet().stream()
                .collect(Collectors.toMap(entry -> entry.getKey().partition(), entry -> entry.getValue()
                        .nextOffset()));
    }

    /** Makes a destination say that it is further back, or ahead. */
    void setCheckpoint(MemoryDestination destination, int partition, long offset) {
        InputPartition input = destination.checkpoints().keySet().stream()
                .filter(candidate -> candidate.partition() == partition)
                .findFirst()
                .orElseThrow();
        destination.setCheckpoint(input, new Checkpoint(offset, 0));
    }

    /** Removes the records before an offset, as retention does. */
    void removeBefore(int partition, long offset) {
        await(admin.deleteRecords(Map.of(new TopicPartition(topic(), partition), RecordsToDelete.beforeOffset(offset)))
                .all());
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }

    private static <T> T await(KafkaFuture<T> answer) {
        try {
            return answer.get(30, TimeUnit.SECONDS);
        } catch (InterruptedException | ExecutionException | TimeoutException e) {
            throw new AssertionError(e);
        }
    }

    private List<TopicPartition> all() {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic(), partition))
                .toList();
    }
}
