package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.file.MigrationFile.Reverse;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.pipeline.plan.TableMappings.Selected;
import dev.switchback.transforms.mapping.Inverse;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** Plans the direction back, table by table, and collects what keeps it from being there. Not thread-safe. */
final class WayBack {

    private final List<PlannedTable> tables = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> zones = new TreeSet<>();
    private final Map<TableId, Set<String>> interpreted = new LinkedHashMap<>();
    private boolean computes;

    /** A table whose {@code SELECT} is inverted. */
    void derive(Selected there, PostgresTable destination) {
        String where = there.table().where();
        try {
            Inverse inverse =
                    Inverse.of(there.source().schema(), there.selection(), destination.schema(), there.key(), where);
            add(destination, inverse.select(), there.source(), where);
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    /** A table whose way back is written by hand. */
    void declare(Selected there, PostgresTable destination, Reverse reverse) {
        try {
            add(destination, reverse.select(), there.source(), reverse.where());
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    private void add(PostgresTable from, String select, PostgresTable to, String where) {
        Selection back = MappingCompiler.select(from.schema(), select, where);
        if (back.select().filter().isPresent()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.BAD_INPUT,
                    where,
                    "The way back has a WHERE: rows that it leaves out would be removed at the source when they change.",
                    "Leave it out."));
        }
        List<String> key = to.schema().key();
        List<String> lost = key.stream()
                .filter(column -> !back.destinations().contains(column))
                .toList();
        if (!lost.isEmpty()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.BAD_INPUT,
                    where,
                    "The SELECT leaves out " + String.join(", ", lost) + " of the key of " + to.id() + ".",
                    "Select it: without it nobody knows which row of the source is meant."));
        }
        boolean joined = !MappingCompiler.keepsSourceKey(from.schema(), back, key)
                || Ways.needsOldRows(from, back, key).isPresent();
        tables.add(Ways.planned(from, back, to, key, OnConflict.OVERWRITE, joined, false, where));
        computes |= !back.computed().isEmpty();
        zones.addAll(back.select().zones());
        interpreted.putAll(back.select().interpreted(from.id()));
    }

    /** Whether anything is computed on the way back. */
    boolean computes() {
        return computes;
    }

    /** The time zones that it names. */
    Set<String> zones() {
        return zones;
    }

    /** The columns whose values it looks into, by table. */
    Map<TableId, Set<String>> interpreted() {
        return interpreted;
    }

    void refuse(Problem problem) {
        problems.add(problem);
    }

    List<PlannedTable> tables() {
        return tables;
    }

    List<Problem> problems() {
        return problems;
    }
}
