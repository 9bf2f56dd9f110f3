package dev.switchback.pipeline.plan;

import java.util.List;
import java.util.Map;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.topology.Joins;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * A migration that can run: both databases were looked at, and nothing stands in the way.
 *
 * @param forward from source to destination
 * @param back from destination to source; what it lacks, {@code noWayBack} says
 * @param noWayBack why there is no way back; empty where there is one
 * @param notices one sentence each about what the operator should know before it runs
 */
public record Plan(FlowPlan forward, FlowPlan back, List<Problem> noWayBack, List<String> notices) {

    public Plan {
        noWayBack = List.copyOf(noWayBack);
        notices = List.copyOf(notices);
    }

    /**
     * Looks at both databases and compiles every mapping.
     *
     * @throws ProblemException with everything that stands in the way, on either side
     */
    public static Plan of(MigrationFile file) {
        return new Planning(file).plan();
    }

    public MigrationFile file() {
        return forward.file();
    }

    /** The direction back. */
    public FlowPlan reverse() {
        ProblemException.requireNone(noWayBack);
        return back;
    }

    /** Of the way forward, as is all below. */
    public Flow flow() {
        return forward.flow();
    }

    public List<FlowPlan.PlannedTable> tables() {
        return forward.tables();
    }

    public List<TableId> sources() {
        return forward.sources();
    }

    public Map<String, List<Mapping>> mappings() {
        return forward.mappings();
    }

    public Joins joins() {
        return forward.joins();
    }

    /** How to reach the file's source. */
    public static PostgresConnections source(MigrationFile file) {
        return new PostgresConnections("source", file.source());
    }

    /** How to reach the file's destination. */
    public static PostgresConnections destination(MigrationFile file) {
        return new PostgresConnections("destination", file.destination());
    }
}
