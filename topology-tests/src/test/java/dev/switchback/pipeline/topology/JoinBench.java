package dev.switchback.pipeline.topology;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.ChangePartitioner;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * All tasks of both hops as they are in production, but fed by hand: each task takes the next record of any of its
 * partitions when it is told to. The destination is a map. Not thread-safe.
 */
final class JoinBench {

    static final int PARTITIONS = 3;

    private final Joins joins;
    private final MemorySchemaStore schemas = new MemorySchemaStore();
    private final ChangeDecoder decoder = new ChangeDecoder(schemas);
    private final Map<String, ChangeEncoder> encoders = new HashMap<>();
    private final Map<InputPartition, Deque<InputEvent>> inputs = new HashMap<>();
    private final Map<InputPartition, Long> ends = new HashMap<>();
    private final List<JoinTask> joining = new ArrayList<>();
    private final List<ClaimTask> claiming = new ArrayList<>();
    private final EventMapper mapper;

    /** The destination: rows by table and key, what is held by table and record key, and how far each partition is. */
    final Map<TableId, Map<String, List<@Nullable Object>>> rows = new HashMap<>();

    final Map<TableId, Map<String, String>> held = new HashMap<>();
    private final Map<InputPartition, Long> watermarks = new HashMap<>();
    private Mandate mandate = Mandate.FROM_THE_START;

    JoinBench(Joins joins, Path state) {
        this.joins = joins;
        this.mapper = new EventMapper(Map.of(), joins.byMutationTopic());
        joins.byChangeTopic()
                .forEach((topic, mapping) -> encoders.put(topic, new ChangeEncoder(schemas, topic, mapping.source())));
        joins.byLookupTopic()
                .forEach((topic, uses) -> encoders.put(
                        topic,
                        new ChangeEncoder(schemas, topic, uses.iterator().next().table())));
        for (RowMapping mapping : joins.mappings()) {
            rows.put(mapping.destination().id(), new TreeMap<>());
            held.put(mapping.destination().id(), new TreeMap<>());
        }
        for (int task = 0; task < PARTITIONS; task++) {
            joining.add(new JoinTask(task, state));
            claiming.add(new ClaimTask(task, state));
        }
    }

    /** What is applied from now on. */
    void mandate(Mandate now) {
        mandate = now;
    }

    /** Captures a change: into the partition of its key, and everywhere if rows are looked up in its table. */
    void capture(TableSchema table, Change change) {
        Row keyed = change.keyed();
        for (String topic : topics(table)) {
            ChangeEncoder encoder = encoders.get(topic);
            byte[] value = encoder.value(change);
            byte[] key = keyed == null ? new byte[0] : encoder.key(keyed);
            boolean everywhere = keyed == null || joins.byLookupTopic().containsKey(topic);
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (everywhere || ChangePartitioner.partition(key, PARTITIONS) == partition) {
                    append(topic, partition, key, value);
                }
            }
        }
    }

    void watermark(long id) {
        for (String topic : encoders.keySet()) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                InputPartition input = input(topic, partition);
                inputs.get(input)
                        .add(new InputEvent(
                                new InputChange(input, ends.merge(input, 1L, Long::sum), new byte[0], new byte[0]),
                                new Watermark(id, id, id)));
            }
        }
    }

    /** Lets tasks take records in a random order until every mutation partition has passed the watermark. */
    void runTo(long watermark, Random random) {
        List<Runnable> tasks = new ArrayList<>();
        joining.forEach(task -> tasks.add(() -> task.step(random)));
        claiming.forEach(task -> tasks.add(() -> task.step(random)));
        while (!passed(watermark)) {
            tasks.get(random.nextInt(tasks.size())).run();
        }
    }

    private boolean passed(long watermark) {
        return joins.byMutationTopic().keySet().stream()
                .allMatch(topic -> java.util.stream.IntStream.range(0, PARTITIONS)
                        .allMatch(partition -> watermarks.getOrDefault(input(topic, partition), 0L) >= watermark));
    }

    private List<String> topics(TableSchema table) {
        return java.util.stream.Stream.of(
                        joins.flow().changeTopic(table.id()), joins.flow().lookupTopic(table.id()))
                .filter(encoders::containsKey)
                .toList();
    }

    private void append(String topic, int partition, byte[] key, byte[] value) {
        InputPartition input = input(topic, partition);
        InputChange change = new InputChange(input, ends.merge(input, 1L, Long::sum), key, value);
        inputs.get(input).add(new InputEvent(change, decoder.decode(value)));
    }

    private InputPartition input(String topic, int partition) {
        InputPartition input = new InputPartition(topic, "id", partition);
        inputs.computeIfAbsent(input, any -> new ArrayDeque<>());
        return input;
    }

    /** What apply does, without a database: a whole claim supersedes what is held of its row. */
    private void apply(InputEvent input) {
        MappedEvent event = mapper.map(input.input(), input.event());
        if (event.event() instanceof Watermark watermark) {
            watermarks.put(event.input().input(), watermark.id());
        }
        if (!(event.event() instanceof Claim claim)
                || !mandate.covers(claim.cause().watermark())) {
            return;
        }
        TableId table =
                joins.byMutationTopic().get(event.input().input().topic()).id();
        String key = String.valueOf(decoder.decodeKey(event.input().key()).value("row"));
        Map<String, String> heldHere = held.get(table);
        if (event.unmappable() != null) {
            heldHere.put(key, event.unmappable());
            return;
        }
        if (heldHere.containsKey(key) && !event.isWhole()) {
            throw new AssertionError("a patch behind a held change of " + key);
        }
        heldHere.remove(key);
        event.mutations().forEach(mutation -> apply(rows.get(table), mutation));
    }

    private static void apply(Map<String, List<@Nullable Object>> table, Mutation mutation) {
        Key key = ((Mutation.OfRow) mutation).key();
        if (mutation instanceof Mutation.Upsert upsert) {
            table.put(key.toString(), new ArrayList<>(java.util.Arrays.asList(upsert.values())));
        } else if (mutation instanceof Mutation.Patch patch) {
            List<@Nullable Object> row = table.get(key.toString());
            if (row == null) {
                throw new AssertionError("there is no row " + key + " to patch");
            }
            for (int i = 0; i < patch.values().length; i++) {
                if (patch.values()[i] != dev.switchback.transforms.change.Absent.VALUE) {
                    row.set(i, patch.values()[i]);
                }
            }
        } else {
            table.remove(key.toString());
        }
    }

    private static <K, V> MockProcessorContext<K, V> context(int task, Path state, String name, List<String> stores) {
        Properties config = new Properties();
        config.put("application.id", "bench");
        config.put("bootstrap.servers", "unused:1");
        MockProcessorContext<K, V> context = new MockProcessorContext<>(
                config, new TaskId(0, task), state.resolve(name + task).toFile());
        context.setCurrentSystemTimeMs(1);
        for (String store : stores) {
            var made = Stores.keyValueStoreBuilder(
                            Stores.inMemoryKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
                    .withLoggingDisabled()
                    .build();
            made.init(context.getStateStoreContext(), made);
            context.addStateStore(made);
        }
        return context;
    }

    /** Takes the next record of one of these partitions. */
    private @Nullable InputEvent next(List<InputPartition> partitions, Random random) {
        List<InputPartition> waiting =
                partitions.stream().filter(one -> !inputs.get(one).isEmpty()).toList();
        return waiting.isEmpty()
                ? null
                : inputs.get(waiting.get(random.nextInt(waiting.size()))).remove();
    }

    private final class JoinTask {

        private final JoinProcessor processor = new JoinProcessor(joins, schemas, decoder);
        private final MockProcessorContext<byte[], MutationRecord> context;
        private final List<InputPartition> partitions;

        JoinTask(int task, Path state) {
            context = context(
                    task,
                    state,
                    "join",
                    List.of(
                            JoinProcessor.ROWS,
                            JoinProcessor.DEPENDENTS,
                            JoinProcessor.LOOKUP_ROWS,
                            JoinProcessor.LOOKUP_KEYS,
                            JoinProcessor.WATERMARKS));
            processor.init(context);
            partitions =
                    joins.inputs().stream().map(topic -> input(topic, task)).toList();
        }

        void step(Random random) {
            InputEvent event = next(partitions, random);
            if (event == null) {
                return;
            }
            processor.process(new Record<>(event.input().key(), event, 1L));
            context.forwarded().forEach(forward -> send(forward.record()));
            context.resetForwards();
        }

        private void send(Record<? extends byte[], ? extends MutationRecord> record) {
            byte @Nullable [] key = record.key();
            for (int partition = 0; partition < PARTITIONS; partition++) {
                if (key == null || ChangePartitioner.partition(key, PARTITIONS) == partition) {
                    append(
                            record.value().topic(),
                            partition,
                            key == null ? new byte[0] : key,
                            record.value().value());
                }
            }
        }
    }

    private final class ClaimTask {

        private final ClaimProcessor processor = new ClaimProcessor(joins, PARTITIONS, schemas, decoder);
        private final MockProcessorContext<byte[], InputEvent> context;
        private final List<InputPartition> partitions;

        ClaimTask(int task, Path state) {
            context = context(task, state, "claim", List.of(ClaimProcessor.CLAIMS, ClaimProcessor.WATERMARKS));
            processor.init(context);
            Set<String> topics = joins.byMutationTopic().keySet();
            partitions = topics.stream().map(topic -> input(topic, task)).toList();
        }

        void step(Random random) {
            InputEvent event = next(partitions, random);
            if (event == null) {
                return;
            }
            processor.process(new Record<>(event.input().key(), event, 1L));
            context.forwarded().forEach(forward -> apply(forward.record().value()));
            context.resetForwards();
        }
    }
}
