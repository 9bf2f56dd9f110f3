package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.DestinationPreflight;
import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.SourcePreflight;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.pipeline.plan.TableMappings.Selected;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.Lookup;

/** One look at both databases. Problems are collected until there is nothing more to look at. */
final class Planning {

    private final MigrationFile file;
    private final PostgresConnections source;
    private final PostgresConnections destination;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final List<String> notices = new ArrayList<>();
    private final ZoneTables zones;
    private final List<Problem> unread = new ArrayList<>();
    private final Map<String, Way> begun = new HashMap<>();
    private final Map<String, Way> begunBack = new HashMap<>();
    private final WayBack wayBack;
    private final SourceLookups lookups;
    private final TableMappings mappings;

    Planning(MigrationFile file) {
        this.file = file;
        this.source = Plan.source(file);
        this.destination = Plan.destination(file);
        this.zones = new ZoneTables(source);
        this.wayBack = new WayBack(new ZoneTables(destination), begunBack);
        this.lookups = new SourceLookups(source);
        this.mappings = new TableMappings(file, lookups, zones, begun);
    }

    Plan plan() {
        Map<TableId, PostgresTable> sources = sources();
        if (unread.isEmpty()) {
            begun(destination, file.flow(), begun);
            begun(source, new Flow(file.migration(), Direction.REVERSE), begunBack);
        }
        // A table that is missing, or has no key, the preflight reports.
        List<Selected> selected = mappings.select(sources);
        problems.addAll(mappings.problems());
        notices.addAll(mappings.notices());
        notices.addAll(zones.notices());
        problems.addAll(topics(selected));
        Findings source = new SourcePreflight(this.source).check(file.flow(), mappings.columns(selected));
        note(source);
        Findings destination =
                new DestinationPreflight(this.destination).check(file.flow(), sources, TableMappings.pairs(selected));
        note(destination);
        if (source.problems().isEmpty() && destination.problems().isEmpty()) {
            problems.addAll(unread);
        }
        requireNone();
        selected.stream()
                .filter(one -> !one.selection().computed().isEmpty()
                        || one.selection().select().readsTexts())
                .findFirst()
                .ifPresent(one -> problems.addAll(
                        SourceLetters.problems(this.source, one.table().where())));
        problems.addAll(InterpretedTexts.problems(this.source, interpreted(selected)));
        Map<TableId, PostgresTable> destinations = destinations(selected);
        List<PlannedTable> planned = mappings.compile(selected, destinations);
        problems.addAll(mappings.problems());
        requireNone();
        selected.forEach(one -> wayBack(one, TableMappings.destination(one, destinations)));
        if (wayBack.computes()) {
            SourceLetters.problems(this.destination, "the way back").forEach(wayBack::refuse);
        }
        InterpretedTexts.problems(this.destination, Map.of("the way back", wayBack.interpreted()))
                .forEach(wayBack::refuse);
        notices.addAll(wayBack.notices());
        Flow back = new Flow(file.migration(), Direction.REVERSE);
        topics(back, wayBack.tables()).forEach(wayBack::refuse);
        return new Plan(
                new FlowPlan(file, file.flow(), planned, List.copyOf(lookups.all())),
                new FlowPlan(file, back, wayBack.tables(), List.of()),
                wayBack.problems(),
                notices);
    }

    /** The columns whose values each {@code SELECT} looks into. */
    private static Map<String, Map<TableId, Set<String>>> interpreted(List<Selected> selected) {
        Map<String, Map<TableId, Set<String>>> columns = new LinkedHashMap<>();
        for (Selected one : selected) {
            columns.put(
                    one.table().where(),
                    one.selection().select().interpreted(one.table().source()));
        }
        return columns;
    }

    /** What Kafka would say against the topics of the way forward, as far as it is known which there are to be. */
    private List<Problem> topics(List<Selected> selected) {
        TopicNames topics = new TopicNames(file.flow());
        if (!file.sharesTopic()) {
            file.tables().values().forEach(table -> topics.changes(table.source(), table.where()));
        }
        for (Selected one : selected) {
            String where = one.table().where();
            for (Lookup lookup : one.selection().lookups()) {
                TableId id = lookup.table().id();
                topics.lookup(id, where);
                if (file.tables().containsKey(id)) {
                    topics.changes(id, where);
                }
            }
            if (one.joined().isPresent()) {
                topics.changes(one.table().source(), where);
                topics.mutations(one.table().destination(), where);
            }
        }
        return topics.problems();
    }

    /** And against those of the way back. */
    private List<Problem> topics(Flow back, List<PlannedTable> tables) {
        TopicNames topics = new TopicNames(back);
        for (PlannedTable table : tables) {
            String where = back + ": " + table.from().id();
            if (!file.sharesTopic() || table.joined().isPresent()) {
                topics.changes(table.from().id(), where);
            }
            table.joined().ifPresent(mapping -> topics.mutations(table.to().id(), where));
        }
        return topics.problems();
    }

    /** @param begun gets the ways on which the flow's rows were written so far, by the table that they came from */
    private void begun(PostgresConnections written, Flow flow, Map<String, Way> begun) {
        try (Connection connection = written.open()) {
            ControlSchema.mappings(connection, flow)
                    .forEach((table, mapping) -> Way.of(mapping).ifPresent(way -> begun.put(table, way)));
        } catch (SQLException e) {
            unread.add(written.problem(e));
        } catch (ProblemException e) {
            unread.addAll(e.problems());
        }
    }

    /** Why the source cannot be read, its preflight says best. */
    private Map<TableId, PostgresTable> sources() {
        try {
            return tables(source, file.tables().keySet());
        } catch (ProblemException e) {
            unread.addAll(e.problems());
            return Map.of();
        }
    }

    private Map<TableId, PostgresTable> destinations(List<Selected> selected) {
        return tables(
                destination,
                selected.stream().map(one -> one.table().destination()).toList());
    }

    private void wayBack(Selected one, PostgresTable target) {
        String where = one.table().where();
        if (mappings.shared(one.table())) {
            wayBack.refuse(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Several tables go to " + target.id() + ", and nothing says which of them a new row there is of.",
                    "Migrate without a way back."));
        } else {
            one.table()
                    .reverse()
                    .ifPresentOrElse(
                            reverse -> wayBack.declare(one, target, reverse), () -> wayBack.derive(one, target));
        }
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
        ProblemException.requireNone(problems);
    }
}
