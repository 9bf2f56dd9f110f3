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

    /** What stands from one offset up to, and without, another. */
    Content content(InputPartition input, long from, long to);
}
