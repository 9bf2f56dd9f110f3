package dev.switchback.demo;

import java.time.Duration;

/** Times the demo's steps. Not thread-safe. */
final class Stopwatch {

    private long lapStart = System.nanoTime();

    /** The time since the last lap, or since this was created. */
    Duration lap() {
        long now = System.nanoTime();
        Duration lap = Duration.ofNanos(now - lapStart);
        lapStart = now;
        return lap;
    }

    /** The time since the last lap; does not end it. */
    Duration running() {
        return Duration.ofNanos(System.nanoTime() - lapStart);
    }
}
