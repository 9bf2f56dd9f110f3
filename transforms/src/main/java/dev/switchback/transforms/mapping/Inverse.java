package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Dialect;
import dev.switchback.transforms.sql.Select.Output;
import dev.switchback.transforms.sql.SqlType;

/**
 * Which columns of two tables hold the same values, so that rows can be taken either way: those that the mapping hands on
 * as they are or casts without loss. A cast back that a value does not fit is an error of that value, which holds its
 * change.
 *
 * @param from the table that rows come from
 * @param to the table that they go to
 * @param key the columns of {@code to} by which rows are found again
 */
public record Inverse(TableId from, TableId to, List<Pair> pairs, List<String> key) {

    /**
     * A column on each side, and how their types are called as far as a cast needs to name them.
     *
     * @param zone whose clocks show at an instant of the one what the other has; null where they are not instant and
     *     reading
     */
    public record Pair(String from, SqlType fromType, String to, SqlType toType, @Nullable String zone) {

        private Pair inverted() {
            return new Pair(to, toType, from, fromType, zone);
        }

        private boolean needsCast() {
            boolean texts = fromType.isText() && toType.isText();
            boolean onlyText = toType.is(SqlType.Kind.OTHER, SqlType.Kind.JSON, SqlType.Kind.JSONB);
            return !fromType.equals(toType) && !texts && !onlyText;
        }

        private String sql() {
            String name = Dialect.POSTGRES.name(from);
            if (zone != null) {
                return zoned(name, Dialect.POSTGRES.string(zone)) + " AS " + Dialect.POSTGRES.name(to);
            }
            return (needsCast() ? "CAST(" + name + " AS " + toType.name() + ")" : name) + " AS "
                    + Dialect.POSTGRES.name(to);
        }

        /** Of two instants with one reading, the way there gives but the later: what it does not give back is an error. */
        private String zoned(String name, String zone) {
            String there = "timezone(" + zone + ", " + name + ")";
            if (fromType.kind() == SqlType.Kind.TIMESTAMP) {
                return there;
            }
            String again = "timezone(" + zone + ", " + there + ")";
            String refusal = "CAST(" + name + " AS text) || ' is not the only time of its reading in ' || " + zone;
            return "CASE WHEN " + again + " <> " + name + " THEN CAST(" + refusal + " AS timestamp) ELSE " + there
                    + " END";
        }
    }

    public Inverse {
        pairs = List.copyOf(pairs);
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
        List<Pair> pairs = new ArrayList<>();
        for (Column column : source.columns()) {
            way(column, selection, destination, key).ifPresentOrElse(pairs::add, () -> lost(source, column, where)
                    .ifPresent(problems::add));
        }
        Set<String> found = pairs.stream().map(Pair::to).collect(Collectors.toSet());
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
        return new Inverse(destination.id(), source.id(), pairs, source.key());
    }

    /** The destination column that gives a source column back: one of the key, or the first. */
    private static Optional<Pair> way(Column column, Selection selection, TableSchema destination, List<String> key) {
        List<Output> ways = selection.select().outputs().stream()
                .filter(output -> output.column().filter(column::equals).isPresent())
                .filter(output -> destination
                        .column(output.name())
                        .filter(target -> output.zone() == null
                                || SqlType.of(target.type()).equals(SqlType.TIMESTAMPTZ))
                        .isPresent())
                .toList();
        return ways.stream()
                .filter(output -> key.contains(output.name()))
                .findFirst()
                .or(() -> ways.stream().findFirst())
                .filter(output -> column.generation() != Generation.STORED)
                .map(output -> new Pair(
                        output.name(),
                        SqlType.of(
                                destination.column(output.name()).orElseThrow().type()),
                        column.name(),
                        SqlType.of(column.type()),
                        output.zone()));
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
                pairs.stream().map(Pair::inverted).toList(),
                key.stream()
                        .map(name -> pairs.stream()
                                .filter(pair -> pair.to().equals(name))
                                .findFirst()
                                .orElseThrow()
                                .from())
                        .toList());
    }

    /** As a {@code SELECT} that a mapping is compiled from. */
    public String select() {
        return "SELECT " + pairs.stream().map(Pair::sql).collect(Collectors.joining(", ")) + " FROM "
                + Dialect.POSTGRES.name(from.schema()) + "." + Dialect.POSTGRES.name(from.name());
    }
}
