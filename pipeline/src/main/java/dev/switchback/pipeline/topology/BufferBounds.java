package dev.switchback.pipeline.topology;

import java.time.Duration;

/**
 * When what a stream thread has buffered must be written. Whichever bound is reached first counts; a Streams commit
 * writes it in any case.
 *
 * @param rows destination rows, all tasks of the thread together; for each full fifty of tables
 *     that they are of
 * @param bytes size of the buffered changes as they stand in their topics; for each full fifty of tables, at most four times
 * @param age how long the oldest buffered change may wait; whole milliseconds. Where even the newest is late already, a
 *     tenth of that, but at most five seconds: larger transactions catch up sooner
 */
public record BufferBounds(int rows, long bytes, Duration age) {

    /** Small enough for a pause that nobody notices, large enough that a bulk statement is worth its round trip. */
    public static final BufferBounds DEFAULT = new BufferBounds(5_000, 8L << 20, Duration.ofMillis(5));

    public BufferBounds {
        if (rows < 1 || bytes < 1 || age.toMillis() < 1) {
            throw new IllegalArgumentException("bounds must be positive: " + rows + ", " + bytes + ", " + age);
        }
    }
}
