package dev.switchback.pipeline.plan;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
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
        return from.logsOldRows() ? Optional.empty() : MappingCompiler.needsFullIdentity(from.schema(), selection, key);
    }

    /**
     * A table with its mapping.
     *
     * @param joined whether one partition's log does not say all that its rows are made of
     * @param shared whether other tables go to the same one
     * @param begun the way on which its rows were written so far; null where there are none
     */
    static PlannedTable planned(
            PostgresTable from,
            Selection selection,
            PostgresTable to,
            List<String> key,
            OnConflict onConflict,
            boolean joined,
            boolean shared,
            @Nullable Way begun,
            String where) {
        // What it did without so far, it does without.
        boolean aged = from.logsOldRows() && begun != Way.BY_CHANGES && onConflict.kind() == OnConflict.Kind.NEWER;
        boolean oldRows = aged
                || (from.logsOldRows()
                        && MappingCompiler.needsFullIdentity(from.schema(), selection, key)
                                .isPresent());
        TablePair pair = pair(from.id(), to.id(), selection, key, onConflict);
        Into into = new Into(to.schema(), key, onConflict, joined || aged);
        return joined
                ? new PlannedTable(
                        from,
                        to,
                        pair,
                        Optional.empty(),
                        Optional.of(MappingCompiler.compileRows(from.schema(), selection, into, shared, where)),
                        Way.REMEMBERED)
                : new PlannedTable(
                        from,
                        to,
                        pair,
                        Optional.of(MappingCompiler.compile(from.schema(), selection, into, where)),
                        Optional.empty(),
                        oldRows ? Way.BY_OLD_ROWS : Way.BY_CHANGES);
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
