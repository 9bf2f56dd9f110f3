package dev.switchback.connectors.debezium;

import java.time.Instant;
import java.util.List;

import dev.switchback.transforms.problem.Problem;

/**
 * What a {@link Capture} is doing, at one moment.
 *
 * @param changes changes and snapshot rows committed to Kafka since the process started
 * @param commitLsn the stored offset: everything that the source committed up to here is in Kafka; 0 before the snapshot
 *     is done
 * @param commitMicros when the source committed the newest change that is in Kafka, in microseconds since 1970; 0 for none
 * @param alive when capture's loop last turned, with an answer from the source; old while the source does not answer
 * @param restarts how often capture has started again after a failure
 * @param reason why it is {@link Phase#RESTARTING}; empty otherwise
 * @param problems why it is {@link Phase#HALTED}; empty otherwise
 */
public record CaptureState(
        Phase phase,
        long changes,
        long commitLsn,
        long commitMicros,
        Instant alive,
        int restarts,
        String reason,
        List<Problem> problems) {

    public CaptureState {
        problems = List.copyOf(problems);
    }

    /** Where capture stands. */
    public enum Phase {
        STARTING,
        /** The initial snapshot is being read. */
        SNAPSHOTTING,
        /** The log is being read. */
        STREAMING,
        /** A TRUNCATE waits until the destination has applied what came before it, or the TRUNCATE itself. */
        WAITING_FOR_DRAIN,
        /** A failure, and a pause before the next start. */
        RESTARTING,
        /** Stopped until a person acts. */
        HALTED,
        CLOSED;

        /** Whether it is this one that reads the source, and no other one that it waits for. */
        public boolean isReading() {
            return this == SNAPSHOTTING || this == STREAMING || this == WAITING_FOR_DRAIN;
        }
    }
}
