package dev.switchback.benchmarks;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

import org.jspecify.annotations.Nullable;

import dev.switchback.platform.EmbeddedDatabase;

/**
 * Looks at the destination for some of the rows that the load inserts at the source, and notes when a session there first
 * sees each: a thousand times a second, and no oftener than every hundredth of what the oldest of them has waited, so that
 * asking costs little also for whom they pile up. When each was committed the source's own commit timestamps say; all
 * clocks are this machine's. {@link #expect} may be called by any thread.
 */
final class Probes implements AutoCloseable {

    /** The shortest time between two looks, half of which is the mean error. */
    private static final long PAUSE_NANOS = 1_000_000;

    /** The part of a delay that it may be read too long. */
    private static final int PRECISION = 100;

    private final EmbeddedDatabase source;
    private final EmbeddedDatabase destination;
    private final Queue<Expected> expected = new ConcurrentLinkedQueue<>();
    private final Map<Long, Long> seenMicros = new TreeMap<>();
    private final AtomicReference<@Nullable SQLException> failure = new AtomicReference<>();
    private final Thread reader = new Thread(this::readUntilClosed, "probes");
    private volatile int missing;
    private volatile long behindNanos;
    private volatile boolean anySeen;
    private volatile boolean closed;

    /** A row that is to arrive. */
    private record Expected(long id, long sinceNanos) {}

    Probes(EmbeddedDatabase source, EmbeddedDatabase destination) {
        this.source = source;
        this.destination = destination;
        reader.setDaemon(true);
        reader.start();
    }

    /** A row that is about to be committed at the source. */
    void expect(long id) {
        expected.add(new Expected(id, System.nanoTime()));
    }

    /** Whether any has been seen. */
    boolean anySeen() {
        return anySeen;
    }

    /** How many have not been seen yet. */
    int missing() {
        return missing + expected.size();
    }

    /** For how long the oldest that has not been seen has been expected. */
    Duration behind() {
        return Duration.ofNanos(behindNanos);
    }

    /** @throws SQLException why nobody looks any more */
    void requireAlive() throws SQLException {
        SQLException failed = failure.get();
        if (failed != null) {
            throw failed;
        }
    }

    /** Stops to look. */
    @Override
    public void close() throws InterruptedException {
        closed = true;
        reader.join();
    }

    /**
     * Once closed: the delays of the rows that were committed within a span of time, in milliseconds, in the order of
     * their commits.
     */
    List<Double> delays(Instant from, Duration span) throws SQLException {
        List<Double> delays = new ArrayList<>();
        long begin = micros(from);
        long end = begin + span.toNanos() / 1_000;
        try (Connection connection = source.connect();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT id, (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000000)::bigint AS committed"
                                + " FROM public.bench WHERE id = ANY (?) ORDER BY committed")) {
            Array ids = connection.createArrayOf("bigint", seenMicros.keySet().toArray());
            statement.setArray(1, ids);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    long committed = rows.getLong(2);
                    Long seen = seenMicros.get(rows.getLong(1));
                    if (seen != null && committed >= begin && committed < end) {
                        delays.add((seen - committed) / 1_000.0);
                    }
                }
            }
        }
        return List.copyOf(delays);
    }

    private void readUntilClosed() {
        List<Expected> outstanding = new ArrayList<>();
        try (Connection connection = destination.connect();
                PreparedStatement statement =
                        connection.prepareStatement("SELECT id FROM public.bench WHERE id = ANY (?)")) {
            while (!closed) {
                for (Expected row = expected.poll(); row != null; row = expected.poll()) {
                    outstanding.add(row);
                }
                if (!outstanding.isEmpty()) {
                    look(connection, statement, outstanding);
                }
                missing = outstanding.size();
                behindNanos = outstanding.isEmpty()
                        ? 0
                        : System.nanoTime() - outstanding.get(0).sinceNanos();
                LockSupport.parkNanos(Math.max(PAUSE_NANOS, behindNanos / PRECISION));
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }

    private void look(Connection connection, PreparedStatement statement, List<Expected> outstanding)
            throws SQLException {
        Array ids = connection.createArrayOf(
                "bigint", outstanding.stream().map(Expected::id).toArray());
        statement.setArray(1, ids);
        try (ResultSet rows = statement.executeQuery()) {
            long now = micros(Instant.now());
            while (rows.next()) {
                seenMicros.put(rows.getLong(1), now);
                anySeen = true;
            }
        } finally {
            ids.free();
        }
        outstanding.removeIf(row -> seenMicros.containsKey(row.id()));
    }

    private static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }
}
