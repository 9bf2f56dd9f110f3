package dev.switchback.pipeline.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * A migration that can run: both databases were looked at, and nothing stands in the way.
 *
 * @param tables in the order of the file
 * @param notices one sentence each about what the operator should know before it runs
 */
public record Plan(MigrationFile file, List<PlannedTable> tables, List<String> notices) {

    public Plan {
        tables = List.copyOf(tables);
        notices = List.copyOf(notices);
    }

    /** A table as it stands on both sides, and what makes the one's rows the other's. */
    public record PlannedTable(PostgresTable source, PostgresTable destination, Mapping mapping) {}

    /**
     * Looks at both databases and compiles every mapping.
     *
     * @throws ProblemException with everything that stands in the way, on either side
     */
    public static Plan of(MigrationFile file) {
        return new Planning(file).plan();
    }

    public Flow flow() {
        return file.flow();
    }

    /** How to reach the file's source. */
    public static PostgresConnections source(MigrationFile file) {
        return new PostgresConnections("source", file.source());
    }

    /** How to reach the file's destination. */
    public static PostgresConnections destination(MigrationFile file) {
        return new PostgresConnections("destination", file.destination());
    }

    /** The source tables. */
    public List<TableId> sources() {
        return tables.stream().map(table -> table.source().id()).toList();
    }

    /** The mappings, by the change topic that each reads. */
    public Map<String, Mapping> mappings() {
        return tables.stream()
                .collect(Collectors.toMap(
                        table -> flow().changeTopic(table.source().id()), PlannedTable::mapping));
    }
}
