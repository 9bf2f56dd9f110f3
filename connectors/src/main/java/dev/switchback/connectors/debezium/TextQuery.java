package dev.switchback.connectors.debezium;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import io.debezium.snapshot.spi.SnapshotQuery;

import dev.switchback.connectors.postgres.TextRows;

/**
 * Reads the rows of the snapshot as the text that the log would hold for them. Made by Debezium's service loader, and
 * chosen by its name.
 */
public final class TextQuery implements SnapshotQuery {

    static final String NAME = "switchback-text";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void configure(Map<String, ?> properties) {}

    @Override
    public Optional<String> snapshotQuery(String table, List<String> columns) {
        return Optional.of(columns.stream()
                .map(column -> TextRows.textOf(column) + " AS " + column)
                .collect(Collectors.joining(", ", "SELECT ", " FROM " + table)));
    }
}
