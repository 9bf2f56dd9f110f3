package dev.switchback.pipeline.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;

import org.junit.jupiter.api.Test;

import dev.switchback.pipeline.status.MemberReport.Captured;

class HeartbeatTrainTest {

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final HeartbeatTrain train = new HeartbeatTrain(START);

    @Test
    void aHeartbeatThatComesThroughLeavesNoDelay() {
        train.sent(100, after(1));

        assertThat(train.captured(120, after(2))).isEqualTo(new Captured(after(1), Duration.ZERO, true));
    }

    @Test
    void whileNothingComesThroughTheDelayGrows() {
        train.sent(100, after(1));
        assertThat(train.captured(120, after(2)).lag()).isZero();
        train.sent(200, after(10));
        train.sent(300, after(11));

        assertThat(train.captured(120, after(14)).lag()).isEqualTo(Duration.ofSeconds(4));
        assertThat(train.captured(250, after(14)).lag()).isEqualTo(Duration.ofSeconds(3));
        assertThat(train.captured(350, after(14)).lag()).isZero();
    }

    @Test
    void aHeartbeatThatWasSentJustNowIsNoDelay() {
        train.sent(100, after(1));
        train.captured(120, after(1));
        train.sent(200, after(2));

        assertThat(train.captured(120, after(3)).lag()).isZero();
    }

    @Test
    void aHeartbeatWhoseCommitIsNotCapturedYetHasNotComeThrough() {
        train.sent(100, after(1));

        assertThat(train.captured(100, after(5)).lag()).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void anIdleLogIsCapturedUpToNow() {
        train.sent(100, after(1));
        train.captured(120, after(2));
        train.nothingBehind(after(60));

        assertThat(train.captured(120, after(61))).isEqualTo(new Captured(after(60), Duration.ZERO, true));
    }

    @Test
    void aRestartCountsFromWhereTheProcessBeforeHadGot() {
        train.resume(new Captured(START.minusSeconds(100), Duration.ZERO, true));
        train.sent(100, after(1));

        assertThat(train.captured(0, after(2)))
                .isEqualTo(new Captured(START.minusSeconds(100), Duration.ofSeconds(102), true));
        assertThat(train.captured(120, after(3)).lag()).isZero();
    }

    @Test
    void beforeTheTablesAreCopiedTheDelayCountsFromTheStart() {
        train.sent(100, after(1));

        assertThat(train.captured(0, after(30))).isEqualTo(new Captured(START, Duration.ofSeconds(30), false));
    }

    @Test
    void aStandstillDoesNotCollectHeartbeatsForEver() {
        for (int i = 0; i < 1_000 && train.hasRoom(); i++) {
            train.sent(100 + i, after(i));
        }

        assertThat(train.hasRoom()).isFalse();
        assertThat(train.captured(100_000, after(2_000)).lag()).isZero();
        assertThat(train.hasRoom()).isTrue();
    }

    private static Instant after(int seconds) {
        return START.plusSeconds(seconds);
    }
}
