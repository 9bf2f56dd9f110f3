package dev.switchback.pipeline.plan;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.DestinationPreflight;
import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.SourcePreflight;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
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
    private final WayBack wayBack = new WayBack();
    private final SourceLookups lookups;

    Planning(MigrationFile file) {
        this.file = file;
        this.source = Plan.source(file);
        this.destination = Plan.destination(file);
        this.lookups = new SourceLookups(source);
    }

    /**
     * A table's selection and key, once its source has been looked at.
     *
     * @param joined why its mutations go through a mutation topic; empty if they need not
     */
    private record Selected(
            Table table, PostgresTable source, Selection selection, List<String> key, Optional<String> joined) {}

    Plan plan() {
        List<Problem> unread = new ArrayList<>();
        Map<TableId, PostgresTable> sources = sources(unread);
        List<Selected> selected = select(sources);
        problems.addAll(topics(selected));
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
        topics(back, wayBack.tables()).forEach(wayBack::refuse);
        return new Plan(
                new FlowPlan(file, file.flow(), planned, List.copyOf(lookups.all())),
                new FlowPlan(file, back, wayBack.tables(), List.of()),
                wayBack.problems(),
                notices);
    }

    /** What Kafka would say against the topics of the way forward, as far as it is known which there are to be. */
    private List<Problem> topics(List<Selected> selected) {
        TopicNames topics = new TopicNames(file.flow());
        file.tables().values().forEach(table -> topics.changes(table.source(), table.where()));
        for (Selected one : selected) {
            one.selection()
                    .lookups()
                    .forEach(lookup ->
                            topics.lookup(lookup.table().id(), one.table().where()));
            one.joined()
                    .ifPresent(why -> topics.mutations(
                            one.table().destination(), one.table().where()));
        }
        return topics.problems();
    }

    /** And against those of the way back. */
    private List<Problem> topics(Flow back, List<PlannedTable> tables) {
        TopicNames topics = new TopicNames(back);
        for (PlannedTable table : tables) {
            String where = back + ": " + table.from().id();
            topics.changes(table.from().id(), where);
            table.joined().ifPresent(mapping -> topics.mutations(table.to().id(), where));
        }
        return topics.problems();
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
        for (Selected one : selected) {
            columns.put(one.table().source(), new HashSet<>(one.selection().reads()));
        }
        for (Selected one : selected) {
            for (Lookup lookup : one.selection().lookups()) {
                columns.computeIfAbsent(lookup.table().id(), table -> new HashSet<>())
                        .addAll(one.selection().select().columnsOf(lookup));
            }
        }
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

    private Selected select(Table table, PostgresTable source) {
        Selection selection =
                MappingCompiler.select(source.schema(), table.select().orElse(null), lookups, table.where());
        List<String> key = MappingCompiler.key(source.schema(), selection, table.key(), table.where());
        return new Selected(table, source, selection, key, joined(table, source, selection, key));
    }

    /** Why one partition's log does not say all that the table's destination rows are made of. */
    private Optional<String> joined(Table table, PostgresTable source, Selection selection, List<String> key) {
        if (!selection.lookups().isEmpty()) {
            return Optional.of("it looks rows up in "
                    + selection.lookups().stream()
                            .map(lookup -> lookup.table().id().toString())
                            .distinct()
                            .collect(Collectors.joining(", ")));
        }
        if (shared(table)) {
            return Optional.of("other tables go to " + table.destination() + " too");
        }
        if (!MappingCompiler.keepsSourceKey(source.schema(), selection, key)) {
            return Optional.of("the destination's key does not contain the source's");
        }
        Optional<String> reason = Ways.needsOldRows(source, selection, key);
        reason.ifPresent(
                why -> notices.add(table.source() + " takes the longer way through a mutation topic, and its rows"
                        + " are remembered: its log does not carry whole old rows, but " + why + ". ALTER TABLE "
                        + table.source() + " REPLICA IDENTITY FULL would spare that, and make the log longer."));
        return reason;
    }

    private boolean shared(Table table) {
        return file.tables().values().stream()
                        .filter(other -> other.destination().equals(table.destination()))
                        .count()
                > 1;
    }

    private static List<TablePair> pairs(List<Selected> selected) {
        return selected.stream()
                .map(one -> Ways.pair(one.table().source(), one.table().destination(), one.selection(), one.key()))
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
                planned.add(compile(one, target));
                wayBack(one, target);
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        requireAlike(selected);
        return planned;
    }

    private PlannedTable compile(Selected one, PostgresTable target) {
        return Ways.planned(
                one.source(),
                one.selection(),
                target,
                one.key(),
                one.joined().isPresent(),
                shared(one.table()),
                one.table().where());
    }

    private void wayBack(Selected one, PostgresTable target) {
        String where = one.table().where();
        if (shared(one.table())) {
            wayBack.refuse(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Several tables go to " + target.id() + ", and nothing says which of them a new row there is of.",
                    "Migrate without a way back; one that is declared (reverse:) comes with a later version."));
        } else {
            wayBack.add(one.source(), one.selection(), target, one.key(), where);
        }
    }

    /** Tables that go to one must fill the same of it: otherwise a row's columns would be of different source rows. */
    private void requireAlike(List<Selected> selected) {
        Map<TableId, Selected> first = new LinkedHashMap<>();
        for (Selected one : selected) {
            Selected other = first.computeIfAbsent(one.table().destination(), any -> one);
            boolean alike = Set.copyOf(one.selection().destinations())
                            .equals(Set.copyOf(other.selection().destinations()))
                    && one.key().equals(other.key());
            if (!alike) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        one.table().where(),
                        other.table().source() + " and " + one.table().source() + " both go to "
                                + one.table().destination() + ", but fill different columns of it, or find its rows by"
                                + " different keys.",
                        "Select the same columns in both, NULL where one has none, and give both the same key:."));
            }
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
        if (!problems.isEmpty()) {
            throw new ProblemException(List.copyOf(problems));
        }
    }
}
