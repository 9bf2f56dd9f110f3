package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.time.Instant;

/**
 * Keeps one member of a flow's topology running: starts its stream threads, stops them when the destination or Kafka
 * stays away, starts them again when it is back, and halts for good where only a person can help. Thread-safe.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ApplyRole implements AutoCloseable {

    public ApplyRole(ApplySettings settings, ApplyListener listener) {}

    /** Returns at once; {@link #state()} says what became of it. */
    public void start() {
        throw new UnsupportedOperationException("to come");
    }

    public ApplyState state() {
        throw new UnsupportedOperationException("to come");
    }

    /** When its slowest loop last moved; a health check compares it with its bound. */
    public Instant lastMoved() {
        throw new UnsupportedOperationException("to come");
    }

    /** Delays from the source's commit to the destination's, of all changes but those of a backfill. */
    public LagHistogram.Snapshot lag() {
        throw new UnsupportedOperationException("to come");
    }

    /** How many changes this member knows to be held in its partitions. */
    public int held() {
        throw new UnsupportedOperationException("to come");
    }

    /** Writes what is buffered, commits and leaves the consumer group; gives up waiting after the limit. */
    public void close(Duration limit) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }
}
