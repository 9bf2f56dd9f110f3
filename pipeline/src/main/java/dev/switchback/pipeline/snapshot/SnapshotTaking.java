package dev.switchback.pipeline.snapshot;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.plan.SourceLookups;
import dev.switchback.pipeline.plan.TableMappings;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.TimeZones;

/** One look at the tables of both databases. Problems are collected until there is nothing more to look at. */
final class SnapshotTaking {

    private final MigrationFile file;
    private final Set<Problem> problems = new LinkedHashSet<>();

    SnapshotTaking(MigrationFile file) {
        this.file = file;
    }

    SchemaSnapshot snapshot() {
        PostgresConnections source = Plan.source(file);
        Map<TableId, Known> sources =
                new LinkedHashMap<>(known(source, file.tables().keySet()));
        Map<TableId, Known> destinations = known(
                Plan.destination(file),
                file.tables().values().stream().map(Table::destination).collect(Collectors.toSet()));
        requireKeys(source, sources);
        if (!sources.isEmpty()) {
            sources.putAll(known(source, lookups(source, sources)));
        }
        ProblemException.requireNone(problems);
        return new SchemaSnapshot(sources, destinations);
    }

    /** The tables that rows are looked up in; what else is wrong with a {@code SELECT} is said on the way. */
    private Set<TableId> lookups(PostgresConnections source, Map<TableId, Known> sources) {
        SourceLookups lookups = new SourceLookups(source);
        TableMappings mappings = new TableMappings(file, lookups, TimeZones.JAVA);
        var unused = mappings.select(
                sources.values().stream().map(Known::table).collect(Collectors.toMap(PostgresTable::id, t -> t)));
        problems.addAll(mappings.problems());
        return lookups.all().stream()
                .map(PostgresTable::id)
                .filter(id -> !sources.containsKey(id))
                .collect(Collectors.toSet());
    }

    private void requireKeys(PostgresConnections source, Map<TableId, Known> sources) {
        sources.values().stream()
                .filter(known -> known.table().schema().key().isEmpty())
                .forEach(known -> problems.add(new Problem(
                        Problem.Kind.REFUSED,
                        source.where(),
                        known.table().id() + " has no primary key.",
                        "Add one: without it an update or delete cannot be told from another.")));
    }

    private Map<TableId, Known> known(PostgresConnections database, Collection<TableId> ids) {
        Map<TableId, Known> known = new LinkedHashMap<>();
        try (Connection connection = database.open()) {
            PostgresCatalog catalog = new PostgresCatalog(connection);
            Map<TableId, PostgresTable> tables = catalog.tables(ids);
            for (TableId id : ids) {
                PostgresTable table = tables.get(id);
                if (table == null) {
                    problems.add(missing(database, id, catalog.near(id)));
                } else {
                    known.put(id, new Known(table, catalog.uniqueKeys(table)));
                }
            }
        } catch (SQLException e) {
            problems.add(database.problem(e));
        } catch (ProblemException unreachable) {
            problems.addAll(unreachable.problems());
        }
        return known;
    }

    private static Problem missing(PostgresConnections database, TableId id, List<TableId> near) {
        List<String> hints = new ArrayList<>();
        near.forEach(each -> hints.add(each.toString()));
        return new Problem(
                Problem.Kind.REFUSED,
                database.where(),
                "Table " + id + " does not exist.",
                "Create it, or correct its name in the migration file"
                        + (hints.isEmpty() ? "." : "; did you mean " + String.join(", ", hints) + "?"));
    }
}
