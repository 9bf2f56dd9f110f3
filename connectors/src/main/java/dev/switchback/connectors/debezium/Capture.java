package dev.switchback.connectors.debezium;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.connectors.spi.FaultPoints;

/**
 * Reads one flow's source and writes its changes to the change topics, exactly once: changes and the log offset behind
 * them go in one Kafka transaction, and whatever fails, capture starts again from the offset that was stored. What a
 * person must act on (DDL, a gap in the log, a record too large) halts it for good. Thread-safe.
 *
 * <p>The publication must be there; topics and slot are created. Of several captures of a flow one is active: the last
 * to start fences the others off.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class Capture implements AutoCloseable {

    /**
     * Touches nothing yet.
     *
     * @param schemas where the changes' Avro schemas are kept; not closed by capture
     * @param drain asked while a TRUNCATE waits for the destination
     */
    public Capture(
            CaptureSettings settings, SchemaStore schemas, Drain drain, CaptureListener listener, FaultPoints faults) {}

    /** Starts to capture on a thread of its own, and returns at once. */
    public void start() {
        throw new UnsupportedOperationException("not built yet");
    }

    public CaptureState state() {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Ends within {@link CaptureSettings.Tuning#close}, and leaves no session behind that holds the slot. */
    @Override
    public void close() {}
}
