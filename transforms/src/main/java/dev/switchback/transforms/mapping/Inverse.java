package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Retyping;
import dev.switchback.transforms.sql.Select.Output;
import dev.switchback.transforms.sql.TimeZones;

/**
 * Which columns of two tables hold the same values, so that rows can be taken either way: those that the mapping hands on
 * as they are or casts without loss. A value that the way back would alter is an error, which holds its change.
 *
 * @param from the table that rows come from
 * @param to the table that they go to
 * @param columns what gives each column of {@code to} that there is a way for
 * @param key the columns of {@code to} by which rows are found again
 */
public record Inverse(TableId from, TableId to, List<Retyping> columns, List<String> key) {

    public Inverse {
        columns = List.copyOf(columns);
        key = List.copyOf(key);
    }

    /**
     * How rows of the destination get back into the source.
     *
     * @param key the mapping's, see {@link MappingCompiler#key}
     * @throws ProblemException with every column for which there is no way back
     */
    public static Inverse of(
            TableSchema source, Selection selection, TableSchema destination, List<String> key, String where) {
        List<Problem> problems = new ArrayList<>();
        List<Retyping> columns = new ArrayList<>();
        for (Column column : source.columns()) {
            way(column, selection, destination, key).ifPresentOrElse(columns::add, () -> lost(source, column, where)
                    .ifPresent(problems::add));
        }
        columns.stream()
                .filter(way -> !way.exists())
                .map(way -> unknown(source, way, where))
                .forEach(problems::add);
        Set<String> found = columns.stream().map(way -> way.to().name()).collect(Collectors.toSet());
        selection.filter().ifPresent(filter -> {
            Set<String> hidden = new HashSet<>(filter.columns());
            hidden.removeAll(found);
            if (!hidden.isEmpty()) {
                problems.add(refusal(
                        where,
                        "The filter reads " + String.join(", ", hidden) + " of " + source.id()
                                + ", which the destination does not have, so that a new row there could not be told"
                                + " from one outside the filter.",
                        "Select it too, or write the way back yourself under reverse:."));
            }
        });
        ProblemException.requireNone(problems);
        return new Inverse(destination.id(), source.id(), columns, source.key());
    }

    /** What gives a source column back: a destination column of the key, or the first. */
    private static Optional<Retyping> way(
            Column column, Selection selection, TableSchema destination, List<String> key) {
        List<Output> ways = selection.select().outputs().stream()
                .filter(output -> output.column().filter(column::equals).isPresent())
                .toList();
        return ways.stream()
                .filter(output -> key.contains(output.name()))
                .findFirst()
                .or(() -> ways.stream().findFirst())
                .filter(output -> column.generation() != Generation.STORED)
                .map(output -> new Retyping(destination.column(output.name()).orElseThrow(), column, output.zone()));
    }

    private static Problem unknown(TableSchema source, Retyping way, String where) {
        return refusal(
                where,
                "Column " + way.to().name() + " of " + source.id() + " is "
                        + way.to().type().declaration() + ", and how it comes out of "
                        + way.from().name() + ", which is "
                        + way.from().type().declaration() + ", is not known.",
                "Write the way back yourself under reverse:, and leave the column out there or fill it otherwise.");
    }

    /** A column that keeps its old value, or gets its default in a new row, needs no way back. */
    private static Optional<Problem> lost(TableSchema source, Column column, String where) {
        boolean canStay = !source.key().contains(column.name()) && (column.nullable() || column.hasDefault());
        return canStay
                ? Optional.empty()
                : Optional.of(refusal(
                        where,
                        "Column " + column.name() + " of " + source.id() + " is "
                                + (source.key().contains(column.name()) ? "of the key" : "NOT NULL without a default")
                                + ", and no column of the destination gives it back.",
                        "Select it too, as it is or cast to a wider type, give it a default, or write the way back yourself"
                                + " under reverse:."));
    }

    private static Problem refusal(String where, String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, where, what, remedy);
    }

    /** The way there again. */
    public Inverse inverted() {
        return new Inverse(
                to,
                from,
                columns.stream().map(Retyping::inverted).toList(),
                key.stream()
                        .map(name -> columns.stream()
                                .filter(column -> column.to().name().equals(name))
                                .findFirst()
                                .orElseThrow()
                                .from()
                                .name())
                        .toList());
    }

    /**
     * As what a mapping is compiled from.
     *
     * @param zones where time zones are found
     * @throws ProblemException when one is not to be used
     */
    public Selection selection(TimeZones zones, String where) {
        return new Selection(Retyping.select(from, columns, zones, where));
    }
}
