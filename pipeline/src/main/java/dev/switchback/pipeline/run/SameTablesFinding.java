package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.plan.FlowPlan;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Finds an operator whose file declares other tables than the one that the migration runs with: a table that only the
 * latter has would be neither fenced nor drained.
 */
record SameTablesFinding(Plan plan) implements Parts.Finding {

    @Override
    public String subject() {
        return "the tables that the migration runs with";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        FlowPlan flow = ends == Direction.FORWARD ? plan.forward() : plan.back();
        Set<String> declared = new TreeSet<>(flow.appliedTopics());
        Set<String> running = topics(flow);
        Set<String> missing = new TreeSet<>(running);
        missing.removeAll(declared);
        Set<String> surplus = new TreeSet<>(declared);
        surplus.removeAll(running);
        List<Problem> problems = new ArrayList<>();
        if (!missing.isEmpty()) {
            problems.add(refused("The running migration carries " + String.join(", ", missing)
                    + ", which this file does not declare: what is written there would be lost."));
        }
        if (!surplus.isEmpty()) {
            problems.add(refused("This file declares " + String.join(", ", surplus)
                    + ", which the running migration does not carry."));
        }
        return problems;
    }

    private static Set<String> topics(FlowPlan flow) {
        PostgresConnections database = flow.to();
        try (Connection connection = database.open()) {
            return ControlSchema.checkpoints(connection, flow.flow()).stream()
                    .map(row -> row.input().topic())
                    .collect(Collectors.toCollection(TreeSet::new));
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    private static Problem refused(String what) {
        return new Problem(Problem.Kind.REFUSED, "tables", what, "Use the file that switchback run was started with.");
    }
}
