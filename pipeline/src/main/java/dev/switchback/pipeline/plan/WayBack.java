package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.Inverse;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** Derives the direction back from the mappings there, table by table, and collects why it cannot. Not thread-safe. */
final class WayBack {

    private final List<PlannedTable> tables = new ArrayList<>();
    private final List<Problem> problems = new ArrayList<>();

    /** @param key the destination's, by which the mapping there finds its rows */
    void add(PostgresTable source, Selection selection, PostgresTable destination, List<String> key, String where) {
        try {
            Inverse inverse = Inverse.of(source.schema(), selection, destination.schema(), key, where);
            Selection back = MappingCompiler.select(destination.schema(), inverse.select(), where);
            Mapping mapping =
                    MappingCompiler.compile(destination.schema(), back, source.schema(), inverse.key(), where);
            MappingCompiler.needsFullIdentity(destination.schema(), back, inverse.key())
                    .filter(reason -> destination.relation().identity() != PostgresTable.ReplicaIdentity.FULL)
                    .ifPresent(reason -> problems.add(new Problem(
                            Problem.Kind.REFUSED,
                            where,
                            "On the way back, " + reason + ", and the log does not carry whole old rows of "
                                    + destination.id() + ".",
                            "Run ALTER TABLE " + destination.id() + " REPLICA IDENTITY FULL.")));
            tables.add(new PlannedTable(
                    destination, source, pair(destination.id(), source.id(), back, inverse.key()), mapping));
        } catch (ProblemException e) {
            problems.addAll(e.problems());
        }
    }

    /** Which columns go where. */
    static TablePair pair(TableId from, TableId to, Selection selection, List<String> key) {
        return new TablePair(
                from,
                to,
                selection.columns().stream()
                        .map(pair -> new ColumnPair(pair.source(), pair.destination()))
                        .toList(),
                Set.copyOf(selection.computed()),
                key);
    }

    List<PlannedTable> tables() {
        return tables;
    }

    List<Problem> problems() {
        return problems;
    }
}
