package dev.switchback.pipeline.topology;

import java.util.Map;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.AutoOffsetReset;
import org.apache.kafka.streams.Topology;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.transforms.mapping.Mapping;

/**
 * The topology of one flow: the same for FORWARD and REVERSE.
 *
 * <pre>
 *   change topics ──► decode ──► map ──────────────────────► apply ──► destination
 *   (partition i of                └─► [mutation topic] ─►┘
 *    each: task i)                      for mappings that join or re-key: none yet
 * </pre>
 *
 * All change topics belong to one sub-topology and have the same number of partitions, so task i owns partition i of each
 * of them, and one destination transaction can take changes of all tables.
 */
public final class MigrationTopology {

    public static final String CHANGES = "changes";
    public static final String DECODE = "decode";
    public static final String MAP = "map";
    public static final String APPLY = "apply";

    private MigrationTopology() {}

    /**
     * @param mappings by change topic
     * @param log what Kafka knows of the topics, to compare with the destination's checkpoints
     * @param threads where the tasks of one stream thread find what they share
     */
    public static Topology build(
            InputTopics topics,
            Map<String, Mapping> mappings,
            ChangeDecoder changeDecoder,
            InputLog log,
            ApplyThreads threads) {
        EventDecoder decoder = new EventDecoder(changeDecoder);
        Resumption resumption = new Resumption(log);
        ByteArrayDeserializer bytes = new ByteArrayDeserializer();
        return new Topology()
                // No reset: an offset that Kafka no longer has is a gap, and a gap halts.
                .addSource(
                        AutoOffsetReset.none(),
                        CHANGES,
                        null,
                        bytes,
                        bytes,
                        mappings.keySet().toArray(String[]::new))
                .addProcessor(DECODE, () -> new DecodeProcessor(topics, decoder), CHANGES)
                // A mapping that joins or re-keys will send its mutations through the flow's mutation topic, a sink and
                // a
                // source between map and apply.
                .addProcessor(MAP, () -> new MapProcessor(new EventMapper(mappings)), DECODE)
                .addProcessor(
                        APPLY,
                        () -> new ApplyProcessor(threads, topics, resumption, decoder, new EventMapper(mappings)),
                        MAP);
    }
}
