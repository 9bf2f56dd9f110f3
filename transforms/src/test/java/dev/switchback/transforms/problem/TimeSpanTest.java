package dev.switchback.transforms.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimeSpanTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 ms",
        "999, 999 ms",
        "1000, 1 s",
        "1599, 1.5 s",
        "119999, 119.9 s",
        "120000, 2 min",
        "7199999, 119 min",
        "7200000, 2 h",
        "19800000, 5.5 h"
    })
    void isAsExactAsOneNeeds(long millis, String shown) {
        assertThat(TimeSpan.text(Duration.ofMillis(millis))).isEqualTo(shown);
    }
}
