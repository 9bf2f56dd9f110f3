package dev.switchback.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;

import org.junit.jupiter.api.Test;

import dev.switchback.pipeline.migration.Step;

class StepsTextTest {

    @Test
    void eachStepIsALineWithItsTimeAndHowLongItTook() {
        StringWriter text = new StringWriter();
        StepsText steps = new StepsText(
                new PrintWriter(text), Clock.fixed(Instant.parse("2026-01-02T12:00:00.123Z"), ZoneOffset.UTC));

        steps.begun(Step.CHECK);
        steps.done(Step.CHECK, Duration.ofMillis(1_234));
        steps.begun(Step.FENCE);
        steps.done(Step.FENCE, Duration.ofMillis(35));
        steps.switched();
        steps.hookFailed("a hook", "it said no");
        steps.undoing("too late");

        assertThat(text.toString())
                .isEqualToNormalizingNewlines(
                        """
                        time (UTC)        took  event
                        12:00:00.123     1.2 s  check
                        12:00:00.123            closing the fence: applications are refused from here on
                        12:00:00.123     35 ms  fence
                        12:00:00.123            SWITCHED: from here on it is finished, not undone
                        12:00:00.123            a hook failed and is not tried again by itself: it said no
                        12:00:00.123            undoing: too late
                        """);
    }
}
