package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.postgres.LogIdentity;

class StoredOffsetTest {

    private static final LogIdentity LOG = new LogIdentity("7412345678901234567", 3);

    static StoredOffset[] offsets() {
        return new StoredOffset[] {
            new StoredOffset(LOG, LogPosition.after(0), false, 0, 0, 0, 0),
            new StoredOffset(LOG, new LogPosition(0x1_6B3F_2A98L, 12_345, 0x1_6B3F_2B00L), true, 42_000, 42_001, 99, 7),
            // PostgreSQL's LSNs are unsigned: the upper half of them is negative here.
            new StoredOffset(
                    LOG, new LogPosition(-1, Long.MAX_VALUE, Long.MIN_VALUE), true, Long.MAX_VALUE, 0, 0, 1L << 40)
        };
    }

    @ParameterizedTest
    @MethodSource("offsets")
    void whatIsStoredIsReadBack(StoredOffset offset) {
        assertThat(StoredOffset.ofJson(offset.toJson())).isEqualTo(offset);
    }

    @Test
    void theFormOfWhatIsStoredStays() {
        StoredOffset offset = new StoredOffset(LOG, new LogPosition(1000, 2, 1010), true, 3000, 3001, 9, 5);

        assertThat(new String(offset.toJson(), StandardCharsets.UTF_8))
                .isEqualTo("{\"log\":{\"systemId\":\"7412345678901234567\",\"timeline\":3},"
                        + "\"position\":{\"commitLsn\":1000,\"ordinal\":2,\"lastLsn\":1010},"
                        + "\"snapshotDone\":true,\"watermark\":3000,\"awaited\":3001,\"beat\":9,\"tables\":5}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "{\"position\":{\"commitLsn\":\"x\",\"ordinal\":0,\"lastLsn\":0}}",
                "{\"position\":{\"commitLsn\":99999999999999999999,\"ordinal\":0,\"lastLsn\":0}}",
                "{\"snapshotDone\":true,\"unknown\":1}"
            })
    void whatIsNoOffsetIsNotTakenForOne(String json) {
        assertThatThrownBy(() -> StoredOffset.ofJson(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(UncheckedIOException.class);
    }
}
