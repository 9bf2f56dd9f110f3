package dev.switchback.pipeline.migration.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.pipeline.migration.Claim;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.LedgerRecord;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;

class LedgerJsonTest {

    private static final Instant AT = Instant.parse("2026-11-22T02:03:04.567Z");

    /** What is written is kept for ever, so each form is pinned. */
    static Stream<Arguments> forms() {
        return Stream.of(
                form(
                        new Note.Started("m1", List.of("apply", "capture")),
                        "\"record\":\"started\",\"member\":\"m1\",\"roles\":[\"apply\",\"capture\"]"),
                form(
                        new Note.Copied(42, Duration.ofMillis(1500)),
                        "\"record\":\"copied\",\"rows\":42,\"tookMicros\":1500000"),
                form(new Note.Following(Duration.ofMillis(12)), "\"record\":\"following\",\"lagMicros\":12000"),
                form(new Note.Stopped("m1", "lost"), "\"record\":\"stopped\",\"member\":\"m1\",\"why\":\"lost\""),
                form(new Note.Released(), "\"record\":\"released\""),
                form(new Note.Aborted(), "\"record\":\"aborted\""),
                form(
                        new Note.Hindered("m1", "no slot"),
                        "\"record\":\"hindered\",\"member\":\"m1\",\"why\":\"no slot\""),
                form(
                        new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)),
                        "\"record\":\"began\",\"operation\":\"cutover\",\"maxPauseMicros\":5000000" + CLAIM),
                form(new Decision.TookOver("stalled"), "\"record\":\"took-over\",\"why\":\"stalled\"" + CLAIM),
                form(
                        new Decision.StepBegan(Step.RETURN_WATERMARK),
                        "\"record\":\"step-began\",\"step\":\"return-watermark\"" + CLAIM),
                form(
                        new Decision.StepDone(Step.FENCE, Duration.ofNanos(7_000), Map.of("b", "2", "a", "1")),
                        "\"record\":\"step-done\",\"step\":\"fence\",\"tookMicros\":7,\"facts\":{\"a\":\"1\",\"b\":\"2\"}"
                                + CLAIM),
                form(new Decision.Switched(), "\"record\":\"switched\"" + CLAIM),
                form(new Decision.UndoBegan("late"), "\"record\":\"undo-began\",\"why\":\"late\"" + CLAIM),
                form(new Decision.Undone(), "\"record\":\"undone\"" + CLAIM),
                form(new Decision.Finished(), "\"record\":\"finished\"" + CLAIM),
                form(new Decision.Completed(), "\"record\":\"completed\"" + CLAIM));
    }

    private static final String CLAIM = ",\"epoch\":3,\"decisions\":12";

    private static Arguments form(LedgerRecord record, String json) {
        return Arguments.of(record, "{\"at\":\"2026-11-22T02:03:04.567Z\",\"by\":\"ana\"," + json + "}");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void eachRecordHasItsFormAndIsReadBack(LedgerRecord record, String json) throws IOException {
        Entry entry = record instanceof Decision decision
                ? Entry.decision(AT, "ana", decision, new Claim(3, 12))
                : Entry.note(AT, "ana", (Note) record);

        assertThat(new String(LedgerJson.write(entry), UTF_8)).isEqualTo(json);
        assertThat(LedgerJson.read(json.getBytes(UTF_8))).isEqualTo(entry);
    }

    @Test
    void everyKindOfRecordIsPinned() {
        long kinds = Stream.of(Note.class, Decision.class)
                .flatMap(kind -> Stream.of(kind.getPermittedSubclasses()))
                .count();

        assertThat(forms()).hasSize((int) kinds);
    }

    @Test
    void whatALaterVersionAddsToARecordIsPassedOver() throws IOException {
        String json =
                "{\"at\":\"2026-11-22T02:03:04.567Z\",\"by\":\"ana\",\"record\":\"following\",\"lagMicros\":1,\"x\":{}}";

        assertThat(LedgerJson.read(json.getBytes(UTF_8)).record())
                .isEqualTo(new Note.Following(Duration.ofNanos(1_000)));
    }

    @Test
    void whatIsNoRecordOfOursIsRefused() {
        for (String json : List.of(
                "",
                "[]",
                "{}",
                "{\"at\":\"2026-11-22T02:03:04.567Z\",\"by\":\"ana\",\"record\":\"rehearsed\"}",
                "{\"at\":\"2026-11-22T02:03:04.567Z\",\"by\":\"ana\",\"record\":\"switched\"}",
                "{\"at\":\"2026-11-22T02:03:04.567Z\",\"by\":\"ana\",\"record\":\"step-began\",\"step\":\"leap\""
                        + CLAIM + "}")) {
            assertThatThrownBy(() -> LedgerJson.read(json.getBytes(UTF_8)))
                    .as(json)
                    .isInstanceOf(IOException.class);
        }
    }
}
