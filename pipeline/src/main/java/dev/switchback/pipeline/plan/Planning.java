package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.DestinationPreflight;
import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.connectors.postgres.SourcePreflight;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** One look at both databases. Problems are collected until there is nothing more to look at. */
final class Planning {

    private final MigrationFile file;
    private final PostgresConnections source;
    private final PostgresConnections destination;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final List<String> notices = new ArrayList<>();
    private final WayBack wayBack = new WayBack();

    Planning(MigrationFile file) {
        this.file = file;
        this.source = Plan.source(file);
        this.destination = Plan.destination(file);
    }

    /** A table's selection and key, once its source has been looked at. */
    private record Selected(Table table, PostgresTable source, Selection selection, List<String> key) {}

    Plan plan() {
        problems.addAll(ChangeTopicNames.problems(file.flow(), file.tables().values()));
        List<Problem> unread = new ArrayList<>();
        Map<TableId, PostgresTable> sources = sources(unread);
        List<Selected> selected = select(sources);
        Findings source = new SourcePreflight(this.source).check(file.flow(), columns(selected));
        note(source);
        if (source.problems().isEmpty()) {
            problems.addAll(unread);
        }
        note(new DestinationPreflight(destination).check(file.flow(), sources, pairs(selected)));
        requireNone();
        selected.stream()
                .filter(one -> !one.selection().computed().isEmpty())
                .findFirst()
                .ifPresent(one -> problems.addAll(
                        SourceLetters.problems(this.source, one.table().where())));
        List<PlannedTable> planned = compile(selected);
        requireNone();
        Flow back = new Flow(file.migration(), Direction.REVERSE);
        return new Plan(
                new FlowPlan(file, file.flow(), planned),
                new FlowPlan(file, back, wayBack.tables()),
                wayBack.problems(),
                notices);
    }

    /** Why the source cannot be read, its preflight says best. */
    private Map<TableId, PostgresTable> sources(List<Problem> unread) {
        try {
            return tables(source, file.tables().keySet());
        } catch (ProblemException e) {
            unread.addAll(e.problems());
            return Map.of();
        }
    }

    /** What the mappings read of each declared table; nothing of one that could not be read itself. */
    private Map<TableId, Set<String>> columns(List<Selected> selected) {
        Map<TableId, Set<String>> columns = new LinkedHashMap<>();
        file.tables().keySet().forEach(table -> columns.put(table, Set.of()));
        selected.forEach(
                one -> columns.put(one.table().source(), one.selection().reads()));
        return columns;
    }

    private List<Selected> select(Map<TableId, PostgresTable> sources) {
        List<Selected> selected = new ArrayList<>();
        for (Table table : file.tables().values()) {
            PostgresTable found = sources.get(table.source());
            // One that is missing, or has no key, has been reported by the preflight.
            if (found != null && !found.schema().key().isEmpty()) {
                try {
                    selected.add(select(table, found));
                } catch (ProblemException e) {
                    problems.addAll(e.problems());
                }
            }
        }
        return selected;
    }

    private static Selected select(Table table, PostgresTable source) {
        Selection selection =
                MappingCompiler.select(source.schema(), table.select().orElse(null), table.where());
        List<String> key = MappingCompiler.key(source.schema(), selection, table.key(), table.where());
        requireOldRows(table, source, MappingCompiler.needsFullIdentity(source.schema(), selection, key));
        return new Selected(table, source, selection, key);
    }

    /** Whole old rows, in the table and each of its partitions, where the mapping needs them. */
    private static void requireOldRows(Table table, PostgresTable source, Optional<String> reason) {
        List<Problem> problems = Stream.concat(Stream.of(source.relation()), source.leaves().stream())
                .filter(relation -> relation.identity() != ReplicaIdentity.FULL)
                .map(relation -> relation.id().toString())
                .flatMap(name -> reason.stream()
                        .map(why -> new Problem(
                                Problem.Kind.REFUSED,
                                table.where(),
                                "The log does not carry whole old rows of " + name + ", but " + why
                                        + "; reading the row again at the source comes with a later version.",
                                "Run ALTER TABLE " + name + " REPLICA IDENTITY FULL, which makes the log longer.")))
                .toList();
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }

    private static List<TablePair> pairs(List<Selected> selected) {
        return selected.stream()
                .map(one -> WayBack.pair(one.table().source(), one.table().destination(), one.selection(), one.key()))
                .toList();
    }

    private List<PlannedTable> compile(List<Selected> selected) {
        Map<TableId, PostgresTable> destinations = tables(
                destination,
                selected.stream().map(one -> one.table().destination()).toList());
        List<PlannedTable> planned = new ArrayList<>();
        for (Selected one : selected) {
            PostgresTable target = destinations.get(one.table().destination());
            if (target == null) {
                throw new IllegalStateException(one.table().destination() + " vanished while it was looked at");
            }
            try {
                Mapping mapping = MappingCompiler.compile(
                        one.source().schema(),
                        one.selection(),
                        target.schema(),
                        one.key(),
                        one.table().where());
                TablePair pair = WayBack.pair(one.source().id(), target.id(), one.selection(), one.key());
                planned.add(new PlannedTable(one.source(), target, pair, mapping));
                wayBack.add(
                        one.source(),
                        one.selection(),
                        target,
                        one.key(),
                        one.table().where());
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        return planned;
    }

    private static Map<TableId, PostgresTable> tables(PostgresConnections database, Collection<TableId> ids) {
        try (Connection connection = database.open()) {
            return new LinkedHashMap<>(new PostgresCatalog(connection).tables(ids));
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
    }

    private void note(Findings findings) {
        problems.addAll(findings.problems());
        notices.addAll(findings.notices());
    }

    private void requireNone() {
        if (!problems.isEmpty()) {
            throw new ProblemException(List.copyOf(problems));
        }
    }
}
