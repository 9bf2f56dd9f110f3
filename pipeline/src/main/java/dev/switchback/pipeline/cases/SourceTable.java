package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A source table's rows, and what its log says when they change: under its replica identity, and as capture writes it to
 * the table's topic. Not thread-safe.
 */
final class SourceTable {

    private final PostgresTable table;
    private final TableSchema captured;
    private final RowType type;
    private final boolean wholeOldRows;
    private final Map<Key, @Nullable Object[]> rows = new HashMap<>();

    /** A row that is there although it should not be, or the other way round. */
    static final class MisplacedRowException extends Exception {

        private static final long serialVersionUID = 1L;

        MisplacedRowException(String what) {
            super(what);
        }
    }

    SourceTable(PostgresTable table) {
        this.table = table;
        this.captured = captured(table.schema());
        this.type = new RowType(captured.columnNames());
        this.wholeOldRows = table.relation().identity() == ReplicaIdentity.FULL;
    }

    /** A table as its log describes it: without generated columns. */
    static TableSchema captured(TableSchema schema) {
        return new TableSchema(
                schema.id(),
                schema.columns().stream()
                        .filter(column -> column.generation() != Generation.STORED)
                        .toList(),
                schema.key());
    }

    PostgresTable table() {
        return table;
    }

    TableSchema schema() {
        return captured;
    }

    /** @param operation INSERT or READ */
    List<Change> insert(Operation operation, Map<String, @Nullable Object> values, long lsn)
            throws MisplacedRowException {
        @Nullable Object[] row = overlay(new @Nullable Object[type.columns().size()], values);
        Key key = key(row);
        requireFree(key);
        rows.put(key, row);
        return List.of(change(operation, null, row, lsn));
    }

    /** @param unchanged columns that the log leaves out if the row keeps its key, and they have a value */
    List<Change> update(Key key, Map<String, @Nullable Object> values, Set<String> unchanged, long lsn)
            throws MisplacedRowException {
        @Nullable Object[] old = row(key);
        @Nullable Object[] row = overlay(old, values);
        Key newKey = key(row);
        if (!newKey.equals(key)) {
            requireFree(newKey);
        }
        rows.remove(key);
        rows.put(newKey, row);
        if (!newKey.equals(key)) {
            return List.of(change(Operation.DELETE, before(old), null, lsn), change(Operation.INSERT, null, row, lsn));
        }
        return wholeOldRows
                ? List.of(change(Operation.UPDATE, old, row, lsn))
                : List.of(change(Operation.UPDATE, null, without(row, unchanged), lsn));
    }

    List<Change> delete(Key key, long lsn) throws MisplacedRowException {
        @Nullable Object[] old = row(key);
        rows.remove(key);
        return List.of(change(Operation.DELETE, before(old), null, lsn));
    }

    List<Change> truncate(long lsn) {
        rows.clear();
        return List.of(change(Operation.TRUNCATE, null, null, lsn));
    }

    private @Nullable Object[] row(Key key) throws MisplacedRowException {
        @Nullable Object @Nullable [] row = rows.get(key);
        if (row == null) {
            throw new MisplacedRowException("There is no row " + captured.id() + " " + key + " at this point.");
        }
        return row;
    }

    private void requireFree(Key key) throws MisplacedRowException {
        if (rows.containsKey(key)) {
            throw new MisplacedRowException("The row " + captured.id() + " " + key + " is there already.");
        }
    }

    private Key key(@Nullable Object[] row) {
        List<Object> values = new ArrayList<>();
        for (String column : captured.key()) {
            Object value = row[type.indexOf(column)];
            if (value == null) {
                throw new IllegalArgumentException(column + " of " + captured.id() + " is NULL");
            }
            values.add(value);
        }
        return new Key(values.toArray());
    }

    private @Nullable Object[] overlay(@Nullable Object[] row, Map<String, @Nullable Object> values) {
        @Nullable Object[] result = row.clone();
        values.forEach((column, value) -> result[type.indexOf(column)] = value);
        return result;
    }

    /** What the log says of a row that is gone. */
    private @Nullable Object[] before(@Nullable Object[] row) {
        if (wholeOldRows) {
            return row;
        }
        @Nullable Object[] key = new @Nullable Object[row.length];
        for (String column : captured.key()) {
            int index = type.indexOf(column);
            key[index] = row[index];
        }
        return key;
    }

    private @Nullable Object[] without(@Nullable Object[] row, Set<String> unchanged) {
        @Nullable Object[] result = row.clone();
        for (Column column : captured.columns()) {
            int index = type.indexOf(column.name());
            if (unchanged.contains(column.name()) && result[index] != null) {
                result[index] = Absent.VALUE;
            }
        }
        return result;
    }

    private Change change(
            Operation operation, @Nullable Object @Nullable [] before, @Nullable Object @Nullable [] after, long lsn) {
        return new Change(
                operation,
                captured.id(),
                before == null ? null : new Row(type, before),
                after == null ? null : new Row(type, after),
                lsn,
                System.currentTimeMillis() * 1_000);
    }
}
