package dev.switchback.connectors.postgres.fence;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The moment between two looks at a database. */
final class Rest {

    private static final Duration REST = Duration.ofMillis(200);

    private Rest() {}

    /**
     * Rests for a moment.
     *
     * @param deadline as {@link System#nanoTime()} counts
     * @return false, at once, when the deadline is over or somebody wants this thread to end
     */
    static boolean until(long deadline) {
        if (System.nanoTime() - deadline > 0) {
            return false;
        }
        try {
            TimeUnit.MILLISECONDS.sleep(REST.toMillis());
            return true;
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
