package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibilityTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "100:100:             | 99         | true",
                "100:100:             | 100        | false",
                "100:100:             | 101        | false",
                "100:120:100,110      | 100        | false",
                "100:120:100,110      | 105        | true",
                "100:120:100,110      | 110        | false",
                "100:120:100,110      | 120        | false",
                // The log's ids have 32 bits: here they have gone round once.
                "4294967300:4294967300: | 3          | true",
                "4294967300:4294967300: | 4          | false",
                "4294967300:4294967300: | 4294967295 | true",
                "4294967290:4294967300:4294967295 | 4294967295 | false",
                "4294967290:4294967290: | 5          | false"
            })
    void aSnapshotTellsWhatItSees(String snapshot, long transaction, boolean seen) {
        assertThat(Visibility.sees(snapshot, transaction)).isEqualTo(seen);
    }
}
