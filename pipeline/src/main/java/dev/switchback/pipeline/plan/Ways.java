package dev.switchback.pipeline.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.MappingCompiler.Into;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.TableId;

/** Which of the two ways a table's changes take, in either direction. Stateless. */
final class Ways {

    private Ways() {}

    /** Why the table's log should carry whole old rows, if it does not; without them its rows must be remembered. */
    static Optional<String> needsOldRows(PostgresTable from, Selection selection, List<String> key) {
        return logsOldRows(from) ? Optional.empty() : MappingCompiler.needsFullIdentity(from.schema(), selection, key);
    }

    /** Whether the log has the whole old row of an update or delete. */
    static boolean logsOldRows(PostgresTable table) {
        return Stream.concat(Stream.of(table.relation()), table.leaves().stream())
                .allMatch(relation -> relation.identity() == ReplicaIdentity.FULL);
    }

    /**
     * A table with its mapping.
     *
     * @param joined whether one partition's log does not say all that its rows are made of
     * @param shared whether other tables go to the same one
     */
    static PlannedTable planned(
            PostgresTable from,
            Selection selection,
            PostgresTable to,
            List<String> key,
            OnConflict onConflict,
            boolean joined,
            boolean shared,
            String where) {
        TablePair pair = pair(from.id(), to.id(), selection, key, onConflict);
        Into into = new Into(to.schema(), key, onConflict, joined || logsOldRows(from));
        return joined
                ? new PlannedTable(
                        from,
                        to,
                        pair,
                        Optional.empty(),
                        Optional.of(MappingCompiler.compileRows(from.schema(), selection, into, shared, where)),
                        false)
                : new PlannedTable(
                        from,
                        to,
                        pair,
                        Optional.of(MappingCompiler.compile(from.schema(), selection, into, where)),
                        Optional.empty(),
                        logsOldRows(from) && usesOldRows(from, selection, key, onConflict));
    }

    /** Without an old row it is not known where the destination's is, or how old the one is that is removed. */
    private static boolean usesOldRows(
            PostgresTable from, Selection selection, List<String> key, OnConflict onConflict) {
        return onConflict.kind() == OnConflict.Kind.NEWER
                || MappingCompiler.needsFullIdentity(from.schema(), selection, key)
                        .isPresent();
    }

    /** Which columns go where. */
    static TablePair pair(TableId from, TableId to, Selection selection, List<String> key, OnConflict onConflict) {
        return new TablePair(
                from,
                to,
                selection.columns().stream()
                        .map(pair -> new ColumnPair(pair.source(), pair.destination()))
                        .toList(),
                Set.copyOf(selection.computed()),
                key,
                onConflict);
    }
}
