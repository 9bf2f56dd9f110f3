package dev.switchback.pipeline.topology;

import java.util.Collection;
import java.util.Map;

import dev.switchback.connectors.spi.InputPartition;

/** What Kafka knows about apply's input besides the records that Streams hands out. Thread-safe. */
public interface InputLog {

    /** What stands in a range of offsets. */
    enum Content {
        /** Transaction markers and aborted records at most. */
        NOTHING,
        /** At least one committed record. */
        RECORDS,
        /** Retention has removed some of it: nobody knows any more. */
        REMOVED
    }

    /** The offset from which Streams goes on in each partition. */
    Map<InputPartition, Long> resumesAt(Collection<InputPartition> inputs);

    /** The offset behind the last record of each partition, whether or not its transaction has ended. */
    Map<InputPartition, Long> ends(Collection<InputPartition> inputs);

    /** Offsets from one up to, and without, another. */
    record Range(long from, long to) {}

    /** What stands in a range of each partition. */
    Map<InputPartition, Content> contents(Map<InputPartition, Range> ranges);
}
