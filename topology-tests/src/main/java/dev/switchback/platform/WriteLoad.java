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
 * Writers that change a database as applications would, each on a connection and with a seeded random of its own. They may
 * be given two databases, of which one at a time takes writes: each writer then holds a connection to both, and where one
 * refuses, tries the other. The counters may be read by any thread.
 */
public final class WriteLoad implements AutoCloseable {

    private static final Duration RETRY_FOR = Duration.ofSeconds(60);
    private static final long RETRY_NANOS = 50_000_000;

    /** After how long a refused write is tried at the other database. */
    private static final long ELSEWHERE_NANOS = 5_000_000;

    /** What a fence refuses writes with. */
    private static final String REFUSED = "40001";

    private final List<EmbeddedDatabase> databases;
    private final Transaction transaction;
    /** The upper limit for each writer. */
    private volatile double transactionsPerSecond;

    private final List<Writer> writers = new ArrayList<>();
    private final LongAdder changes = new LongAdder();
    private final LongAdder transactions = new LongAdder();
    private final LongAdder conflicts = new LongAdder();
    private final Turns turns = new Turns();
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

    private WriteLoad(List<EmbeddedDatabase> databases, double transactionsPerSecond, Transaction transaction) {
        this.databases = List.copyOf(databases);
        this.transactionsPerSecond = transactionsPerSecond;
        this.transaction = transaction;
    }

    /** @param most the upper limit for all writers together from here on, transactions a second */
    public void limit(double most) {
        transactionsPerSecond = most / writers.size();
    }

    /**
     * Starts the writers.
     *
     * @param transactionsPerSecond the upper limit for all writers together
     */
    public static WriteLoad start(
            EmbeddedDatabase database, int writers, long seed, double transactionsPerSecond, Transaction transaction) {
        return start(List.of(database), writers, seed, transactionsPerSecond, transaction);
    }

    /**
     * Starts the writers at whichever of the databases takes writes.
     *
     * @param transactionsPerSecond the upper limit for all writers together
     */
    public static WriteLoad start(
            List<EmbeddedDatabase> databases,
            int writers,
            long seed,
            double transactionsPerSecond,
            Transaction transaction) {
        WriteLoad load = new WriteLoad(databases, transactionsPerSecond / writers, transaction);
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

    /** How the writes went from one database to the other. */
    public List<Turns.Turn> turns() {
        return turns.list();
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
        private int at;

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
                List<Connection> connections = new ArrayList<>();
                try {
                    for (EmbeddedDatabase database : databases) {
                        Connection connection = database.connect();
                        connections.add(connection);
                        connection.setAutoCommit(false);
                    }
                    writeUntilStopped(connections);
                } catch (SQLException e) {
                    if (!isConnectionLoss(e) || System.nanoTime() - lastSuccess > RETRY_FOR.toNanos()) {
                        failure.compareAndSet(null, e);
                        return;
                    }
                    LockSupport.parkNanos(RETRY_NANOS);
                } catch (RuntimeException e) {
                    failure.compareAndSet(null, e);
                    return;
                } finally {
                    connections.forEach(WriteLoad::closeQuietly);
                }
            }
        }

        private void writeUntilStopped(List<Connection> connections) throws SQLException {
            long next = System.nanoTime();
            while (!stopped) {
                next = Math.max(next + (long) (1e9 / transactionsPerSecond), System.nanoTime() - 1_000_000_000);
                LockSupport.parkNanos(next - System.nanoTime());
                if (!stopped) {
                    writeOnce(connections.get(at), at);
                }
            }
        }

        private void writeOnce(Connection connection, int side) throws SQLException {
            try {
                int changed = transaction.write(connection, random, number, acknowledged.get());
                connection.commit();
                changes.add(changed);
                transactions.increment();
                acknowledged.incrementAndGet();
                turns.acknowledged(side, System.nanoTime());
                lastSuccess = System.nanoTime();
            } catch (SQLException e) {
                if (!isConflict(e)) {
                    throw e;
                }
                connection.rollback();
                conflicts.increment();
                if (databases.size() > 1 && REFUSED.equals(e.getSQLState())) {
                    at = (at + 1) % databases.size();
                    LockSupport.parkNanos(ELSEWHERE_NANOS);
                }
            }
        }
    }

    private static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // It is lost already, which is why it is closed.
            return;
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
