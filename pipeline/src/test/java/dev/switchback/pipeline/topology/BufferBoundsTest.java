package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BufferBoundsTest {

    private static final int MIB = 1 << 20;

    @ParameterizedTest
    @CsvSource({"1, 1000", "49, 1000", "99, 1000", "100, 2000", "199, 3000", "200, 4000", "10000, 4000"})
    void eachFiftyTablesMayHaveSoManyRows(int tables, int rows) {
        BufferBounds bounds = new BufferBounds(1_000, MIB, Duration.ofMillis(5));

        assertThat(bounds.reached(rows - 1, 0, tables)).isFalse();
        assertThat(bounds.reached(rows, 0, tables)).isTrue();
    }

    /** The heap does not grow with the tables. */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1",
        "1, 100, 2",
        "1, 10000, 4",
        "4, 10000, 16",
        "8, 400, 32",
        "10, 400, 32",
        "8, 10000, 32",
        "64, 1, 64",
        "64, 400, 64"
    })
    void eachFiftyTablesMayHaveSoManyBytesUpToABound(int declaredMib, int tables, int mib) {
        BufferBounds bounds = new BufferBounds(1_000, (long) declaredMib * MIB, Duration.ofMillis(5));

        assertThat(bounds.reached(0, (long) mib * MIB - 1, tables)).isFalse();
        assertThat(bounds.reached(0, (long) mib * MIB, tables)).isTrue();
    }
}
