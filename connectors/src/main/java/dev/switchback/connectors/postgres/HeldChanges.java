package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.time.Instant;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * The held changes of one migration as its operator sees them. Not thread-safe, as its connection is not; the connection
 * must be in autocommit mode.
 */
@SuppressWarnings({"UnusedVariable", "DoNotCallSuggester"}) // signatures first
public final class HeldChanges {

    /**
     * A held change for people.
     *
     * @param id by which an operator names it
     * @param destinationKey {@code ?} where the mapping could not tell
     * @param sqlstate the destination's own code; null where it was not the destination that refused the change
     * @param attempts how many times it was tried
     * @param retryAt when it is tried next, if it is the first of its key; by the destination's clock
     * @param first whether it is the first of its key: only this one is tried, the others wait behind it
     */
    public record Entry(
            long id,
            String direction,
            String topic,
            int partition,
            long offset,
            String table,
            String sourceKey,
            String destinationKey,
            String reason,
            @Nullable String sqlstate,
            int attempts,
            Instant heldAt,
            Instant retryAt,
            boolean first) {}

    public HeldChanges(Connection connection, String migration) {}

    /** All held changes, those of a key in order. */
    public List<Entry> list() {
        throw new UnsupportedOperationException();
    }

    public long count() {
        throw new UnsupportedOperationException();
    }

    /**
     * Makes held changes due now.
     *
     * @param ids which; empty for all
     * @return how many are due
     */
    public int retry(List<Long> ids) {
        throw new UnsupportedOperationException();
    }

    /**
     * Gives held changes up for good and records who did it and why, in {@code switchback.discarded}.
     *
     * @return those that were still held and now are discarded
     */
    public List<Entry> discard(List<Long> ids, String who, String why) {
        throw new UnsupportedOperationException();
    }
}
