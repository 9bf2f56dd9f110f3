package dev.switchback.connectors.spi;

import java.util.Locale;

/**
 * Told whenever the data path stands at a place where a process that dies is the hardest to recover from. Production
 * passes {@link #NONE}; fault tests pass one that ends the process. Thread-safe.
 */
@FunctionalInterface
public interface FaultPoints {

    /** Does nothing. */
    FaultPoints NONE = point -> {};

    /** Called on the thread that is about to go on. May never return, or throw to make the step fail. */
    void reached(Point point);

    /** The places, in the order in which a change passes them. */
    enum Point {
        /** Changes and log offset are sent, the Kafka transaction that holds them is open. */
        BEFORE_KAFKA_COMMIT,
        /** The Kafka transaction is committed, the replication slot not moved yet. */
        AFTER_KAFKA_COMMIT,
        /** Rows and checkpoint are written, the destination's transaction that holds them is open. */
        BEFORE_DESTINATION_COMMIT,
        /** The destination's transaction is committed, Kafka does not know yet. */
        AFTER_DESTINATION_COMMIT,
        /** Apply is flushed, the Streams commit has not begun. */
        BEFORE_STREAMS_COMMIT,
        /** The Streams commit is done. */
        AFTER_STREAMS_COMMIT;

        /**
         * Reads {@code before-kafka-commit}.
         *
         * @throws IllegalArgumentException when no point has this name
         */
        public static Point named(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }
}
