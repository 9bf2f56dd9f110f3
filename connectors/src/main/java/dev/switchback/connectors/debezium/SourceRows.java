package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TextRows;
import dev.switchback.connectors.postgres.Visibility;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableSchema;

/** Asks the source what the log does not tell. Not thread-safe. */
final class SourceRows implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourceRows.class);

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);

    private final PostgresConnections source;
    private @Nullable Connection connection;

    SourceRows(PostgresConnections source) {
        this.source = source;
    }

    /** What is asked. */
    @FunctionalInterface
    interface Question<T> {
        T ask(Connection connection) throws SQLException;
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
        TableSchema table = reader.table();
        Optional<Row> found = behind(transaction, asked -> TextRows.read(
                        asked, table.id(), table.columnNames(), table.key(), reader.keyText(row))
                .map(text -> reader.completed(row, text)));
        return found.orElse(null);
    }

    /**
     * The answer of a source that shows what a transaction did.
     *
     * @param transaction one that the log has told of
     * @throws ProblemException when the source does not answer, or the role lacks a privilege
     * @throws IllegalStateException when the transaction's commit does not come to an end there
     */
    <T> T behind(long transaction, Question<T> question) throws InterruptedException {
        Connection kept = connection;
        try {
            return kept == null ? ask(reopened(), transaction, question) : askAgain(kept, transaction, question);
        } catch (SQLException failure) {
            throw source.failure(failure);
        }
    }

    /** The connection may have idled for days, and ended meanwhile: a new one decides whether the source answers. */
    private <T> T askAgain(Connection kept, long transaction, Question<T> question)
            throws SQLException, InterruptedException {
        try {
            return ask(kept, transaction, question);
        } catch (SQLException ended) {
            LOG.debug("asks again on a new connection", ended);
            return ask(reopened(), transaction, question);
        }
    }

    private static <T> T ask(Connection connection, long transaction, Question<T> question)
            throws SQLException, InterruptedException {
        // Before that, a row would not be there yet, which looks like one that is not there any more.
        Visibility.await(connection, transaction, VISIBLE_WITHIN);
        return question.ask(connection);
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
