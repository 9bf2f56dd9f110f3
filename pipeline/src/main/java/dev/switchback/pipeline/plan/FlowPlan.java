package dev.switchback.pipeline.plan;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.switchback.connectors.debezium.Routes;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.topology.Joins;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.schema.TableId;

/**
 * One direction of a migration: which tables it reads, which it writes, and what makes the one's rows the other's.
 *
 * @param tables in the order of the file
 * @param lookups the tables that rows of others are looked up in; some of them may be among the tables, too
 */
public record FlowPlan(MigrationFile file, Flow flow, List<PlannedTable> tables, List<PostgresTable> lookups) {

    public FlowPlan {
        tables = List.copyOf(tables);
        lookups = List.copyOf(lookups);
    }

    /**
     * A table as it stands on both sides of the flow.
     *
     * @param from the one that is read
     * @param to the one that is written
     * @param pair which columns go where
     * @param direct its mapping, if its change topic's partitions say all
     * @param joined its mapping, if its mutations go through a mutation topic: one of the two
     */
    public record PlannedTable(
            PostgresTable from,
            PostgresTable to,
            TablePair pair,
            Optional<Mapping> direct,
            Optional<RowMapping> joined,
            Way way) {}

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

    /** Every table that is captured: those that are looked up in first, so that they are there when they are needed. */
    public List<PostgresTable> captured() {
        Map<TableId, PostgresTable> captured = new LinkedHashMap<>();
        lookups.forEach(table -> captured.put(table.id(), table));
        tables.forEach(table -> captured.putIfAbsent(table.from().id(), table.from()));
        return List.copyOf(captured.values());
    }

    /** The tables of which the log must have whole old rows. */
    public Set<TableId> wholeOldRows() {
        return tables.stream()
                .filter(table -> table.way() == Way.BY_OLD_ROWS)
                .map(table -> table.from().id())
                .collect(Collectors.toSet());
    }

    /** Which topics their changes go to. */
    public Routes routes() {
        Set<TableId> lookedUp = lookups.stream().map(PostgresTable::id).collect(Collectors.toSet());
        Set<TableId> unmoved = new HashSet<>(lookedUp);
        sources().forEach(unmoved::remove);
        Set<TableId> remembered = tables.stream()
                .filter(table -> table.joined().isPresent())
                .map(table -> table.from().id())
                .collect(Collectors.toCollection(() -> new HashSet<>(lookedUp)));
        return new Routes(lookedUp, unmoved, remembered, file.sharesTopic());
    }

    /** The mappings of the tables whose partitions say all, by the change topic that holds their changes. */
    public Map<String, List<Mapping>> mappings() {
        Routes routes = routes();
        return tables.stream()
                .flatMap(table -> table.direct().stream())
                .collect(Collectors.groupingBy(mapping -> routes.changeTopic(flow, mapping.source())));
    }

    /** The tables whose mutations go through mutation topics. */
    public Joins joins() {
        return new Joins(
                flow, tables.stream().flatMap(table -> table.joined().stream()).toList());
    }

    /** The topics that apply reads, and whose checkpoints its destination keeps. */
    public List<String> appliedTopics() {
        return Stream.concat(mappings().keySet().stream(), joins().byMutationTopic().keySet().stream())
                .toList();
    }
}
