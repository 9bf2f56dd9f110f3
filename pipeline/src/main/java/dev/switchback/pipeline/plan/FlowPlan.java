package dev.switchback.pipeline.plan;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.schema.TableId;

/**
 * One direction of a migration: which tables it reads, which it writes, and what makes the one's rows the other's.
 *
 * @param tables in the order of the file
 */
public record FlowPlan(MigrationFile file, Flow flow, List<PlannedTable> tables) {

    public FlowPlan {
        tables = List.copyOf(tables);
    }

    /**
     * A table as it stands on both sides of the flow.
     *
     * @param from the one that is read
     * @param to the one that is written
     * @param pair which columns go where
     */
    public record PlannedTable(PostgresTable from, PostgresTable to, TablePair pair, Mapping mapping) {}

    /** How to reach the database that the flow reads. */
    public PostgresConnections from() {
        return flow.direction() == Direction.FORWARD ? Plan.source(file) : Plan.destination(file);
    }

    /** How to reach the database that the flow writes. */
    public PostgresConnections to() {
        return flow.direction() == Direction.FORWARD ? Plan.destination(file) : Plan.source(file);
    }

    /** The tables that are read. */
    public List<TableId> sources() {
        return tables.stream().map(table -> table.from().id()).toList();
    }

    /** The tables that are written. */
    public List<TableId> destinations() {
        return tables.stream().map(table -> table.to().id()).toList();
    }

    /** The mappings, by the change topic that each reads. */
    public Map<String, Mapping> mappings() {
        return tables.stream()
                .collect(Collectors.toMap(table -> flow.changeTopic(table.from().id()), PlannedTable::mapping));
    }
}
