package dev.switchback.transforms.mapping;

import java.util.function.Consumer;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;

/** A table's compiled {@code SELECT}. Not thread-safe: each task of the topology has its own, see {@link #copy()}. */
public interface Mapping {

    TableId source();

    DestinationTable destination();

    /**
     * Hands the mutations that the change makes at the destination to {@code out}, in order; none where it makes none.
     *
     * @throws IncompleteRowException when the whole row is needed: it is to be held, unless it can be read again
     * @throws UnmappableException when this change cannot be mapped: it is to be held, not skipped
     */
    void map(Change change, Consumer<? super Mutation> out);

    /** Whether all changes of one source key make mutations of one destination row. */
    boolean keepsDestinationKey();

    /** The same mapping for another thread. */
    Mapping copy();
}
