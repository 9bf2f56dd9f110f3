package dev.switchback.transforms.change;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.TableId;

/**
 * One captured row event.
 *
 * @param before the old row as far as the log carries it (by default only its key columns are not NULL); null for
 *     INSERT, READ and TRUNCATE, and for an UPDATE under default replica identity that keeps its key
 * @param after the new row; columns the log left out are {@link Absent#VALUE}; null for DELETE and TRUNCATE
 * @param lsn where in the source's log the change stands; several changes may share it
 * @param commitMicros when the source committed it, in microseconds since 1970; for a READ, when it was read
 */
public record Change(
        Operation operation, TableId table, @Nullable Row before, @Nullable Row after, long lsn, long commitMicros)
        implements Event {

    /** The row that has the change's key: the new one, of a DELETE the old one; null for TRUNCATE. */
    public @Nullable Row keyed() {
        return after == null ? before : after;
    }

    public Change {
        boolean complete =
                switch (operation) {
                    case INSERT, READ, UPDATE -> after != null;
                    case DELETE -> before != null && after == null;
                    case TRUNCATE -> before == null && after == null;
                };
        if (!complete) {
            throw new IllegalArgumentException(
                    operation + " on " + table + " with before=" + before + ", after=" + after);
        }
    }
}
