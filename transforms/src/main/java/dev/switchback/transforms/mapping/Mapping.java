package dev.switchback.transforms.mapping;

import java.util.function.Consumer;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;

/** A table's compiled {@code SELECT}. Not thread-safe: each stream thread has its own, see {@link #copy()}. */
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

    /**
     * Hands over what the changes of one source row from the first to the last one come to while none of them is applied:
     * the destination has the row as it was before the first, if at all. Not for a mapping that
     * {@linkplain #keepsDestinationKey keeps} its destination key: there the last one says it alone.
     *
     * @throws UnmappableException when that cannot be said
     */
    default void settle(Change first, Change last, Consumer<? super Mutation> out) {
        throw new IllegalStateException("rows of " + source()
                + " keep their destination key: the last change of one says alone what it comes to");
    }

    /** Whether all changes of one source key make mutations of one destination row. */
    boolean keepsDestinationKey();

    /**
     * Whether it looks into the values of a source column: it reads them, or makes a key of them. Texts of any other column,
     * which it hands on as they come or leaves out, may come as {@link dev.switchback.transforms.change.Utf8Text}s.
     */
    boolean inspects(String column);

    /** The same mapping for another thread. */
    Mapping copy();
}
