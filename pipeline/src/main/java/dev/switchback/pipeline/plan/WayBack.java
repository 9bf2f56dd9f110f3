package dev.switchback.pipeline.plan;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

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
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.Retyping;

/** Plans the direction back, table by table, and collects what keeps it from being there. Not thread-safe. */
final class WayBack {

    private final List<PlannedTable> tables = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private final ZoneTables zones;
    private final Map<String, Way> begun;
    private final Map<TableId, Set<String>> interpreted = new LinkedHashMap<>();
    private boolean computes;

    /**
     * @param zones the destination's
     * @param begun the ways on which rows have come back so far, by the destination's table
     */
    WayBack(ZoneTables zones, Map<String, Way> begun) {
        this.begun = begun;
        this.zones = zones;
    }

    /** A table whose {@code SELECT} is inverted. */
    void derive(Selected there, PostgresTable destination) {
        String where = there.table().where();
        try {
            Inverse inverse =
                    Inverse.of(there.source().schema(), there.selection(), destination.schema(), there.key(), where);
            add(destination, inverse.selection(zones, where), there.source(), where);
            inverse.columns().forEach(column -> noticeLoss(there.source(), column));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    /** A table whose way back is written by hand. */
    void declare(Selected there, PostgresTable destination, Reverse reverse) {
        try {
            String where = reverse.where();
            Selection back =
                    MappingCompiler.select(destination.schema(), reverse.select(), LookupTables.NONE, zones, where);
            add(destination, back, there.source(), where);
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    /** What the way there makes one, as PostgreSQL does: two readings of a clock, two texts of a document. */
    private void noticeLoss(PostgresTable source, Retyping column) {
        String zone = column.zone();
        if (zone != null && !ZoneId.of(zone).getRules().isFixedOffset()) {
            notices.add(source.id() + ": a time that the clocks of " + zone
                    + " skip is the one that they showed instead at"
                    + " the destination, and comes back into " + column.to().name()
                    + " as that one once anything of its row has changed there.");
        }
        if (column.from().type().name().equals("jsonb")
                && column.to().type().name().equals("json")) {
            notices.add(source.id() + ": " + column.to().name()
                    + " comes back as jsonb prints it once anything of its row has changed at the destination: without its"
                    + " spaces, its order and its repeated names.");
        }
    }

    private void add(PostgresTable from, Selection back, PostgresTable to, String where) {
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
        Way way = begun.get(from.id().toString());
        boolean joined = !MappingCompiler.keepsSourceKey(from.schema(), back, key)
                || way == Way.REMEMBERED
                || Ways.needsOldRows(from, back, key).isPresent();
        tables.add(Ways.planned(from, back, to, key, OnConflict.OVERWRITE, joined, false, way, where));
        computes |= !back.computed().isEmpty();
        interpreted.putAll(back.select().interpreted(from.id()));
    }

    /** Whether anything is computed on the way back. */
    boolean computes() {
        return computes;
    }

    /** One sentence each about what an operator should know. */
    List<String> notices() {
        return Stream.concat(notices.stream(), zones.notices().stream()).toList();
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
