package dev.switchback.transforms.mapping;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.Lookup;
import dev.switchback.transforms.sql.Select;
import dev.switchback.transforms.sql.Select.Output;

/**
 * What a table's {@code SELECT} says once its columns are known to exist: what fills which destination column, and which
 * rows there are. No destination column appears twice.
 */
public record Selection(Select select) {

    /** A source column and the name of the destination column that it fills. */
    public record Pair(String source, String destination) {}

    /** The source columns that are handed on as they are, in the order of the {@code SELECT}. */
    public List<Pair> columns() {
        Set<String> own = reads();
        return select.outputs().stream()
                .flatMap(output -> output.bare().stream().map(column -> new Pair(column.name(), output.name())))
                .filter(pair -> own.contains(pair.source()))
                .toList();
    }

    /** The destination columns that anything else fills: expressions, and columns of lookups. */
    public Set<String> computed() {
        Set<String> handed = columns().stream().map(Pair::destination).collect(Collectors.toSet());
        return destinations().stream().filter(name -> !handed.contains(name)).collect(Collectors.toSet());
    }

    /** Every destination column that is filled, in the order of the {@code SELECT}. */
    public List<String> destinations() {
        return select.outputs().stream().map(Output::name).toList();
    }

    /** Every column of the source table that is read, by the filter and by joins too. */
    public Set<String> reads() {
        return select.ownColumns();
    }

    /** The tables that rows are looked up in. */
    public List<Lookup> lookups() {
        return select.lookups();
    }

    Optional<Expression> filter() {
        return select.filter();
    }

    /** Whether rows are only handed on, each column as it is. */
    boolean isPlain() {
        return computed().isEmpty() && filter().isEmpty() && lookups().isEmpty();
    }

    /** What fills a destination column. */
    Optional<Output> output(String destination) {
        return select.outputs().stream()
                .filter(output -> output.name().equals(destination))
                .findFirst();
    }
}
