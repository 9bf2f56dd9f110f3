package dev.switchback.benchmarks.stage;

import java.time.Duration;
import java.util.List;

/**
 * How much is measured.
 *
 * @param keys rows that are there before the first change; updates and deletes choose among them uniformly
 * @param changes changes that count, all of them: a clock that began between them would count some that were read before
 * @param runs counted runs of each contender
 * @param latencyWarmUp how long the load runs before latencies count
 * @param latency for how long they count
 * @param rates changes a second at which latency is measured
 */
public record Size(long keys, int changes, int runs, Duration latencyWarmUp, Duration latency, List<Integer> rates) {

    /** What figures are made with. */
    public static final Size FULL =
            new Size(1_000_000, 1_500_000, 3, Duration.ofMinutes(1), Duration.ofMinutes(1), List.of(2_000, 8_000));

    /** Shows that everything works; its figures mean nothing. */
    public static final Size QUICK =
            new Size(20_000, 20_000, 1, Duration.ofSeconds(5), Duration.ofSeconds(10), List.of(2_000));

    public Size withRuns(int number) {
        return new Size(keys, changes, number, latencyWarmUp, latency, rates);
    }
}
