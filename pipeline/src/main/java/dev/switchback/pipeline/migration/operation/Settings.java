package dev.switchback.pipeline.migration.operation;

import java.time.Duration;

/**
 * The bounds of an operation.
 *
 * @param maxPause how long applications may be refused before the commit point; past it, the operation is undone
 * @param fenceWithin how long to try for a moment without writers; nobody is refused meanwhile
 * @param openWithin how long to try when a fence is opened
 */
public record Settings(Duration maxPause, Duration fenceWithin, Duration openWithin) {

    public static final Settings DEFAULTS =
            new Settings(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30));
}
