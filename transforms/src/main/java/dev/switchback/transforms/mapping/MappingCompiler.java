package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.mapping.ColumnMapping.Source;
import dev.switchback.transforms.mapping.SelectProgram.Computed;
import dev.switchback.transforms.mapping.SelectProgram.Handed;
import dev.switchback.transforms.mapping.SelectProgram.Target;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Assignment;
import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.Select;
import dev.switchback.transforms.sql.Select.Output;
import dev.switchback.transforms.sql.TimeZones;

/**
 * Turns a table's declaration into its {@link Mapping}, in two steps: {@link #select} needs the source's schema only, so
 * that the destination can be checked for what is selected; {@link #compile} needs both.
 */
public final class MappingCompiler {

    private static final String SELECT_THE_KEY =
            "Select it, as it is or cast to a wider type, or name the destination's key with key:.";

    private MappingCompiler() {}

    /**
     * Where rows go.
     *
     * @param key the columns by which they are found again, see {@link MappingCompiler#key}
     * @param wholeOldRows whether updates and deletes carry the whole old row
     */
    public record Into(TableSchema table, List<String> key, OnConflict onConflict, boolean wholeOldRows) {

        /** Overwriting what is there. */
        public static Into of(TableSchema table, List<String> key) {
            return new Into(table, key, OnConflict.OVERWRITE, false);
        }
    }

    /**
     * What goes where.
     *
     * @param select the declared {@code SELECT}; null for every column under its own name
     * @param lookups where joined tables are found
     * @param zones where time zones are found
     * @param where for {@link Problem#where()}: {@code stores.yaml:12, public.store}
     * @throws ProblemException with everything about the {@code SELECT} that cannot be run
     */
    public static Selection select(
            TableSchema source, @Nullable String select, LookupTables lookups, TimeZones zones, String where) {
        Select read = select == null ? Select.all(source, where) : Select.of(source, select, lookups, zones, where);
        List<Problem> problems = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (Output output : read.outputs()) {
            if (!taken.add(output.name())) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        output.place(),
                        "Column " + output.name() + " is selected twice.",
                        "Leave one of them out, or give it another name with AS."));
            }
        }
        ProblemException.requireNone(problems);
        return new Selection(read);
    }

    /** With time zones as Java has them. */
    public static Selection select(TableSchema source, @Nullable String select, LookupTables lookups, String where) {
        return select(source, select, lookups, TimeZones.JAVA, where);
    }

    /** A {@code SELECT} without joins. */
    public static Selection select(TableSchema source, @Nullable String select, String where) {
        return select(source, select, LookupTables.NONE, where);
    }

    /** The destination columns by which rows are found again, see {@link #key(TableSchema, Selection, List, String)}. */
    public static List<String> key(TableSchema source, Selection selection, String where) {
        return key(source, selection, List.of(), where);
    }

    /**
     * The destination columns by which rows are found again.
     *
     * @param declared the key as the operator wants it; empty for the columns that the source's key fills, in its order
     * @throws ProblemException when the source has no primary key, a column of it does not get into a key that is not
     *     declared, or a declared column is not filled
     */
    public static List<String> key(TableSchema source, Selection selection, List<String> declared, String where) {
        List<Problem> problems = new ArrayList<>();
        if (source.key().isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    source.id() + " has no primary key.",
                    "Add one: without it an update or delete cannot be told from another."));
        }
        for (String name : declared) {
            if (selection.output(name).isEmpty()) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        where,
                        "key: names " + name + ", which the SELECT does not fill.",
                        NearName.hint(name, selection.destinations(), "Select it.")));
            }
        }
        List<String> filled = new ArrayList<>();
        for (String column : source.key()) {
            Optional<String> destination = carrying(selection, column, declared);
            destination.ifPresent(filled::add);
            if (destination.isEmpty() && declared.isEmpty()) {
                problems.add(
                        new Problem(Problem.Kind.BAD_INPUT, where, keyless(source, selection, column), SELECT_THE_KEY));
            }
        }
        ProblemException.requireNone(problems);
        return declared.isEmpty() ? filled : declared;
    }

    private static String keyless(TableSchema source, Selection selection, String column) {
        return selection.select().outputs().stream()
                .filter(output -> output.zone() != null
                        && output.column().stream()
                                .anyMatch(found -> found.name().equals(column)))
                .findFirst()
                .map(output -> "Two values of " + column + ", a column of the primary key of " + source.id()
                        + ", may be one instant in " + output.zone() + ", whose clocks skip readings.")
                .orElse("The SELECT leaves out " + column + ", a column of the primary key of " + source.id() + ".");
    }

    /**
     * Whether the source's key is among what fills this key, as it is or cast without loss: then no two source rows share
     * a destination row.
     */
    public static boolean keepsSourceKey(TableSchema source, Selection selection, List<String> key) {
        return source.key().stream()
                .allMatch(column -> carrying(selection, column, key).isPresent());
    }

    /** The destination column that has the values of this column of the source's key. */
    private static Optional<String> carrying(Selection selection, String column, List<String> declared) {
        return selection.select().outputs().stream()
                .filter(output -> declared.isEmpty() || declared.contains(output.name()))
                // A reading that the clocks skip is the same instant as one that they show.
                .filter(output -> output.zone() == null)
                .filter(output -> output.column()
                        .filter(found -> found.name().equals(column))
                        .isPresent())
                .map(Output::name)
                .findFirst();
    }

    /**
     * The mapping of a table whose rows need no others: without lookups, and with a key that {@linkplain #keepsSourceKey
     * keeps the source's}, since otherwise two source rows may meet in one destination row.
     *
     * @param key the destination columns by which rows are found again, see {@link #key}
     * @throws ProblemException with every column that cannot be filled, or cannot be left unfilled
     */
    public static Mapping compile(
            TableSchema source, Selection selection, TableSchema destination, List<String> key, String where) {
        return compile(source, selection, Into.of(destination, key), where);
    }

    /** The same with what becomes of rows that the destination has. */
    public static Mapping compile(TableSchema source, Selection selection, Into into, String where) {
        if (!selection.lookups().isEmpty()) {
            throw new IllegalArgumentException(source.id() + " is mapped through its mutation topic");
        }
        SelectProgram program = program(source, selection, into, where);
        if (!selection.isPlain() || !program.keepsDestinationKey()) {
            return new SelectMapping(program);
        }
        return new ColumnMapping(
                source.id(),
                program.destination(),
                program.targets().stream()
                        .map(Handed.class::cast)
                        .map(handed -> new Source(handed.column(), handed.conversion()))
                        .toList());
    }

    /**
     * The mapping of a table whose mutations go through a mutation topic.
     *
     * @param key see {@link #key}
     * @param shared whether other tables have the same destination
     * @throws ProblemException see {@link #compile}
     */
    public static RowMapping compileRows(
            TableSchema source,
            Selection selection,
            TableSchema destination,
            List<String> key,
            boolean shared,
            String where) {
        return compileRows(source, selection, Into.of(destination, key), shared, where);
    }

    /** The same with what becomes of rows that the destination has. */
    public static RowMapping compileRows(
            TableSchema source, Selection selection, Into into, boolean shared, String where) {
        SelectProgram program = program(source, selection, into, where).inDestinationOrder(into.table());
        boolean contested = shared || !keepsSourceKey(source, selection, into.key());
        return new RowMapping(source, program, selection.select(), contested);
    }

    private static SelectProgram program(TableSchema source, Selection selection, Into into, String where) {
        TableSchema destination = into.table();
        TableSchema joined = selection.select().joined(source);
        Set<String> computed = selection.computed();
        List<Problem> problems = new ArrayList<>();
        List<Column> columns = new ArrayList<>();
        List<Target> targets = new ArrayList<>();
        for (Output output : selection.select().outputs()) {
            if (output.expression() != null) {
                requireCaptured(joined, output.columns(), output.place(), problems);
            }
            Optional<Column> to = destination.column(output.name());
            if (to.isEmpty()) {
                problems.add(noSuchColumn(destination, output, where));
            } else if (!generatedOnBothSides(output, to.get())) {
                target(output, to.get(), destination, where, problems).ifPresent(found -> {
                    columns.add(to.get());
                    targets.add(found);
                    if (into.key().contains(output.name()) && computed.contains(output.name())) {
                        KeyValues.problem(output, to.get(), destination).ifPresent(problems::add);
                    }
                });
            }
        }
        selection.filter().ifPresent(filter -> requireCaptured(joined, filter.columns(), where, problems));
        unfilled(selection, destination, where, problems);
        ProblemException.requireNone(problems);
        return new SelectProgram(
                joined,
                new DestinationTable(destination.id(), columns, into.key(), into.onConflict(), into.wholeOldRows()),
                selection.select().inputs(),
                targets,
                selection.filter().orElse(null));
    }

    /**
     * Why the source table's log must carry old rows whole; empty where its key is enough.
     *
     * @param key see {@link #key}
     */
    public static Optional<String> needsFullIdentity(TableSchema source, Selection selection, List<String> key) {
        return FullIdentity.reason(source, selection, key);
    }

    private static boolean generatedOnBothSides(Output output, Column to) {
        return to.generation() == Generation.STORED
                && output.bare()
                        .filter(from -> from.generation() == Generation.STORED)
                        .isPresent();
    }

    private static Optional<Target> target(
            Output output, Column to, TableSchema destination, String where, List<Problem> problems) {
        Expression expression = output.expression();
        if (expression == null) {
            return source(output.bare().orElseThrow(), to, destination, where, problems)
                    .map(source -> new Handed(source.column(), source.conversion()));
        }
        Optional<Assignment> assignment = Assignment.of(expression, to);
        if (to.generation() == Generation.STORED) {
            problems.add(generatedThere(to, destination, where));
        } else if (assignment.isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    output.place(),
                    "The expression for " + output.name() + " is " + expression.type() + ", and the column of "
                            + destination.id() + " is " + to.type().declaration() + ".",
                    Assignment.castFits(expression, to)
                            ? "Write CAST(… AS " + to.type().name() + ")."
                            : "No cast that is supported leads there: give the column the type " + expression.type()
                                    + "."));
        }
        return assignment.map(
                found -> new Computed(output.name(), expression.columns(), expression.evaluator(), found));
    }

    /** Stored generated columns are not in the log. */
    private static void requireCaptured(TableSchema source, Set<String> columns, String where, List<Problem> problems) {
        for (String name : columns) {
            Column column = source.column(name).orElseThrow();
            if (column.generation() == Generation.STORED) {
                problems.add(new Problem(
                        Problem.Kind.REFUSED,
                        where,
                        "Column " + name + " is generated, and the source's log leaves such columns out.",
                        "Write the expression that generates it instead."));
            }
        }
    }

    private static Problem generatedThere(Column to, TableSchema destination, String where) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "Column " + to.name() + " of " + destination.id() + " is generated there and takes no value.",
                "Leave it out with a SELECT.");
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
            problems.add(generatedThere(to, destination, where));
        } else if (conversion.isEmpty()) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    where,
                    "Column " + from.name() + " is " + from.type().declaration() + ", and " + to.name() + " of "
                            + destination.id() + " is " + to.type().declaration() + ".",
                    "Give both the same type, or select a CAST of it."));
        } else {
            return Optional.of(new Source(from.name(), conversion.get()));
        }
        return Optional.empty();
    }

    private static Problem noSuchColumn(TableSchema destination, Output output, String where) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                destination.id() + " has no column " + output.name() + ".",
                NearName.of(output.name(), destination.columnNames())
                        .map(near -> "Add it, or select it AS " + near + " if that is what it is called there.")
                        .orElse("Add it, or leave "
                                + output.bare().map(Column::name).orElse("the expression") + " out with a SELECT."));
    }

    private static void unfilled(Selection selection, TableSchema destination, String where, List<Problem> problems) {
        Set<String> filled = new HashSet<>(selection.destinations());
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
}
