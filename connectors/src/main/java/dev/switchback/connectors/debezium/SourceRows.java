package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TextRows;
import dev.switchback.connectors.postgres.Visibility;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableSchema;

/** Reads single rows at the source again, where the log left values out that are needed. Not thread-safe. */
final class SourceRows implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceRows.class);

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

    private final PostgresConnections source;
    private @Nullable Connection connection;

    SourceRows(PostgresConnections source) {
        this.source = source;
    }

    /**
     * The row with its absent values as they are at the source now; null when the source has no such row any more.
     *
     * @param transaction the transaction that wrote the row
     * @throws ProblemException when the source does not answer, or the role lacks a privilege
     * @throws IllegalStateException when the transaction's commit does not come to an end there, or the source does not
     *     let the row be read now
     */
    @Nullable Row complete(RowReader reader, Row row, long transaction) throws InterruptedException {
        Connection kept = connection;
        try {
            return kept == null
                    ? read(reopened(), reader, row, transaction)
                    : readAgain(kept, reader, row, transaction);
        } catch (SQLException failure) {
            throw source.failure(failure);
        }
    }

    /** The connection may have idled for days, and ended meanwhile: a new one decides whether the source answers. */
    private @Nullable Row readAgain(Connection kept, RowReader reader, Row row, long transaction)
            throws SQLException, InterruptedException {
        try {
            return read(kept, reader, row, transaction);
        } catch (SQLException ended) {
            LOG.debug("reads a row again on a new connection", ended);
            return read(reopened(), reader, row, transaction);
        }
    }

    private static @Nullable Row read(Connection connection, RowReader reader, Row row, long transaction)
            throws SQLException, InterruptedException {
        // Before that, the row would not be there yet, which looks like a row that is not there any more.
        Visibility.await(connection, transaction, VISIBLE_WITHIN);
        TableSchema table = reader.table();
        return TextRows.read(connection, table.id(), table.columnNames(), table.key(), reader.keyText(row))
                .map(text -> reader.completed(row, text))
                .orElse(null);
    }

    private Connection reopened() throws SQLException {
        close();
        Connection opened = source.open();
        connection = opened;
        return opened;
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
