package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TableWatch;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Lets {@link TableWatch} look while the log is read, and ends capture when rows came or went without a word in it.
 * Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a look reports its failures itself
final class TablePatrol implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TablePatrol.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    /** Or so many times as long as a look took: with hundreds of tables it costs the source something. */
    private static final int LOOKS_APART = 50;

    private final PostgresConnections source;
    private final TableWatch watch;
    private final Map<TableId, Long> tables;
    private final Consumer<ProblemException> halt;
    private final ScheduledExecutorService clock;
    private volatile boolean closed;
    private @Nullable Connection connection;

    /** @param tables with their oids */
    TablePatrol(
            PostgresConnections source, TableWatch watch, Map<TableId, Long> tables, Consumer<ProblemException> halt) {
        this.source = source;
        this.watch = watch;
        this.tables = tables;
        this.halt = halt;
        this.clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "capture-patrol");
            thread.setDaemon(true);
            return thread;
        });
        clock.schedule(this::round, 0, TimeUnit.MILLISECONDS);
    }

    private void round() {
        long began = System.nanoTime();
        try {
            look();
            long took = System.nanoTime() - began;
            clock.schedule(this::round, Math.max(EVERY.toNanos(), took * LOOKS_APART), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("the patrol has ended");
        } catch (ProblemException problem) {
            halt.accept(problem);
        } catch (RuntimeException failure) {
            // What throws would not be run again, and nobody would know.
            halt.accept(new ProblemException(
                    new Problem(
                            Problem.Kind.INTERNAL,
                            source.where(),
                            "The captured tables could not be looked at: " + failure + ".",
                            "Report this as a defect."),
                    failure));
        }
    }

    /** A look by itself; that the source does not answer is for the next one. */
    private void look() {
        try {
            requireNothingUnlogged();
        } catch (UnansweredException failure) {
            LOG.warn("The captured tables could not be looked at: {}", failure.getMessage());
        }
    }

    /**
     * Looks now.
     *
     * @throws ProblemException when rows came or went without a word in the log
     * @throws UnansweredException when the source does not answer
     */
    synchronized void requireNothingUnlogged() {
        List<Problem> problems;
        try {
            if (connection == null) {
                connection = source.open();
            }
            problems = watch.look(connection, tables);
        } catch (SQLException | ProblemException failure) {
            disconnect();
            throw new UnansweredException(failure);
        } finally {
            if (closed) {
                disconnect();
            }
        }
        ProblemException.requireNone(problems);
    }

    /** The source could not be asked. */
    static final class UnansweredException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        UnansweredException(Exception cause) {
            super(cause.getMessage(), cause);
        }
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException gone) {
            LOG.debug("the patrol's connection did not close: {}", gone.getMessage());
        }
        connection = null;
    }

    @Override
    public void close() {
        closed = true;
        clock.shutdownNow();
        disconnect();
    }
}
