package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.TableCount;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.TaskWatermark;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Folding;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;

/**
 * What one task has read and the destination does not have yet: one mutation for each row, the changes that wait behind
 * a held one, and how far that takes each input partition. Not thread-safe: it belongs to its task's stream thread.
 *
 * <p>A record enters whole or not at all, and its partition's cursor moves in the same call. Once a flush has failed,
 * nobody but the destination knows how far it is, so the buffer refuses everything until the task is initialized again
 * and reads the checkpoint.
 */
final class ApplyBuffer {

    private static final long SOON = Long.MAX_VALUE;

    private final Mandate mandate;
    private final Map<InputPartition, InputCursor> cursors = new HashMap<>();
    private final IdentityHashMap<DestinationTable, Map<Key, PendingRow>> rows = new IdentityHashMap<>();
    private final List<HeldChange> holding = new ArrayList<>();
    private @Nullable HeldChange newlyHeld;
    private final HeldKeys heldKeys = new HeldKeys();
    private final String sharedTopic;
    /** By instance: a decoder has one for each schema of a table. */
    private final IdentityHashMap<TableId, Counter> tables = new IdentityHashMap<>();

    private Batch.@Nullable Work clear;
    private int rowCount;
    private int tableCount;
    private long bytes;
    private long newestCommit;
    private @Nullable RuntimeException failure;

    /**
     * @param mandate what may be written
     * @param checkpoints of the task's input partitions, as the destination has them
     * @param held source keys for which the destination holds changes
     * @param sharedTopic the one whose changes are counted for each table
     */
    ApplyBuffer(
            Mandate mandate,
            Map<InputPartition, Checkpoint> checkpoints,
            Map<InputPartition, Set<ByteBuffer>> held,
            String sharedTopic) {
        this.mandate = mandate;
        this.sharedTopic = sharedTopic;
        checkpoints.forEach((input, checkpoint) -> cursors.put(input, new InputCursor(input, checkpoint)));
        heldKeys.replace(held);
    }

    Set<InputPartition> inputs() {
        return cursors.keySet();
    }

    HeldKeys heldKeys() {
        return heldKeys;
    }

    /** Whether the record is applied, or buffered, already. */
    boolean covers(InputChange input) {
        requireSound();
        return cursor(input.input()).covers(input.offset());
    }

    /** Whether the record is to be applied: the flow's direction does, and the record is behind where that begins. */
    boolean counts(MappedEvent event) {
        // Tasks pass a watermark one after the other, so that a claim behind it may stand before it in its partition.
        return mandate.covers(
                event.event() instanceof Claim claim
                        ? claim.cause().watermark()
                        : cursor(event.input().input()).watermark());
    }

    /** Passes over a record that does not count. */
    void pass(MappedEvent event) {
        cursor(event.input().input()).pass(event.input().offset(), event.event());
    }

    /**
     * Takes a record, folding each of its mutations onto what is buffered for its row.
     *
     * @return false, with nothing taken, if one of them does not fold, so that what is buffered must be written first
     */
    boolean add(MappedEvent event) {
        List<Mutation> mutations = event.mutations();
        if (mutations.size() == 1) {
            // As nearly every time: looks its row up once.
            if (!put((Mutation.OfRow) mutations.get(0), event.input())) {
                return false;
            }
        } else {
            if (!mutations.stream().allMatch(mutation -> folds((Mutation.OfRow) mutation))) {
                return false;
            }
            for (Mutation mutation : mutations) {
                if (!put((Mutation.OfRow) mutation, event.input())) {
                    throw new IllegalStateException("one change both removes and patches a row: " + mutation);
                }
            }
        }
        advance(event.input(), event.event());
        return true;
    }

    /** Takes the change that clears a table. It must be written before and behind anything else. */
    void clear(MappedEvent event) {
        clear = new Batch.Work(event.mutations().get(0), List.of(event.input()));
        advance(event.input(), event.event());
    }

    /** Takes a change that is not applied now; those of its key behind it will not be either. */
    void hold(HeldChange change, Event event) {
        holding.add(change);
        boolean contested = event instanceof Claim claim && claim.key() != null; // Over as soon as one gives it up.
        if (heldKeys.add(change.change()) && !contested) {
            newlyHeld = change;
        }
        advance(change.change(), event);
    }

    /** Streams is about to resume at this offset, if it has to: nothing before it is left to be read. */
    void skipTo(InputPartition input, long offset) {
        cursor(input).skipTo(offset);
    }

    int rows() {
        return rowCount;
    }

    /** Of how many destination tables it has rows. */
    int tables() {
        return tableCount;
    }

    /**
     * When the newest change in it was committed at the source, in microseconds since 1970; zero where it has none, and
     * the end of time where it has a watermark, which somebody waits for.
     */
    long newestCommit() {
        return newestCommit;
    }

    long bytes() {
        return bytes;
    }

    /** The latest that cannot be mapped and waits behind none; null if there is none. */
    @Nullable HeldChange newlyHeld() {
        return newlyHeld;
    }

    /** Adds to a batch what this buffer has. */
    void collect(
            List<Batch.Work> work,
            List<HeldChange> held,
            List<Batch.Advance> advances,
            Map<TableId, TableCount> counts) {
        tables.forEach((table, counter) -> counts.merge(table, counter.of(table), TableCount::plus));
        if (clear != null) {
            work.add(clear);
        }
        for (Map<Key, PendingRow> table : rows.values()) {
            table.values().forEach(row -> work.add(new Batch.Work(row.mutation, row.changes)));
        }
        held.addAll(holding);
        for (InputCursor cursor : cursors.values()) {
            if (cursor.hasMoved()) {
                advances.add(cursor.advance());
            }
        }
    }

    /**
     * The destination has committed what was collected.
     *
     * @param commits told when each change was committed at the source, in microseconds since 1970
     */
    void written(LongConsumer commits) {
        cursors.values().forEach(cursor -> cursor.written(commits));
        rows.values().forEach(Map::clear);
        holding.clear();
        newlyHeld = null;
        tables.clear();
        clear = null;
        rowCount = 0;
        tableCount = 0;
        bytes = 0;
        newestCommit = 0;
    }

    /** From here on every use throws this failure. */
    void poison(RuntimeException cause) {
        failure = cause;
    }

    void requireSound() {
        if (failure != null) {
            throw failure;
        }
    }

    private boolean folds(Mutation.OfRow mutation) {
        @Nullable PendingRow row = table(mutation).get(mutation.key());
        return row == null || Folding.fold(row.mutation, mutation).isPresent();
    }

    private boolean put(Mutation.OfRow mutation, InputChange change) {
        Map<Key, PendingRow> table = table(mutation);
        PendingRow fresh = new PendingRow(mutation, change);
        @Nullable PendingRow row = table.putIfAbsent(mutation.key(), fresh);
        if (row != null) {
            return row.fold(mutation, change);
        }
        rowCount++;
        tableCount += table.size() == 1 ? 1 : 0;
        return true;
    }

    private Map<Key, PendingRow> table(Mutation mutation) {
        return rows.computeIfAbsent(mutation.table(), table -> new LinkedHashMap<>());
    }

    private void advance(InputChange input, Event event) {
        cursor(input.input()).read(input.offset(), event);
        bytes += input.key().length + input.value().length;
        newestCommit = Math.max(newestCommit, isMark(event) ? SOON : event.commitMicros());
        if (event instanceof Change change && input.input().topic().equals(sharedTopic)) {
            tables.computeIfAbsent(change.table(), any -> new Counter()).count(change);
        }
    }

    private static boolean isMark(Event event) {
        return event instanceof Watermark || event instanceof TaskWatermark;
    }

    private InputCursor cursor(InputPartition input) {
        @Nullable InputCursor cursor = cursors.get(input);
        if (cursor == null) {
            throw new IllegalStateException(input + " is not an input of this task: " + cursors.keySet());
        }
        return cursor;
    }

    /** What came of one table. */
    private static final class Counter {

        private long rowsCopied;
        private long changesApplied;

        void count(Change change) {
            if (change.operation() == Operation.READ) {
                rowsCopied++;
            } else {
                changesApplied++;
            }
        }

        TableCount of(TableId table) {
            return new TableCount(table, rowsCopied, changesApplied);
        }
    }

    /** One row's mutation, and the changes it was folded from. */
    private static final class PendingRow {

        private Mutation.OfRow mutation;
        private List<InputChange> changes;

        PendingRow(Mutation.OfRow mutation, InputChange change) {
            this.mutation = mutation;
            this.changes = List.of(change); // Nearly always the only one; an object less a row than an ArrayList.
        }

        boolean fold(Mutation.OfRow later, InputChange change) {
            Optional<Mutation.OfRow> folded = Folding.fold(mutation, later);
            folded.ifPresent(one -> {
                mutation = one;
                add(change);
            });
            return folded.isPresent();
        }

        private void add(InputChange change) {
            if (changes.size() == 1) {
                changes = new ArrayList<>(changes);
            }
            changes.add(change);
        }
    }
}
