package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anybody may write messages under our prefix. */
class LogMessageTest {

    @Test
    void oursIsRead() {
        assertThat(parsed("{\"kind\": \"heartbeat\", \"migration\": \"stores\", \"number\": 7}"))
                .contains(new LogMessage.Heartbeat("stores", 7));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "x", "null", "[1", "7", "{\"kind\": \"another\"}", "{\"kind\": \"leaf_truncated\"}"})
    void whatIsNotOursIsNothing(String content) {
        assertThat(parsed(content)).isEmpty();
    }

    private static Optional<LogMessage> parsed(String content) {
        return LogMessage.parse(content.getBytes(StandardCharsets.UTF_8));
    }
}
