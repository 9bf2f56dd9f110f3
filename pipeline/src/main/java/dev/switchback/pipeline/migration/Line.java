package dev.switchback.pipeline.migration;

import java.util.Optional;

/**
 * An entry as it was read.
 *
 * @param offset its place in the ledger
 * @param objection why it does not count; empty where it does
 * @param after where the migration stands behind it
 */
public record Line(long offset, Entry entry, Optional<String> objection, MigrationState after) {

    /** The line of the entry that comes next. */
    public static Line of(long offset, Entry entry, MigrationState before) {
        return new Line(offset, entry, before.objection(entry), before.after(entry));
    }
}
