package dev.switchback.faults;

import java.util.Map;

import dev.switchback.connectors.spi.Destination;

/**
 * What a test takes out of the data path, to see that the campaigns would notice. Production has no such switch: each is
 * taken out by something in the place of one of its parts.
 */
enum Safeguard {
    /** Apply's buffers are written before each Streams commit. */
    FLUSH_BEFORE_COMMIT,
    /** Only changes of committed Kafka transactions are read. */
    KAFKA_TRANSACTION,
    /** A batch is refused unless its checkpoints are the session's own and as it expects them. */
    CHECKPOINT,
    /** A batch is refused once the control row names another direction. */
    CONTROL_ROW;

    private static final String PROPERTY = "faults.without";

    /** For a child process, which reads it with {@link #inherited}. */
    Map<String, String> without() {
        return Map.of(PROPERTY, name());
    }

    /** Whether this process has to do without it. */
    boolean missing() {
        return name().equals(System.getProperty(PROPERTY));
    }

    /** The destination as this process sees it. */
    static Destination inherited(Destination destination) {
        return CHECKPOINT.missing() || CONTROL_ROW.missing() ? new CarelessDestination(destination) : destination;
    }
}
