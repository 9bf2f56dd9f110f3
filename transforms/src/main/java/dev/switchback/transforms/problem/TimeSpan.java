package dev.switchback.transforms.problem;

import java.time.Duration;

/** How a length of time looks in a sentence: enough to judge by. Stateless. */
public final class TimeSpan {

    private TimeSpan() {}

    /** {@code 12 ms}, {@code 5 s}, {@code 3.4 s}, {@code 12 min}, {@code 5.5 h}; never longer than it was. */
    public static String text(Duration duration) {
        long millis = duration.toMillis();
        if (millis < 1_000) {
            return millis + " ms";
        }
        if (millis < 120_000) {
            return tenths(millis / 100) + " s";
        }
        return millis < 7_200_000 ? millis / 60_000 + " min" : tenths(millis / 360_000) + " h";
    }

    private static String tenths(long tenths) {
        return tenths % 10 == 0 ? Long.toString(tenths / 10) : tenths / 10 + "." + tenths % 10;
    }
}
