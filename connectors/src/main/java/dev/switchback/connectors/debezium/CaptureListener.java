package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.util.List;

import dev.switchback.transforms.problem.Problem;

/** Told what a {@link Capture} does, on the thread that does it: answer quickly and do not throw. */
public interface CaptureListener {

    /** Does nothing. */
    CaptureListener NONE = new CaptureListener() {};

    /** A Kafka transaction has been committed. */
    default void committed(Committed batch) {}

    /** Capture failed and will start again from its stored offset after a pause. */
    default void restarting(String reason, Duration pause) {}

    /** Capture has stopped for reasons that a person must act on; it will not start again by itself. */
    default void halted(List<Problem> problems) {}

    /**
     * What one Kafka transaction brought.
     *
     * @param rowsRead rows of the snapshot
     * @param changes all other changes
     * @param bytes size of their keys and values
     * @param commitMicros when the source committed the last of the changes, in microseconds since 1970; 0 without one
     */
    record Committed(int rowsRead, int changes, long bytes, long commitMicros) {}
}
