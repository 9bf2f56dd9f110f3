package dev.switchback.pipeline.migration.operation;

import dev.switchback.pipeline.migration.MigrationState;

/** How an operation ended. */
public sealed interface Outcome {

    /** Where the migration stands now. */
    MigrationState state();

    /** The other side takes writes. */
    record Done(MigrationState state) implements Outcome {}

    /**
     * It is as if it had never begun.
     *
     * @param why in words
     */
    record Undone(MigrationState state, String why) implements Outcome {}
}
