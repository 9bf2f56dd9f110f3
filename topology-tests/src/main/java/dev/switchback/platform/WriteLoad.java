package dev.switchback.platform;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

/**
 * Writers that change a database as applications would, each on a connection and with a seeded random of its own. The
 * counters may be read by any thread.
 */
public final class WriteLoad implements AutoCloseable {

    private static final Duration RETRY_FOR = Duration.ofSeconds(60);
    private static final long RETRY_NANOS = 50_000_000;

    private final EmbeddedDatabase database;
    private final Transaction transaction;
    private final double transactionsPerSecond;
    private final List<Writer> writers = new ArrayList<>();
    private final LongAdder changes = new LongAdder();
    private final LongAdder transactions = new LongAdder();
    private final LongAdder conflicts = new LongAdder();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private volatile boolean stopped;

    /** What a writer does in one transaction. */
    @FunctionalInterface
    public interface Transaction {
        /**
         * Writes; the load commits.
         *
         * @param connection in a transaction, shared with no other writer
         * @param writer the writer's number, from 0
         * @param number the number of this transaction among the writer's, from 0; a repetition after a failure has
         *     the same
         * @return how many rows it changed
         */
        int write(Connection connection, Random random, int writer, long number) throws SQLException;
    }

    private WriteLoad(EmbeddedDatabase database, double transactionsPerSecond, Transaction transaction) {
        this.database = database;
        this.transactionsPerSecond = transactionsPerSecond;
        this.transaction = transaction;
    }

    /**
     * Starts the writers.
     *
     * @param transactionsPerSecond the upper limit for all writers together
     */
    public static WriteLoad start(
            EmbeddedDatabase database, int writers, long seed, double transactionsPerSecond, Transaction transaction) {
        WriteLoad load = new WriteLoad(database, transactionsPerSecond / writers, transaction);
        for (int i = 0; i < writers; i++) {
            load.writers.add(load.new Writer(i, seed));
        }
        load.writers.forEach(Thread::start);
        return load;
    }

    /** Row changes whose commit has been acknowledged. */
    public long changes() {
        return changes.sum();
    }

    /** Transactions whose commit has been acknowledged. */
    public long transactions() {
        return transactions.sum();
    }

    /** Transactions that were repeated because the database rolled them back (deadlock, serialization). */
    public long conflicts() {
        return conflicts.sum();
    }

    /** How many transactions of a writer have been acknowledged; these, from number 0 on, must never be lost. */
    public long acknowledged(int writer) {
        return writers.get(writer).acknowledged.get();
    }

    /**
     * Ends the writers, each behind its running transaction.
     *
     * @throws IllegalStateException when a writer had ended by itself, with its failure
     */
    @Override
    public void close() {
        stop();
        rethrowFailure();
    }

    /** Ends the writers, each behind its running transaction, and keeps quiet about failures. */
    public void stop() {
        stopped = true;
        for (Writer writer : writers) {
            try {
                writer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    /** @throws IllegalStateException when a writer has ended by itself, with its failure */
    public void rethrowFailure() {
        Exception first = failure.get();
        if (first != null) {
            throw new IllegalStateException("a writer failed: " + first.getMessage(), first);
        }
    }

    private final class Writer extends Thread {
        private final int number;
        private final Random random;
        private final AtomicLong acknowledged = new AtomicLong();
        private long lastSuccess;

        Writer(int number, long seed) {
            super("writer-" + number);
            this.number = number;
            this.random = new Random(seed * 1_000_003 + number);
            setDaemon(true);
        }

        @Override
        public void run() {
            lastSuccess = System.nanoTime();
            while (!stopped) {
                try (Connection connection = database.connect()) {
                    connection.setAutoCommit(false);
                    writeUntilStopped(connection);
                } catch (SQLException e) {
                    if (!isConnectionLoss(e) || System.nanoTime() - lastSuccess > RETRY_FOR.toNanos()) {
                        failure.compareAndSet(null, e);
                        return;
                    }
                    LockSupport.parkNanos(RETRY_NANOS);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                    return;
                }
            }
        }

        private void writeUntilStopped(Connection connection) throws SQLException {
            long next = System.nanoTime();
            while (!stopped) {
                next = Math.max(next + (long) (1e9 / transactionsPerSecond), System.nanoTime() - 1_000_000_000);
                LockSupport.parkNanos(next - System.nanoTime());
                if (!stopped) {
                    writeOnce(connection);
                }
            }
        }

        private void writeOnce(Connection connection) throws SQLException {
            try {
                int changed = transaction.write(connection, random, number, acknowledged.get());
                connection.commit();
                changes.add(changed);
                transactions.increment();
                acknowledged.incrementAndGet();
                lastSuccess = System.nanoTime();
            } catch (SQLException e) {
                if (!isConflict(e)) {
                    throw e;
                }
                connection.rollback();
                conflicts.increment();
            }
        }
    }

    private static boolean isConflict(SQLException e) {
        String state = e.getSQLState();
        return state != null && state.startsWith("40");
    }

    private static boolean isConnectionLoss(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("08") || state.startsWith("57P"));
    }
}
