package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.util.Collection;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;

/** Whether a watermark has come through. Stateless; reads what is committed. */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // signatures first
public final class Drained {

    private Drained() {}

    /**
     * Whether the watermark is applied on every one of the partitions.
     *
     * @param expected all input partitions of the flow; one that has no checkpoint yet has applied nothing
     */
    public static boolean applied(
            Connection connection, Flow flow, Collection<InputPartition> expected, long watermark) {
        throw new UnsupportedOperationException();
    }

    /** How many changes the flow holds; a watermark that came through is not a drain while there are any. */
    public static long held(Connection connection, Flow flow) {
        throw new UnsupportedOperationException();
    }
}
