package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.mapping.ColumnMapping.Source;
import dev.switchback.transforms.mapping.SelectParser.Item;
import dev.switchback.transforms.mapping.Selection.Pair;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Turns a table's declaration into its {@link Mapping}, in two steps: {@link #select} needs the source's schema only, so
 * that the destination can be checked for what is selected; {@link #compile} needs both. So far a {@code SELECT} may
 * choose and rename columns; whatever else it says is refused with its place.
 */
public final class MappingCompiler {

    private MappingCompiler() {}

    /**
     * Which column goes where.
     *
     * @param select the declared {@code SELECT}; null for every column under its own name
     * @param where for {@link Problem#where()}: {@code stores.yaml:12, public.store}
     * @throws ProblemException with everything about the {@code SELECT} that cannot be run
     */
    public static Selection select(TableSchema source, @Nullable String select, String where) {
        List<Item> items =
                select == null ? List.of(new Item(null, "", where)) : SelectParser.parse(source.id(), select, where);
        List<Problem> problems = new ArrayList<>();
        List<Pair> pairs = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Item item : items) {
            for (Pair pair : pairs(source, item, problems)) {
                if (taken.add(pair.destination())) {
                    pairs.add(pair);
                } else {
                    problems.add(new Problem(
                            Problem.Kind.BAD_INPUT,
                            item.place(),
                            "Column " + pair.destination() + " is selected twice.",
                            "Leave one of them out, or give it another name with AS."));
                }
            }
        }
        require(problems);
        return new Selection(pairs);
    }

    private static List<Pair> pairs(TableSchema source, Item item, List<Problem> problems) {
        if (item.column() == null) {
            return source.columnNames().stream()
                    .map(name -> new Pair(name, name))
                    .toList();
        }
        if (source.column(item.column()).isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    item.place(),
                    source.id() + " has no column " + item.column() + ".",
                    NearName.hint(
                            item.column(),
                            source.columnNames(),
                            "Its columns are " + String.join(", ", source.columnNames()) + ".")));
            return List.of();
        }
        return List.of(new Pair(item.column(), item.alias()));
    }

    /**
     * The destination columns that the source's primary key fills, in the key's order: by these, rows are found again.
     *
     * @throws ProblemException when the source has no primary key, or a column of it is not selected
     */
    public static List<String> key(TableSchema source, Selection selection, String where) {
        List<String> key = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        if (source.key().isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    source.id() + " has no primary key.",
                    "Add one: without it an update or delete cannot be told from another."));
        }
        for (String column : source.key()) {
            Optional<String> filled = selection.columns().stream()
                    .filter(pair -> pair.source().equals(column))
                    .map(Pair::destination)
                    .findFirst();
            filled.ifPresentOrElse(
                    key::add,
                    () -> problems.add(new Problem(
                            Problem.Kind.BAD_INPUT,
                            where,
                            "The SELECT leaves out " + column + ", a column of the primary key of " + source.id() + ".",
                            "Select it; a change of key comes with a later version.")));
        }
        require(problems);
        return key;
    }

    /**
     * The mapping.
     *
     * @param key the destination columns by which rows are found again, see {@link #key}
     * @throws ProblemException with every column that cannot be filled, or cannot be left unfilled
     */
    public static Mapping compile(
            TableSchema source, Selection selection, TableSchema destination, List<String> key, String where) {
        List<Problem> problems = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        List<Source> sources = new ArrayList<>();
        for (Pair pair : selection.columns()) {
            Column from = source.column(pair.source()).orElseThrow();
            Optional<Column> to = destination.column(pair.destination());
            if (to.isEmpty()) {
                problems.add(noSuchColumn(destination, pair, where));
            } else if (!generatedOnBothSides(from, to.get())) {
                source(from, to.get(), destination, where, problems).ifPresent(found -> {
                    columns.add(to.get());
                    sources.add(found);
                });
            }
        }
        unfilled(selection, destination, where, problems);
        require(problems);
        DestinationTable table = new DestinationTable(destination.id(), columns, key);
        return new ColumnMapping(source.id(), table, sources);
    }

    private static boolean generatedOnBothSides(Column from, Column to) {
        return from.generation() == Generation.STORED && to.generation() == Generation.STORED;
    }

    private static Optional<Source> source(
            Column from, Column to, TableSchema destination, String where, List<Problem> problems) {
        Optional<Conversion> conversion =
                Conversion.between(from.type().carrier(), to.type().carrier());
        if (from.generation() == Generation.STORED) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Column " + from.name() + " is generated, and the source's log leaves such columns out.",
                    "Generate it at the destination too, or leave it out with a SELECT."));
        } else if (to.generation() == Generation.STORED) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Column " + to.name() + " of " + destination.id() + " is generated there and takes no value.",
                    "Leave it out with a SELECT."));
        } else if (conversion.isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Column " + from.name() + " is " + from.type().declaration() + ", and " + to.name() + " of "
                            + destination.id() + " is " + to.type().declaration() + ".",
                    "Give both the same type; a CAST comes with a later version."));
        } else {
            return Optional.of(new Source(from.name(), conversion.get()));
        }
        return Optional.empty();
    }

    private static Problem noSuchColumn(TableSchema destination, Pair pair, String where) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                destination.id() + " has no column " + pair.destination() + ".",
                NearName.of(pair.destination(), destination.columnNames())
                        .map(near -> "Add it, or select it AS " + near + " if that is what it is called there.")
                        .orElse("Add it, or leave " + pair.source() + " out with a SELECT."));
    }

    private static void unfilled(Selection selection, TableSchema destination, String where, List<Problem> problems) {
        Set<String> filled = selection.columns().stream().map(Pair::destination).collect(Collectors.toSet());
        for (Column column : destination.columns()) {
            if (!filled.contains(column.name()) && !column.nullable() && !column.hasDefault()) {
                problems.add(new Problem(
                        Problem.Kind.REFUSED,
                        where,
                        "Column " + column.name() + " of " + destination.id() + " is NOT NULL, and nothing fills it.",
                        "Give it a default, or select a source column AS " + column.name() + "."));
            }
        }
    }

    private static void require(List<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ProblemException(problems);
        }
    }
}
