package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.List;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.Inverse;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Derives the direction back from the mappings there, table by table, and collects why it cannot. Not thread-safe. */
final class WayBack {

    private final List<PlannedTable> tables = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** @param key the destination's, by which the mapping there finds its rows */
    void add(PostgresTable source, Selection selection, PostgresTable destination, List<String> key, String where) {
        try {
            Inverse inverse = Inverse.of(source.schema(), selection, destination.schema(), key, where);
            Selection back = MappingCompiler.select(destination.schema(), inverse.select(), where);
            boolean joined = !MappingCompiler.keepsSourceKey(destination.schema(), back, inverse.key())
                    || Ways.needsOldRows(destination, back, inverse.key()).isPresent();
            tables.add(Ways.planned(destination, back, source, inverse.key(), joined, false, where));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
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
