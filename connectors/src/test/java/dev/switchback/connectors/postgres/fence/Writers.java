package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Clients that write one row into a and one into b in each transaction, every other one in the other order, know nothing
 * of a fence, and try again when they are refused.
 */
final class Writers implements AutoCloseable {

    private final FencedDatabase database;
    private final int count;
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private final Queue<Throwable> unexpected = new ConcurrentLinkedQueue<>();
    private volatile boolean stopped;

    Writers(FencedDatabase database, int count) {
        this.database = database;
        this.count = count;
    }

    void start() {
        for (int i = 0; i < count; i++) {
            int writer = i;
            Thread thread = new Thread(() -> write(writer), "writer-" + i);
            threads.add(thread);
            thread.start();
        }
    }

    private void write(int writer) {
        String first = writer % 2 == 0 ? "a" : "b";
        String second = writer % 2 == 0 ? "b" : "a";
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stopped) {
                long begun = System.nanoTime();
                try {
                    statement.execute("INSERT INTO " + first + " (writer) VALUES (" + writer + ")");
                    statement.execute("INSERT INTO " + second + " (writer) VALUES (" + writer + ")");
                    connection.commit();
                    acknowledged.incrementAndGet();
                } catch (SQLException refusal) {
                    connection.rollback();
                    if (!TriggerFence.REFUSED.equals(refusal.getSQLState())) {
                        throw refusal;
                    }
                    refused.incrementAndGet();
                }
                longestNanos.accumulateAndGet(System.nanoTime() - begun, Math::max);
            }
        } catch (SQLException | RuntimeException e) {
            unexpected.add(e);
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    long refused() {
        return refused.get();
    }

    /** The longest that one transaction took, refused or not. */
    Duration longest() {
        return Duration.ofNanos(longestNanos.get());
    }

    /** What ended a writer other than {@link #stop}. */
    List<Throwable> unexpected() {
        return List.copyOf(unexpected);
    }

    void awaitAcknowledged(long total) throws InterruptedException {
        await(acknowledged, total);
    }

    void awaitRefused(long total) throws InterruptedException {
        await(refused, total);
    }

    private void await(AtomicLong counter, long total) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        while (counter.get() < total) {
            if (!unexpected.isEmpty()) {
                throw new AssertionError("a writer has ended", unexpected.peek());
            }
            if (never.await(2, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }

    void stop() throws InterruptedException {
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
    }

    @Override
    public void close() throws InterruptedException {
        stop();
    }
}
