package dev.switchback.pipeline.cli;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them. */
final class Numbers {

    private Numbers() {}

    /** {@code 1,234,567}. */
    static String count(long count) {
        return String.format(Locale.ROOT, "%,d", count);
    }

    /** {@code 12 ms}, {@code 3.4 s}, {@code 12 min}, {@code 5.0 h}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 120_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
        }
        return millis < 7_200_000
                ? millis / 60_000 + " min"
                : String.format(Locale.ROOT, "%.1f h", millis / 3_600_000.0);
    }
}
