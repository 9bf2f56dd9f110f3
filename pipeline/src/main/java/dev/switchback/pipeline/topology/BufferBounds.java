package dev.switchback.pipeline.topology;

import java.time.Duration;

/**
 * When what a stream thread has buffered must be written. Whichever bound is reached first counts; a Streams commit
 * writes it in any case.
 *
 * @param rows destination rows, all tasks of the thread together; for each full fifty of tables that they are of, up to four
 *     times
 * @param bytes size of the buffered changes as they stand in their topics; likewise, up to 32 MiB
 * @param age how long the oldest buffered change may wait; whole milliseconds. Where even the newest is late already, a
 *     tenth of that, but at most five seconds, as long as more comes: larger transactions catch up sooner. (Late by
 *     this machine's clock and the source's: one of two that differ by seconds makes changes wait so without need)
 */
public record BufferBounds(int rows, long bytes, Duration age) {

    /** Small enough for a pause that nobody notices, large enough that a bulk statement is worth its round trip. */
    public static final BufferBounds DEFAULT = new BufferBounds(5_000, 8L << 20, Duration.ofMillis(5));

    /** For so many tables the bounds of size are meant: each has its own statements, which few rows are not worth. */
    private static final int TABLES = 50;

    // The heap does not grow with the tables.
    private static final int MOST_TIMES = 4;
    private static final long MOST_BYTES = 32L << 20;

    public BufferBounds {
        if (rows < 1 || bytes < 1 || age.toMillis() < 1) {
            throw new IllegalArgumentException("bounds must be positive: " + rows + ", " + bytes + ", " + age);
        }
    }

    /** @param tables of how many destination tables the rows are */
    boolean reached(int rowCount, long byteCount, int tables) {
        int times = Math.max(1, Math.min(tables / TABLES, MOST_TIMES));
        return rowCount >= (long) rows * times || byteCount >= Math.max(bytes, Math.min(bytes * times, MOST_BYTES));
    }
}
