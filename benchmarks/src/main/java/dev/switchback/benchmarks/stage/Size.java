package dev.switchback.benchmarks.stage;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param keys rows that are there before the first change; updates and deletes choose among them uniformly
 * @param warmUp changes in front of those that count, in the same run: a fresh JVM runs at full speed only after seconds
 * @param changes changes that count
 * @param runs counted runs of each contender
 * @param latencyWarmUp how long the load runs before latencies count
 * @param latency for how long they count
 * @param rates changes a second at which latency is measured
 */
public record Size(
        long keys, int warmUp, int changes, int runs, Duration latencyWarmUp, Duration latency, List<Integer> rates) {

    /** What figures are made with. */
    public static final Size FULL = new Size(
            1_000_000, 100_000, 500_000, 3, Duration.ofMinutes(1), Duration.ofMinutes(1), List.of(2_000, 8_000));

    /** Shows that everything works; its figures mean nothing. */
    public static final Size QUICK =
            new Size(20_000, 5_000, 15_000, 1, Duration.ofSeconds(5), Duration.ofSeconds(10), List.of(2_000));

    /** Three times as many changes, none of which only warms up: for who counts from the first to the last. */
    public Size longer() {
        return new Size(keys, 0, 3 * changes, runs, latencyWarmUp, latency, rates);
    }

    public Size withRuns(int number) {
        return new Size(keys, warmUp, changes, number, latencyWarmUp, latency, rates);
    }
}
