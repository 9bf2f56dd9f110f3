package dev.switchback.pipeline.run;

import java.util.List;

import dev.switchback.connectors.postgres.PostgresDestination;
import dev.switchback.connectors.postgres.PostgresDrain;
import dev.switchback.pipeline.metrics.Meters;
import dev.switchback.pipeline.plan.FlowPlan;

/**
 * One flow as this process runs it.
 *
 * @param target where it applies
 * @param drain tells how far it has applied
 * @param clients what is to be closed behind the roles, in any order
 */
record FlowRun(
        FlowPlan plan,
        Roles roles,
        Meters meters,
        PostgresDestination target,
        PostgresDrain drain,
        Observation observation,
        Drainage drainage,
        Remainder remainder,
        List<AutoCloseable> clients) {

    FlowRun {
        clients = List.copyOf(clients);
    }

    void start() {
        observation.start();
        roles.start();
    }
}
