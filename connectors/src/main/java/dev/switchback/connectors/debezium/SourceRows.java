package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TextRows;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableSchema;

/** Reads single rows at the source again, where the log left values out that are needed. Not thread-safe. */
final class SourceRows implements AutoCloseable {

    private final PostgresConnections source;
    private @Nullable Connection connection;

    SourceRows(PostgresConnections source) {
        this.source = source;
    }

    /**
     * The row with its absent values as they are at the source now; null when the source has no such row any more.
     *
     * @throws ProblemException when the source does not answer
     */
    @Nullable Row complete(RowReader reader, Row row) {
        TableSchema table = reader.table();
        try {
            if (connection == null) {
                connection = source.open();
            }
            return TextRows.read(connection, table.id(), table.columnNames(), table.key(), reader.keyText(row))
                    .map(text -> reader.completed(row, text))
                    .orElse(null);
        } catch (SQLException failure) {
            throw new ProblemException(source.problem(failure), failure);
        }
    }

    @Override
    public void close() {
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException ignored) {
                // It is gone either way.
            }
        }
    }
}
