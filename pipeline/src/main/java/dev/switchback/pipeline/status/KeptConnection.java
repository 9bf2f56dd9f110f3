package dev.switchback.pipeline.status;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A connection that is opened when it is needed, kept for the next time, and given up when it fails. Not thread-safe, but
 * {@link #close} may be called by any thread.
 */
public final class KeptConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptConnection.class);

    private final PostgresConnections database;
    private final Duration answerWithin;
    private volatile @Nullable Connection connection;

    /** Something to ask a database. */
    @FunctionalInterface
    public interface Question<T> {
        T ask(Connection connection) throws SQLException;
    }

    /** @param answerWithin after how long without an answer the database counts as gone; whole seconds */
    public KeptConnection(PostgresConnections database, Duration answerWithin) {
        this.database = database;
        this.answerWithin = answerWithin;
    }

    /** @throws ProblemException when the database does not answer the question */
    public <T> T ask(Question<T> question) {
        try {
            Connection open = connection;
            if (open == null) {
                open = database.open(answerWithin);
                connection = open;
            }
            return question.ask(open);
        } catch (SQLException e) {
            close();
            throw new ProblemException(database.problem(e), e);
        }
    }

    @Override
    public void close() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException e) {
                LOG.debug("a connection to {} did not close: {}", database, e.getMessage());
            }
        }
    }
}
