package dev.switchback.pipeline.topology;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ChangePartitioner;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.schema.TableId;

/**
 * The topology of one flow: the same for FORWARD and REVERSE.
 *
 * <pre>
 *   change topics ──► decode ──► map ───────────────────────────────────────────────────► apply ──► destination
 *
 *   change topics ┐                          mutation
 *   lookup topics ┴► decode ──► join ──────► topics ──► decode ──► claim ──► map ──────► apply ──► destination
 * </pre>
 *
 * The lower path is for tables that look rows up in others, or whose destination key is no function of the source's. All
 * topics have the same number of partitions. Task i of a sub-topology owns partition i of each of its topics, and one
 * destination transaction can take changes of all tables.
 */
public final class MigrationTopology {

    private MigrationTopology() {}

    /**
     * @param topics every topic that is read
     * @param mappings by change topic, of the tables whose changes it holds and whose partitions say all
     * @param joins all other tables
     * @param log what Kafka knows of the topics, to compare with the destination's checkpoints
     * @param threads where the tasks of one stream thread find what they share
     */
    public static Topology build(
            InputTopics topics,
            Map<String, List<Mapping>> mappings,
            Joins joins,
            SchemaStore schemas,
            InputLog log,
            ApplyThreads threads) {
        ChangeDecoder changes = new ChangeDecoder(schemas);
        EventDecoder joined = new EventDecoder(changes); // Joins remember rows and compare them.
        EventDecoder mapped = new EventDecoder(new ChangeDecoder(schemas, inspected(mappings.values())));
        Steps steps = new Steps(
                new Topology(),
                topics,
                ThreadLocal.withInitial(() -> new EventMapper(mappings, joins.byMutationTopic())),
                joins,
                new Resumption(log),
                threads);
        if (!mappings.isEmpty()) {
            steps.source("changes", mappings.keySet(), mapped);
            steps.map("map", "changes");
            steps.apply("apply", "map", mappings.keySet(), mapped);
        }
        if (!joins.isEmpty()) {
            Set<String> mutations = joins.byMutationTopic().keySet();
            steps.source("join-changes", joins.inputs(), joined);
            steps.join("join", "join-changes", schemas, changes);
            steps.source("mutations", mutations, joined);
            steps.claim("claim", "mutations", schemas, changes);
            steps.map("map-mutations", "claim");
            steps.apply("apply-mutations", "map-mutations", mutations, joined);
        }
        return steps.topology();
    }

    /** Mappings look into what they compute with, and into keys, which are compared. */
    private static BiPredicate<TableId, String> inspected(Collection<List<Mapping>> mappings) {
        Map<TableId, Mapping> bySource = new HashMap<>();
        mappings.forEach(all -> all.forEach(mapping -> bySource.put(mapping.source(), mapping)));
        return (table, column) -> {
            @Nullable Mapping mapping = bySource.get(table);
            return mapping == null || mapping.inspects(column);
        };
    }

    /**
     * What the steps are made of.
     *
     * @param mappers the tasks of a stream thread share one, of which the processor then has more at hand
     */
    private record Steps(
            Topology topology,
            InputTopics topics,
            ThreadLocal<EventMapper> mappers,
            Joins joins,
            Resumption resumption,
            ApplyThreads threads) {

        /** Reads topics and decodes what they hold. */
        void source(String name, Collection<String> names, EventDecoder decoder) {
            ByteArrayDeserializer bytes = new ByteArrayDeserializer();
            // No reset: an offset that Kafka no longer has is a gap, and a gap halts.
            topology.addSource(
                    AutoOffsetReset.none(), name + "-source", null, bytes, bytes, names.toArray(String[]::new));
            topology.addProcessor(name, () -> new DecodeProcessor(topics, decoder), name + "-source");
        }

        void map(String name, String parent) {
            topology.addProcessor(name, () -> new MapProcessor(mappers.get()), parent);
        }

        void apply(String name, String parent, Collection<String> inputs, EventDecoder decoder) {
            topology.addProcessor(
                    name,
                    () -> new ApplyProcessor(
                            threads, topics.only(new HashSet<>(inputs)), resumption, decoder, mappers.get()),
                    parent);
        }

        void join(String name, String parent, SchemaStore schemas, ChangeDecoder changes) {
            topology.addProcessor(name, () -> new JoinProcessor(joins, schemas, changes), parent)
                    .addStateStore(onDisk(JoinProcessor.ROWS), name)
                    .addStateStore(onDisk(JoinProcessor.DEPENDENTS), name)
                    .addStateStore(onDisk(JoinProcessor.LOOKUP_ROWS), name)
                    .addStateStore(onDisk(JoinProcessor.LOOKUP_KEYS), name)
                    .addStateStore(inMemory(JoinProcessor.WATERMARKS), name)
                    .addSink(
                            "mutations-sink",
                            (key, record, context) -> record.topic(),
                            new ByteArraySerializer(),
                            MutationRecord.SERIALIZER,
                            (topic, key, record, partitions) -> Optional.of(partitions(key, partitions)),
                            name);
        }

        void claim(String name, String parent, SchemaStore schemas, ChangeDecoder changes) {
            topology.addProcessor(name, () -> new ClaimProcessor(joins, topics.partitions(), schemas, changes), parent)
                    .addStateStore(onDisk(ClaimProcessor.CLAIMS), name)
                    .addStateStore(inMemory(ClaimProcessor.WATERMARKS), name);
        }
    }

    /** By the destination's key; what has none is for all. */
    private static Set<Integer> partitions(byte[] key, int partitions) {
        return key == null
                ? IntStream.range(0, partitions).boxed().collect(Collectors.toSet())
                : Set.of(ChangePartitioner.partition(key, partitions));
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> onDisk(String name) {
        return store(Stores.persistentKeyValueStore(name));
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> inMemory(String name) {
        return store(Stores.inMemoryKeyValueStore(name));
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> store(KeyValueBytesStoreSupplier supplier) {
        return Stores.keyValueStoreBuilder(supplier, Serdes.Bytes(), Serdes.ByteArray());
    }
}
