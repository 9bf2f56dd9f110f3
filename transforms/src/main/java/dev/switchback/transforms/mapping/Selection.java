package dev.switchback.transforms.mapping;

import java.util.List;

/**
 * What a table's {@code SELECT} says once its columns are known to exist: which source column fills which destination
 * column.
 *
 * @param columns in the order of the {@code SELECT}; no destination column appears twice
 */
public record Selection(List<Pair> columns) {

    public Selection {
        columns = List.copyOf(columns);
    }

    /** A source column and the name of the destination column that it fills. */
    public record Pair(String source, String destination) {}
}
