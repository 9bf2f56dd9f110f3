package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.KnownTables;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.pipeline.plan.TableMappings;
import dev.switchback.pipeline.snapshot.SchemaSnapshot;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.TimeZones;

/**
 * A migration planned for the tables of a snapshot.
 *
 * @param reads the columns that mappings read, by source table
 */
record KnownMigration(FlowPlan plan, SchemaSnapshot snapshot, Map<TableId, Set<String>> reads) {

    /**
     * Compiles every mapping.
     *
     * @param where the snapshot's file
     * @throws ProblemException with everything that stands in the way
     */
    static KnownMigration of(MigrationFile file, SchemaSnapshot snapshot, String where) {
        List<Problem> missing = new ArrayList<>();
        for (Table table : file.tables().values()) {
            missing(table, table.source(), "source", snapshot.source(), where).ifPresent(missing::add);
            missing(table, table.destination(), "destination", snapshot.destination(), where)
                    .ifPresent(missing::add);
        }
        ProblemException.requireNone(missing);
        Set<TableId> unknown = new LinkedHashSet<>();
        TableMappings mappings = new TableMappings(file, noticing(snapshot.lookups(), unknown), TimeZones.JAVA);
        List<TableMappings.Selected> selected = mappings.select(snapshot.sources());
        Map<TableId, Set<String>> reads = mappings.columns(selected);
        Set<Problem> problems = new LinkedHashSet<>(mappings.problems());
        unknown.forEach(id -> problems.add(new Problem(
                Problem.Kind.BAD_INPUT,
                where,
                "The file has no " + id + ", which a SELECT looks rows up in.",
                "If the source has it, make the file anew with switchback schema.")));
        problems.addAll(KnownTables.check(
                where,
                snapshot.sources(),
                reads,
                snapshot.destinations(),
                unique(snapshot.destination()),
                TableMappings.pairs(selected)));
        ProblemException.requireNone(problems);
        List<PlannedTable> planned = mappings.compile(selected, snapshot.destinations());
        ProblemException.requireNone(mappings.problems());
        return new KnownMigration(
                new FlowPlan(file, file.flow(), planned, lookups(selected, snapshot)), snapshot, reads);
    }

    /** Every table that changes may be given of. */
    Map<TableId, PostgresTable> captured() {
        return plan.captured().stream().collect(Collectors.toMap(PostgresTable::id, Function.identity()));
    }

    /** Every table that rows may be expected in, with the columns that are written. */
    Map<TableId, DestinationTable> written() {
        Map<TableId, DestinationTable> written = new LinkedHashMap<>();
        for (PlannedTable table : plan.tables()) {
            written.putIfAbsent(
                    table.to().id(),
                    table.direct()
                            .map(Mapping::destination)
                            .or(() -> table.joined().map(RowMapping::destination))
                            .orElseThrow());
        }
        return written;
    }

    private static LookupTables noticing(LookupTables lookups, Set<TableId> unknown) {
        return id -> {
            Optional<LookupTables.Found> found = lookups.find(id);
            if (found.isEmpty()) {
                unknown.add(id);
            }
            return found;
        };
    }

    private static Optional<Problem> missing(
            Table table, TableId id, String side, Map<TableId, Known> known, String where) {
        Known found = known.get(id);
        if (found == null) {
            return Optional.of(new Problem(
                    Problem.Kind.BAD_INPUT,
                    table.where(),
                    "The " + side + " has no table " + id + " in " + where + ".",
                    NearName.hint(
                            id.toString(),
                            known.keySet().stream().map(TableId::toString).toList(),
                            "Make that file anew with switchback schema.")));
        }
        boolean keyless = side.equals("source") && found.table().schema().key().isEmpty();
        return keyless
                ? Optional.of(new Problem(
                        Problem.Kind.BAD_INPUT,
                        table.where(),
                        id + " has no primary key in " + where + ".",
                        "Add one, and make that file anew with switchback schema."))
                : Optional.empty();
    }

    private static Map<TableId, List<Set<String>>> unique(Map<TableId, Known> tables) {
        return tables.entrySet().stream().collect(Collectors.toMap(Map.Entry::getKey, entry -> entry.getValue()
                .unique()));
    }

    private static List<PostgresTable> lookups(List<TableMappings.Selected> selected, SchemaSnapshot snapshot) {
        Map<TableId, PostgresTable> sources = snapshot.sources();
        return selected.stream()
                .flatMap(one -> one.selection().lookups().stream())
                .map(lookup -> lookup.table().id())
                .distinct()
                .map(id -> Objects.requireNonNull(sources.get(id)))
                .toList();
    }
}
