package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.ColumnArray.UnfitException;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation.OfRow;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;

/** Writes the rows of one table, those of one kind at once. Not thread-safe. */
final class TableWriter {

    private static final String STORED_COLUMNS =
            """
            SELECT a.attname FROM pg_attribute a
            WHERE a.attrelid = to_regclass(?) AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
            ORDER BY a.attnum""";

    private final DestinationTable table;
    private final List<Column> columns;
    private final ColumnArray[] arrays;
    private final int[] key;
    /** The GENERATED ALWAYS identity column outside the key; -1 for none. A table has one identity at most. */
    private final int identity;

    private final String upsert;
    private final String remove;

    private final String missing;
    private final @Nullable ConflictSql conflicts;
    private final Map<BitSet, String> patches = new HashMap<>();
    private @Nullable String moveIdentity;

    TableWriter(String migration, DestinationTable table) {
        this.table = table;
        this.columns = table.columns();
        this.arrays = columns.stream().map(ColumnArray::new).toArray(ColumnArray[]::new);
        this.key = table.keyIndexes();
        this.identity = IntStream.range(0, columns.size())
                .filter(i -> columns.get(i).generation() == Generation.IDENTITY_ALWAYS)
                .filter(i -> Arrays.stream(key).noneMatch(each -> each == i))
                .findFirst()
                .orElse(-1);
        this.conflicts = table.onConflict().equals(OnConflict.OVERWRITE) ? null : new ConflictSql(migration, table);
        this.upsert = conflicts == null ? ApplySql.upsert(table) : conflicts.upsert();
        this.remove = conflicts == null ? ApplySql.remove(table) : conflicts.remove();
        this.missing = ApplySql.missing(table);
    }

    /** @param works Upserts of this table, no two of one row */
    void upsert(ApplyConnection connection, List<Work> works) throws SQLException, RowsRefused {
        if (identity >= 0 && conflicts == null) {
            moveIdentity(connection, works);
        }
        execute(connection.get(), upsert, IntStream.range(0, columns.size()).toArray(), works);
    }

    /**
     * @param works Patches of this table, no two of one row
     * @param present the columns of which every one of them has a value, and no other
     * @throws RowsRefused also for rows that are not there
     */
    void patch(ApplyConnection connection, List<Work> works, BitSet present) throws SQLException, RowsRefused {
        if (identity >= 0 && conflicts == null && present.get(identity)) {
            moveIdentity(connection, works);
        }
        List<Column> set = ApplySql.updatable(
                table, present.stream().mapToObj(columns::get).toList());
        int changed = 0;
        if (!set.isEmpty()) {
            int[] indexes = IntStream.concat(Arrays.stream(key), set.stream().mapToInt(columns::indexOf))
                    .toArray();
            String sql = patches.computeIfAbsent(present, any -> patchOf(set));
            changed = execute(connection.get(), sql, indexes, works);
        }
        // Rows that are already as they are to be are not counted either, so only a full count proves all are there.
        boolean mayLack = table.onConflict().kind() == OnConflict.Kind.COMPARE
                || table.onConflict().kind() == OnConflict.Kind.INSERT;
        if (changed < works.size() && !mayLack) {
            List<Work> gone = places(connection.get(), missing, key, works);
            if (!gone.isEmpty()) {
                throw new RowsRefused(
                        gone, "the row is not there, and the change does not carry all of its columns", null);
            }
        }
    }

    private String patchOf(List<Column> set) {
        return conflicts == null ? ApplySql.patch(table, set) : conflicts.patch(set);
    }

    /** @param works Removes of this table, no two of one row */
    void remove(ApplyConnection connection, List<Work> works) throws SQLException, RowsRefused {
        execute(connection.get(), remove, table.removedBy(), works);
    }

    /** Rows of which the identity changes; without the replica role, a DELETE could cascade, so they are refused. */
    private void moveIdentity(ApplyConnection connection, List<Work> works) throws SQLException, RowsRefused {
        int[] indexes =
                IntStream.concat(Arrays.stream(key), IntStream.of(identity)).toArray();
        if (connection.triggersFire()) {
            List<Work> moved =
                    places(connection.get(), ApplySql.movedIdentity(table, columns.get(identity)), indexes, works);
            if (!moved.isEmpty()) {
                throw new RowsRefused(
                        moved,
                        "the value of " + columns.get(identity).name()
                                + ", GENERATED ALWAYS AS IDENTITY, changes, which takes a delete and an insert; they could"
                                + " set off triggers and foreign keys, since the role may not set session_replication_role",
                        null);
            }
            return;
        }
        if (moveIdentity == null) {
            moveIdentity = ApplySql.moveIdentity(table, columns.get(identity), storedColumns(connection.get()));
        }
        execute(connection.get(), moveIdentity, indexes, works);
    }

    private List<String> storedColumns(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(STORED_COLUMNS)) {
            statement.setString(1, Sql.name(table.id()));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    names.add(rows.getString(1));
                }
            }
        }
        return names;
    }

    private int execute(Connection connection, String sql, int[] indexes, List<Work> works)
            throws SQLException, RowsRefused {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, indexes, works);
            return statement.executeUpdate();
        } catch (SQLException failure) {
            throw refusalOr(failure);
        }
    }

    private List<Work> places(Connection connection, String sql, int[] indexes, List<Work> works)
            throws SQLException, RowsRefused {
        List<Work> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bind(connection, statement, indexes, works);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.add(works.get(Math.toIntExact(rows.getLong(1) - 1)));
                }
            }
        } catch (SQLException failure) {
            throw refusalOr(failure);
        }
        return found;
    }

    private static SQLException refusalOr(SQLException failure) throws RowsRefused {
        if (FailureKind.of(failure) == FailureKind.ROWS) {
            throw new RowsRefused(failure);
        }
        return failure;
    }

    private void bind(Connection connection, PreparedStatement statement, int[] indexes, List<Work> works)
            throws SQLException, RowsRefused {
        for (int parameter = 0; parameter < indexes.length; parameter++) {
            int column = indexes[parameter];
            @Nullable Object[] elements = arrays[column].elements(works.size());
            for (int i = 0; i < elements.length; i++) {
                elements[i] = element(column, works.get(i));
            }
            statement.setArray(parameter + 1, arrays[column].parameter(connection, elements));
        }
    }

    private @Nullable Object element(int column, Work work) throws RowsRefused {
        try {
            return arrays[column].element(value(column, (OfRow) work.mutation()));
        } catch (UnfitException unfit) {
            throw new RowsRefused(List.of(work), String.valueOf(unfit.getMessage()), null);
        }
    }

    private @Nullable Object value(int column, OfRow mutation) {
        @Nullable Object value;
        if (mutation instanceof Upsert upsert) {
            value = upsert.values()[column];
        } else if (mutation instanceof Patch patch) {
            value = patch.values()[column];
        } else {
            value = valueOfRemoved(column, mutation);
        }
        if (value == Absent.VALUE) {
            throw new IllegalStateException(
                    "no value for " + columns.get(column).name() + " of " + mutation);
        }
        return value;
    }

    private @Nullable Object valueOfRemoved(int column, OfRow mutation) {
        for (int i = 0; i < key.length; i++) {
            if (key[i] == column) {
                return mutation.key().values()[i];
            }
        }
        if (column == table.age() && mutation instanceof Remove gone) {
            return gone.age();
        }
        throw new IllegalStateException(columns.get(column).name() + " is not of the key of " + table);
    }
}
