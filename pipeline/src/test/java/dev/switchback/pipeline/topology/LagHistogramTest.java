package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LagHistogramTest {

    private final LagHistogram histogram = new LagHistogram();

    @Test
    void smallDelaysAreExact() {
        for (int millis = 1; millis <= 60; millis++) {
            histogram.record(millis);
        }

        assertThat(histogram.snapshot().quantile(0.5)).isEqualTo(30);
        assertThat(histogram.snapshot().quantile(1)).isEqualTo(60);
    }

    @ParameterizedTest
    @ValueSource(longs = {63, 64, 65, 100, 127, 128, 999, 1_000, 65_535, 65_536, 86_400_000, 30_000_000_000L})
    void aDelayIsNeverUnderstatedAndOverstatedByAThirtySecondAtMost(long millis) {
        histogram.record(millis);

        assertThat(histogram.snapshot().quantile(0.5)).isBetween(millis, millis + millis / 32);
    }

    @Test
    void aSourceWhoseClockRunsAheadCountsAsNoDelay() {
        histogram.record(-5);

        assertThat(histogram.snapshot().count()).isEqualTo(1);
        assertThat(histogram.snapshot().quantile(0.99)).isZero();
    }

    @Test
    void noDelayIsTooLong() {
        histogram.record(Long.MAX_VALUE);

        assertThat(histogram.snapshot().count()).isEqualTo(1);
    }

    @Test
    void snapshotsTellWhatCameBetweenThem() {
        histogram.record(500);
        LagHistogram.Snapshot before = histogram.snapshot();
        histogram.record(3);

        LagHistogram.Snapshot between = histogram.snapshot().since(before);

        assertThat(between.count()).isEqualTo(1);
        assertThat(between.quantile(1)).isEqualTo(3);
    }

    @Test
    void nothingCountedIsNoDelay() {
        assertThat(histogram.snapshot().quantile(0.99)).isZero();
    }
}
