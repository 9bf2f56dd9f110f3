package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
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

    /** Mappings of several tasks have tables of their own that say the same. */
    private record Definition(TableId id, List<Column> columns, List<String> key, OnConflict onConflict) {}

    /** What a batch has of one table. */
    private static final class Rows {

        final TableWriter writer;
        final Set<Key> keys = new HashSet<>();
        final List<Work> removes = new ArrayList<>();
        final List<Work> upserts = new ArrayList<>();
        final Map<BitSet, List<Work>> patches = new LinkedHashMap<>();

        Rows(TableWriter writer) {
            this.writer = writer;
        }

        void add(Work work, OfRow mutation) {
            if (!keys.add(mutation.key())) {
                throw new IllegalArgumentException("two mutations of " + mutation.table() + mutation.key());
            }
            if (mutation instanceof Patch patch) {
                patches.computeIfAbsent(present(patch), any -> new ArrayList<>())
                        .add(work);
            } else {
                (mutation instanceof Upsert ? upserts : removes).add(work);
            }
        }

        private static BitSet present(Patch patch) {
            BitSet present = new BitSet(patch.values().length);
            for (int i = 0; i < patch.values().length; i++) {
                if (patch.values()[i] != Absent.VALUE) {
                    present.set(i);
                }
            }
            return present;
        }
    }

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
        Collection<Rows> tables = byTable(works);
        for (Rows table : tables) {
            if (!table.removes.isEmpty()) {
                table.writer.remove(connection, table.removes);
            }
        }
        for (Rows table : tables) {
            if (!table.upserts.isEmpty()) {
                table.writer.upsert(connection, table.upserts);
            }
        }
        for (Rows table : tables) {
            for (Map.Entry<BitSet, List<Work>> alike : table.patches.entrySet()) {
                table.writer.patch(connection, alike.getValue(), alike.getKey());
            }
        }
    }

    private Collection<Rows> byTable(List<Work> works) {
        Map<TableWriter, Rows> tables = new LinkedHashMap<>();
        @Nullable DestinationTable table = null;
        @Nullable Rows rows = null;
        for (Work work : works) {
            if (!(work.mutation() instanceof OfRow mutation)) {
                throw new IllegalArgumentException(work.mutation() + " does not come alone");
            }
            // A task's rows of one table stand one behind the other.
            if (rows == null || mutation.table() != table) {
                table = mutation.table();
                rows = tables.computeIfAbsent(writer(table), Rows::new);
            }
            rows.add(work, mutation);
        }
        return tables.values();
    }

    private TableWriter writer(DestinationTable table) {
        return byInstance.computeIfAbsent(
                table,
                any -> byDefinition.computeIfAbsent(
                        new Definition(table.id(), table.columns(), table.key(), table.onConflict()),
                        same -> new TableWriter(migration, table)));
    }
}
