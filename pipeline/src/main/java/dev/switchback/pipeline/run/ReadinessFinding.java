package dev.switchback.pipeline.run;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.DestinationPreflight;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.SourcePreflight;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** Finds what keeps the flow that is to begin from running: no way back, or a database that is not ready for it. */
record ReadinessFinding(Plan plan) implements Parts.Finding {

    @Override
    public String subject() {
        return "the flow that is to begin: mappings, logs, privileges";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        if (ends == Direction.REVERSE) {
            return unready(plan.forward());
        }
        List<Problem> problems = new ArrayList<>(compared());
        problems.addAll(plan.noWayBack().isEmpty() ? unready(plan.back()) : plan.noWayBack());
        return problems;
    }

    @Override
    public List<String> notices(Direction ends) {
        return ends == Direction.REVERSE
                ? List.of()
                : plan.file().tables().values().stream()
                        .filter(table -> !table.onConflict().equals(OnConflict.OVERWRITE))
                        .map(table -> "Table " + table.destination() + " has on_conflict: "
                                + table.onConflict().kind()
                                + ": what was declined there (see switchback status) is not as the source has it.")
                        .toList();
    }

    /** Nothing was written there. */
    private List<Problem> compared() {
        return plan.file().tables().values().stream()
                .filter(table -> table.onConflict().kind() == OnConflict.Kind.COMPARE)
                .map(table -> new Problem(
                        Problem.Kind.REFUSED,
                        table.where(),
                        "Table " + table.destination() + " is only compared with " + table.source()
                                + ", so that it may lack what was written there.",
                        "Take it out of the file, or move its rows too: without on_conflict: compare."))
                .toList();
    }

    /** What both databases lack for this flow to run. */
    private static List<Problem> unready(FlowPlan flow) {
        List<Problem> problems = new ArrayList<>(new SourcePreflight(flow.from())
                .check(flow.flow(), columns(flow))
                .problems());
        Map<TableId, PostgresTable> read = flow.tables().stream()
                .collect(Collectors.toMap(table -> table.from().id(), PlannedTable::from));
        problems.addAll(new DestinationPreflight(flow.to())
                .check(
                        flow.flow(),
                        read,
                        flow.tables().stream().map(PlannedTable::pair).toList())
                .problems());
        return problems;
    }

    private static Map<TableId, Set<String>> columns(FlowPlan flow) {
        Map<TableId, Set<String>> columns = new LinkedHashMap<>();
        // What is looked up was checked when the plan was made, and is looked at again for the publication's sake.
        flow.captured().forEach(table -> columns.put(table.id(), Set.of()));
        flow.tables()
                .forEach(table -> columns.put(
                        table.from().id(),
                        table.pair().columns().stream().map(ColumnPair::source).collect(Collectors.toSet())));
        return columns;
    }
}
