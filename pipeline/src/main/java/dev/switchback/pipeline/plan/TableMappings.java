package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.pipeline.plan.FlowPlan.PlannedTable;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.Lookup;
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.TimeZones;

/**
 * Compiles what a migration file says of its tables, whoever has told what the tables look like: the databases, or a
 * snapshot of theirs. Problems are collected until there is nothing more to look at. Not thread-safe.
 */
public final class TableMappings {

    private static final Set<String> UNORDERED = Set.of("json", "xml");

    private final MigrationFile file;
    private final LookupTables lookups;
    private final TimeZones zones;
    private final Map<String, Way> begun;
    private final Set<Problem> problems = new LinkedHashSet<>();
    private final List<String> notices = new ArrayList<>();

    /**
     * @param lookups where joined tables are found
     * @param zones where time zones are found
     */
    public TableMappings(MigrationFile file, LookupTables lookups, TimeZones zones) {
        this(file, lookups, zones, Map.of());
    }

    /** @param begun the ways on which rows were written so far, by source table */
    TableMappings(MigrationFile file, LookupTables lookups, TimeZones zones, Map<String, Way> begun) {
        this.begun = begun;
        this.file = file;
        this.lookups = lookups;
        this.zones = zones;
    }

    /**
     * A table's selection and key, once its source is known.
     *
     * @param joined why its mutations go through a mutation topic; empty if they need not
     */
    public record Selected(
            Table table, PostgresTable source, Selection selection, List<String> key, Optional<String> joined) {

        TablePair pair() {
            return Ways.pair(table.source(), table.destination(), selection, key, table.onConflict());
        }
    }

    /** What was found so far. */
    public Set<Problem> problems() {
        return problems;
    }

    /** One sentence each about what an operator should know. */
    public List<String> notices() {
        return notices;
    }

    /** Reads every {@code SELECT} whose source table is there and has a key; any other is left out without a word. */
    public List<Selected> select(Map<TableId, PostgresTable> sources) {
        List<Selected> selected = new ArrayList<>();
        for (Table table : file.tables().values()) {
            PostgresTable found = sources.get(table.source());
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

    /** @param destinations every table that the selected ones go to */
    public List<PlannedTable> compile(List<Selected> selected, Map<TableId, PostgresTable> destinations) {
        List<PlannedTable> planned = new ArrayList<>();
        for (Selected one : selected) {
            try {
                planned.add(compile(one, destination(one, destinations)));
            } catch (ProblemException e) {
                problems.addAll(e.problems());
            }
        }
        requireAlike(selected);
        return planned;
    }

    /** What the mappings read of each declared or joined table; nothing of one that could not be read itself. */
    public Map<TableId, Set<String>> columns(List<Selected> selected) {
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

    /** Which source table's rows go where. */
    public static List<TablePair> pairs(List<Selected> selected) {
        return selected.stream().map(Selected::pair).toList();
    }

    /** Whether other tables go to the same one. */
    boolean shared(Table table) {
        return file.tables().values().stream()
                        .filter(other -> other.destination().equals(table.destination()))
                        .count()
                > 1;
    }

    static PostgresTable destination(Selected one, Map<TableId, PostgresTable> destinations) {
        PostgresTable target = destinations.get(one.table().destination());
        if (target == null) {
            throw new IllegalStateException(one.table().destination() + " vanished while it was looked at");
        }
        return target;
    }

    private Selected select(Table table, PostgresTable source) {
        Selection selection =
                MappingCompiler.select(source.schema(), table.select().orElse(null), lookups, zones, table.where());
        List<String> key = MappingCompiler.key(source.schema(), selection, table.key(), table.where());
        checkConflicts(table, selection);
        Optional<String> joined = joined(table, source, selection, key);
        if (table.onConflict().kind() == OnConflict.Kind.NEWER && joined.isEmpty()) {
            noticeAges(table, source);
        }
        return new Selected(table, source, selection, key, joined);
    }

    private void noticeAges(Table table, PostgresTable source) {
        String removed =
                table.source() + ": a row that is deleted is removed, however new the destination's is, since the"
                        + " log %s not say how old the deleted one was";
        if (!source.logsOldRows()) {
            notices.add(removed.formatted("does") + ". ALTER TABLE " + table.source()
                    + " REPLICA IDENTITY FULL ahead of the first run would change that, and make the log longer.");
        } else if (begun.get(table.source().toString()) == Way.BY_CHANGES) {
            notices.add(removed.formatted("did") + " when the migration began.");
        }
    }

    private void checkConflicts(Table table, Selection selection) {
        if (table.onConflict().equals(OnConflict.OVERWRITE)) {
            return;
        }
        notices.add("From the first run on " + table.destination() + " of the destination refuses the writes of"
                + " applications until a cutover, whatever rows it has already.");
        String newerBy = table.onConflict().column();
        if (newerBy == null) {
            return;
        }
        if (!selection.destinations().contains(newerBy)) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    table.where(),
                    "newer_by: names " + newerBy + ", which the SELECT does not fill.",
                    NearName.hint(newerBy, selection.destinations(), "Select it.")));
        }
        if (selection.select().filter().isPresent()) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    table.where(),
                    "on_conflict: newer does not go with a WHERE: rows that it leaves out would be removed, however new"
                            + " the destination's are.",
                    "Leave the WHERE out, or write on_conflict: overwrite."));
        }
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
        if (begun.get(table.source().toString()) == Way.REMEMBERED) {
            return Optional.of("its rows have been remembered from the first one on");
        }
        Optional<String> reason = Ways.needsOldRows(source, selection, key);
        reason.ifPresent(why -> notices.add(table.source()
                + " takes the longer way through a mutation topic, and its rows"
                + " are remembered: its log does not carry whole old rows, but " + why + ". ALTER TABLE "
                + table.source() + " REPLICA IDENTITY FULL ahead of the first run would spare that, and make the log"
                + " longer."));
        return reason;
    }

    private PlannedTable compile(Selected one, PostgresTable target) {
        target.schema()
                .column(String.valueOf(one.table().onConflict().column()))
                .filter(column -> UNORDERED.contains(column.type().name()))
                .ifPresent(column -> problems.add(new Problem(
                        Problem.Kind.REFUSED,
                        one.table().where(),
                        "newer_by: names " + column.name() + ", and of two values of type "
                                + column.type().declaration() + " none is the later one.",
                        "Name a time or a number.")));
        return Ways.planned(
                one.source(),
                one.selection(),
                target,
                one.key(),
                one.table().onConflict(),
                one.joined().isPresent(),
                shared(one.table()),
                begun.get(one.table().source().toString()),
                one.table().where());
    }

    /** Tables that go to one must fill the same of it: otherwise a row's columns would be of different source rows. */
    private void requireAlike(List<Selected> selected) {
        Map<TableId, Selected> first = new LinkedHashMap<>();
        for (Selected one : selected) {
            Selected other = first.computeIfAbsent(one.table().destination(), any -> one);
            boolean alike = Set.copyOf(one.selection().destinations())
                            .equals(Set.copyOf(other.selection().destinations()))
                    && one.key().equals(other.key());
            if (!one.table().onConflict().equals(other.table().onConflict())) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        one.table().where(),
                        other.table().source() + " and " + one.table().source() + " both go to "
                                + one.table().destination() + ", but say different things by on_conflict.",
                        "Give both the same on_conflict:, newer_by: and keep_declined:."));
            }
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
}
