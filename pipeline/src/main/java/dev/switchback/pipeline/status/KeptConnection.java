package dev.switchback.pipeline.status;

import java.net.ConnectException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;

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
    private volatile Instant lastAnswer = Instant.now();

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
            T answer = question.ask(open);
            lastAnswer = Instant.now();
            return answer;
        } catch (SQLException e) {
            close();
            noteAnswer(e);
            throw new ProblemException(database.problem(e), e);
        } catch (ProblemException e) {
            noteAnswer(e.getCause());
            throw e;
        }
    }

    /**
     * When the database last answered, be it by a refusal, the one of the port of a server that is down included. One that
     * swallows what it is sent does not answer.
     */
    public Instant lastAnswer() {
        return lastAnswer;
    }

    private void noteAnswer(@Nullable Throwable failure) {
        boolean refusedByServer = failure instanceof SQLException sql
                && sql.getSQLState() != null
                && !sql.getSQLState().startsWith("08");
        boolean refusedByPort = failure != null && failure.getCause() instanceof ConnectException;
        if (refusedByServer || refusedByPort) {
            lastAnswer = Instant.now();
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
