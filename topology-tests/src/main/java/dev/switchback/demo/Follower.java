package dev.switchback.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

import dev.switchback.connectors.postgres.CheckpointRow;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.platform.Platform;

/**
 * Sees from outside how far a migration has come: writes watermarks into the source's log and looks for them in the
 * destination's checkpoints. Not thread-safe.
 */
final class Follower implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration NEXT_MARK = Duration.ofSeconds(1);
    private static final long POLL_NANOS = 20_000_000;

    private final Migration migration;
    private final Connection source;
    private final Connection destination;
    private List<CheckpointRow> checkpoints = List.of();

    Follower(Migration migration, Platform platform) throws SQLException {
        this.migration = migration;
        this.source = platform.source().connect();
        this.destination = platform.destination().connect();
    }

    /**
     * Writes a watermark and waits until everything before it is applied.
     *
     * @param meanwhile called whenever it has looked
     * @return how long that took
     * @throws IllegalStateException when it takes longer than three minutes
     * @throws dev.switchback.transforms.problem.ProblemException when the migration has halted
     */
    Duration roundTrip(Runnable meanwhile) throws SQLException {
        Stopwatch watch = new Stopwatch();
        Stopwatch sinceMark = new Stopwatch();
        long watermark = mark();
        while (!applied(watermark)) {
            if (watch.running().compareTo(PATIENCE) > 0) {
                throw new IllegalStateException("watermark " + watermark + " did not arrive within three minutes");
            }
            // One that was written before capture began to read the log never arrives, but one behind it does.
            if (sinceMark.running().compareTo(NEXT_MARK) > 0) {
                sinceMark.lap();
                mark();
            }
            migration.requireRunning();
            meanwhile.run();
            LockSupport.parkNanos(POLL_NANOS);
        }
        meanwhile.run();
        return watch.lap();
    }

    private long mark() throws SQLException {
        return new Watermarks(migration.flow().migration()).emit(source);
    }

    private boolean applied(long watermark) throws SQLException {
        checkpoints = ControlSchema.checkpoints(destination, migration.flow());
        return checkpoints.size() == migration.inputs()
                && checkpoints.stream().allMatch(row -> row.checkpoint().watermark() >= watermark);
    }

    /** Changes that came after the initial copy and are at the destination. */
    long changesApplied() {
        return checkpoints.stream().mapToLong(CheckpointRow::changesApplied).sum();
    }

    /** Rows of the initial copy that are at the destination. */
    long rowsCopied() {
        return checkpoints.stream().mapToLong(CheckpointRow::rowsCopied).sum();
    }

    @Override
    public void close() throws SQLException {
        source.close();
        destination.close();
    }
}
