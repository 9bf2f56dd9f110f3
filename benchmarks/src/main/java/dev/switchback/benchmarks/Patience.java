package dev.switchback.benchmarks;

import java.sql.SQLException;
import java.time.Duration;

import dev.switchback.benchmarks.contender.Running;

/** Waits for a contender at work, with one limit for all of it, and has its memory looked at. Not thread-safe. */
final class Patience {

    private static final long POLL_MILLIS = 20;

    private final Running running;
    private final Meter meter;
    private final Duration limit;
    private final long began = System.nanoTime();

    /** What a contender has or has not reached yet. */
    interface Condition {
        boolean holds() throws SQLException;
    }

    Patience(Running running, Meter meter, Duration limit) {
        this.running = running;
        this.meter = meter;
        this.limit = limit;
    }

    /** @throws IllegalStateException when it dies, or does not get there within the limit */
    void until(Condition condition) throws SQLException, InterruptedException {
        while (!condition.holds()) {
            running.requireAlive();
            if (System.nanoTime() - began > limit.toNanos()) {
                throw new IllegalStateException("did not get there within " + limit.toMinutes() + " minutes");
            }
            meter.sample();
            Thread.sleep(POLL_MILLIS);
        }
    }
}
