package dev.switchback.pipeline.migration.operation;

import java.time.Duration;

/**
 * The bounds of an operation.
 *
 * @param maxPause how long applications may be refused before the commit point, the wait for a moment without writers
 *     included; past it, the operation is undone
 * @param passiveWithin how long to try when the fence of the side that is to take the writes is found open, and closed
 * @param openWithin how long to try when a fence is opened
 * @param postponed whether to wait, with everything ready short of the fence, until somebody releases it
 */
public record Settings(Duration maxPause, Duration passiveWithin, Duration openWithin, boolean postponed) {

    public static final Settings DEFAULTS =
            new Settings(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(30), false);

    /** With another bound on the pause. */
    public Settings pauseOf(Duration longest) {
        return new Settings(longest, passiveWithin, openWithin, postponed);
    }

    /** Waiting to be released. */
    public Settings postponing() {
        return new Settings(maxPause, passiveWithin, openWithin, true);
    }
}
