package dev.switchback.connectors.debezium;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.LogRelation.LogColumn;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Reads changes from the messages of PostgreSQL's {@code pgoutput}, and refuses those of tables that were altered,
 * renamed or never captured. See "Logical Replication Message Formats" in PostgreSQL's manual. Not thread-safe.
 */
final class LogDecoder {

    /** {@code pg_class.relreplident}: old rows are whole. */
    private static final byte FULL = 'f';

    private final Map<TableId, CapturedTable> captured = new HashMap<>();
    private final Set<TableId> wholeOldRows;
    /** Of captured tables with partitions whose old rows are not logged whole: the columns that are. */
    private final Map<TableId, Set<String>> partlyLogged = new HashMap<>();

    /** The captured table that the log has just described, of which the next description may be of a partition. */
    private @Nullable TableId described;

    private final Map<Integer, LogTable> tables = new HashMap<>();
    private final SchemaGuard guard;
    private final Refusals refusals;

    /** What is wrong, in words, where the log cannot be followed. */
    interface Refusals {
        /** There is a change of a table that is not captured. */
        Problem unknownTable();

        /** The log does not say the key columns of old rows. */
        Problem keyUnknown(TableId table, List<String> columns);

        /** A change comes without the whole old row that its table's mapping needs. */
        Problem oldRowsUnknown(TableId table);
    }

    /** The log holds something that this version cannot read. */
    static final class UnreadableLogException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnreadableLogException(String message) {
            super(message);
        }
    }

    /** @param wholeOldRows the tables of which the log must have whole old rows */
    LogDecoder(List<CapturedTable> captured, Set<TableId> wholeOldRows, SchemaGuard guard, Refusals refusals) {
        this.wholeOldRows = wholeOldRows;
        captured.forEach(table -> this.captured.put(table.schema().id(), table));
        this.guard = guard;
        this.refusals = refusals;
    }

    /** A change, and what reads its table's rows. */
    record LogChange(Change change, RowReader reader) {}

    /**
     * A captured table as the log describes it.
     *
     * @param places for each of its columns the place in the row
     * @param wholeOldRows whether its mapping needs them
     */
    private record LogTable(RowReader reader, int[] places, boolean wholeOldRows) {}

    /**
     * The changes that a message holds: none where it describes a table, one for each table of a TRUNCATE.
     *
     * @param lsn the message's place in the log
     * @param commitMicros when its transaction was committed
     * @throws ProblemException when it describes a captured table otherwise than when its capture began, or is of a table
     *     that is not captured
     * @throws UnreadableLogException when it is not what PostgreSQL's manual says
     */
    List<LogChange> decode(ByteBuffer message, long lsn, long commitMicros) {
        byte kind = message.get();
        if (kind == 'R') {
            describe(message);
            return List.of();
        }
        described = null;
        switch (kind) {
            case 'T' -> {
                return truncates(message, lsn, commitMicros);
            }
            default -> {
                LogTable table = table(message.getInt());
                Row before = null;
                byte next = message.get();
                boolean old = next == 'O';
                if (next == 'K' || old) {
                    before = row(table, message);
                    next = kind == 'D' ? 0 : message.get();
                }
                if (table.wholeOldRows && kind != 'I' && !(old && isWhole(table, Objects.requireNonNull(before)))) {
                    throw new ProblemException(
                            refusals.oldRowsUnknown(table.reader.table().id()));
                }
                Row after = next == 'N' ? completed(row(table, message), before) : null;
                Operation operation =
                        switch (kind) {
                            case 'I' -> Operation.INSERT;
                            case 'U' -> Operation.UPDATE;
                            case 'D' -> Operation.DELETE;
                            default -> throw new UnreadableLogException("a change of kind " + (char) kind);
                        };
                return List.of(new LogChange(
                        new Change(operation, table.reader.table().id(), before, after, lsn, commitMicros),
                        table.reader));
            }
        }
    }

    /**
     * The log describes a table ahead of its first change, and again when it was altered or renamed. (Of a partitioned
     * table it describes the partition as well, right behind it, whose changes it then calls the table's.)
     */
    private void describe(ByteBuffer message) {
        int relation = message.getInt();
        TableId id = new TableId(SlotStream.text(message), SlotStream.text(message));
        boolean full = message.get() == FULL;
        List<LogColumn> columns = new ArrayList<>();
        Set<String> identifying = new HashSet<>();
        for (int left = message.getShort(); left > 0; left--) {
            boolean identifies = message.get() == 1;
            String name = SlotStream.text(message);
            long type = Integer.toUnsignedLong(message.getInt());
            int modifier = message.getInt();
            columns.add(new LogColumn(name, type, modifier, ""));
            if (identifies) {
                identifying.add(name);
            }
        }
        TableId root = described;
        CapturedTable table = captured.get(id);
        if (table == null || table.relation().oid() != Integer.toUnsignedLong(relation)) {
            tables.remove(relation); // Another one may have been created under the name since.
            if (root != null && !full) {
                partlyLogged.computeIfAbsent(root, any -> new HashSet<>()).addAll(identifying);
            }
            described = null;
            return;
        }
        described = id;
        guard.check(table, columns);
        List<String> unknownKey = new ArrayList<>(table.schema().key());
        unknownKey.removeAll(identifying);
        if (!unknownKey.isEmpty()) {
            throw new ProblemException(refusals.keyUnknown(id, unknownKey));
        }
        List<String> names = table.schema().columnNames();
        int[] places = columns.stream()
                .mapToInt(column -> names.indexOf(column.name()))
                .toArray();
        tables.put(relation, new LogTable(new RowReader(table.schema()), places, wholeOldRows.contains(id)));
    }

    /** Of a partition's change the log says by its table's replica identity, not by its own, that the old row is whole. */
    private boolean isWhole(LogTable table, Row old) {
        Set<String> logged = partlyLogged.get(table.reader.table().id());
        return logged == null || !table.reader.hasOnly(old, logged);
    }

    private List<LogChange> truncates(ByteBuffer message, long lsn, long commitMicros) {
        int count = message.getInt();
        message.get(); // what it does to other tables and to sequences
        List<LogChange> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            RowReader reader = table(message.getInt()).reader;
            changes.add(new LogChange(
                    new Change(Operation.TRUNCATE, reader.table().id(), null, null, lsn, commitMicros), reader));
        }
        return changes;
    }

    private LogTable table(int relation) {
        LogTable table = tables.get(relation);
        if (table == null) {
            throw new ProblemException(refusals.unknownTable());
        }
        return table;
    }

    private static Row row(LogTable table, ByteBuffer message) {
        RowReader reader = table.reader;
        int columns = message.getShort();
        if (columns != table.places.length) {
            throw new UnreadableLogException("a row of " + reader + " with " + columns + " columns");
        }
        @Nullable Object[] values = new @Nullable Object[reader.width()];
        for (int place : table.places) {
            Object value =
                    switch (message.get()) {
                        case 'n' -> null;
                        case 'u' -> Absent.VALUE;
                        case 't' -> value(reader, place, message);
                        default -> throw new UnreadableLogException("a value of " + reader + " in no known form");
                    };
            values[place] = value;
        }
        return reader.row(values);
    }

    private static Object value(RowReader reader, int column, ByteBuffer message) {
        int length = message.getInt();
        int from = message.arrayOffset() + message.position();
        message.position(message.position() + length);
        try {
            return reader.value(message.array(), from, length, column);
        } catch (IllegalArgumentException e) {
            // Without the value, which is nobody's but its owner's.
            throw new UnreadableLogException("a value of column "
                    + reader.table().columns().get(column).name() + " of "
                    + reader.table().id() + " that is none of its type");
        }
    }

    /** Under full replica identity, a value that was left out because it did not change stands in the old row. */
    private static Row completed(Row after, @Nullable Row before) {
        if (before == null || !RowReader.incomplete(after)) {
            return after;
        }
        @Nullable Object[] values = after.values().clone();
        for (int i = 0; i < values.length; i++) {
            Object old = before.values()[i];
            if (values[i] == Absent.VALUE && old != null) {
                values[i] = old;
            }
        }
        return new Row(after.type(), values);
    }
}
