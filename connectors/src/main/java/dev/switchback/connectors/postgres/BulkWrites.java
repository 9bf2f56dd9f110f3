package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.OfRow;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/**
 * Writes mutations of rows in one statement for each table, kind and set of columns among them: first all that remove, so
 * that a unique value is free before another row takes it. Not thread-safe.
 */
final class BulkWrites {

    private enum Kind {
        REMOVE,
        UPSERT,
        PATCH
    }

    /** Mappings of several tasks have tables of their own that say the same. */
    private record Definition(TableId id, List<Column> columns, List<String> key, OnConflict onConflict) {}

    private record Group(Kind kind, TableWriter table, BitSet columns) {}

    private static final BitSet ALL = new BitSet(0);

    private final String migration;
    private final Map<DestinationTable, TableWriter> byInstance = new HashMap<>();
    private final Map<Definition, TableWriter> byDefinition = new HashMap<>();

    BulkWrites(String migration) {
        this.migration = migration;
    }

    /**
     * @throws RowsRefused when the destination refuses some of them
     * @throws IllegalArgumentException when two are of one row: which of them was meant to be last would be lost
     */
    void write(ApplyConnection connection, List<Work> works) throws SQLException, RowsRefused {
        Map<Group, List<Work>> groups = grouped(works);
        for (Kind kind : Kind.values()) {
            for (Map.Entry<Group, List<Work>> entry : groups.entrySet()) {
                if (entry.getKey().kind == kind) {
                    write(connection, entry.getKey(), entry.getValue());
                }
            }
        }
    }

    private static void write(ApplyConnection connection, Group group, List<Work> works)
            throws SQLException, RowsRefused {
        switch (group.kind) {
            case REMOVE -> group.table.remove(connection, works);
            case UPSERT -> group.table.upsert(connection, works);
            case PATCH -> group.table.patch(connection, works, group.columns);
        }
    }

    private Map<Group, List<Work>> grouped(List<Work> works) {
        Map<Group, List<Work>> groups = new LinkedHashMap<>();
        Map<TableWriter, Set<Key>> seen = new HashMap<>();
        for (Work work : works) {
            if (!(work.mutation() instanceof OfRow mutation)) {
                throw new IllegalArgumentException(work.mutation() + " does not come alone");
            }
            TableWriter table = writer(mutation.table());
            if (!seen.computeIfAbsent(table, any -> new HashSet<>()).add(mutation.key())) {
                throw new IllegalArgumentException("two mutations of " + mutation.table() + mutation.key());
            }
            groups.computeIfAbsent(new Group(kind(mutation), table, columns(mutation)), any -> new ArrayList<>())
                    .add(work);
        }
        return groups;
    }

    private TableWriter writer(DestinationTable table) {
        return byInstance.computeIfAbsent(
                table,
                any -> byDefinition.computeIfAbsent(
                        new Definition(table.id(), table.columns(), table.key(), table.onConflict()),
                        same -> new TableWriter(migration, table)));
    }

    private static Kind kind(Mutation mutation) {
        if (mutation instanceof Upsert) {
            return Kind.UPSERT;
        }
        return mutation instanceof Patch ? Kind.PATCH : Kind.REMOVE;
    }

    private static BitSet columns(Mutation mutation) {
        if (!(mutation instanceof Patch patch)) {
            return ALL;
        }
        BitSet present = new BitSet(patch.values().length);
        for (int i = 0; i < patch.values().length; i++) {
            if (patch.values()[i] != Absent.VALUE) {
                present.set(i);
            }
        }
        return present;
    }
}
