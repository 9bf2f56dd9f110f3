package dev.switchback.connectors.spi;

import java.util.List;

import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;

/**
 * What one destination transaction does.
 *
 * @param work at most one entry for any one row; a {@link Mutation.Clear} comes alone. Whoever makes a batch bounds its
 *     size; a destination may write it in one statement a table
 * @param held changes that queue behind a held one, or that no mapping could map: recorded, not applied. With a {@link
 *     Mutation.Clear} none of its table, since it frees all that is held for it
 * @param advances how each input partition's checkpoint moves, always forward; at least one, one a partition
 * @param tables of tables that share a topic, what each table's records brought; one a table
 */
public record Batch(List<Work> work, List<HeldChange> held, List<Advance> advances, List<TableCount> tables) {

    /** Of tables that have topics of their own. */
    public Batch(List<Work> work, List<HeldChange> held, List<Advance> advances) {
        this(work, held, advances, List.of());
    }

    /**
     * One mutation and the changes it was folded from, in order: if the destination refuses it, these are held.
     */
    public record Work(Mutation mutation, List<InputChange> changes) {}

    /**
     * A checkpoint's move, by compare-and-set.
     *
     * @param from the value the checkpoint must have
     * @param to the value it gets
     * @param progress what the records in between brought
     */
    public record Advance(InputPartition input, Checkpoint from, Checkpoint to, Progress progress) {}

    /**
     * What a partition's records brought: for {@code status}, and for how long apply waits for more. Never decides what is
     * applied.
     *
     * @param rowsCopied records of a backfill
     * @param changesApplied all other changes
     * @param commitMicros the source's commit time of the newest record, in microseconds since 1970
     */
    public record Progress(long rowsCopied, long changesApplied, long commitMicros) {}

    /**
     * What a table's records brought, for {@code status}.
     *
     * @param table the source table
     * @param rowsCopied records of a backfill
     * @param changesApplied all other changes
     */
    public record TableCount(TableId table, long rowsCopied, long changesApplied) {

        /** Both together. */
        public TableCount plus(TableCount other) {
            return new TableCount(table, rowsCopied + other.rowsCopied, changesApplied + other.changesApplied);
        }
    }
}
