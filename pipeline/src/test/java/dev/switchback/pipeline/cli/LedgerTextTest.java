package dev.switchback.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.switchback.pipeline.migration.Claim;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;

class LedgerTextTest {

    private static final String ANA = "ana@ops-1, process 4711";

    private final List<Line> lines = new ArrayList<>();
    private MigrationState state = MigrationState.START;
    private Instant clock = Instant.parse("2026-11-22T02:00:00Z");

    @Test
    void aCutoverReadsAsATimedLog() {
        run();
        decide(2, new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)));
        Operation.CUTOVER.toCommit().forEach(step -> step(2, step));
        decide(2, new Decision.Switched());
        Operation.CUTOVER.behindCommit().forEach(step -> step(2, step));
        decide(2, new Decision.Finished());
        note(new Note.Stopped("ops-1", ""));

        assertThat(text())
                .isEqualTo(
                        """
                        time (UTC)               takes writes      took  event
                        2026-11-22 02:00:00.010  source                 ops-1 started apply, capture
                        2026-11-22 02:00:00.020  source           12 s  copied 12,000 rows
                        2026-11-22 02:00:00.030  source                 following, 40 ms behind
                        2026-11-22 02:00:00.040  source                 cutover begun by ana@ops-1, process 4711 (epoch 2, pause of at most 5 s)
                        2026-11-22 02:00:00.060  source           8 ms  check
                        2026-11-22 02:00:00.080  source           8 ms  arm
                        2026-11-22 02:00:00.100  none             8 ms  fence
                        2026-11-22 02:00:00.120  none             8 ms  watermark
                        2026-11-22 02:00:00.140  none             8 ms  drain: held 0, watermark 32
                        2026-11-22 02:00:00.160  none             8 ms  return-watermark
                        2026-11-22 02:00:00.180  none             8 ms  sequences
                        2026-11-22 02:00:00.190  none                   SWITCHED: from here on it is finished, not undone
                        2026-11-22 02:00:00.210  none             8 ms  turn
                        2026-11-22 02:00:00.230  destination      8 ms  open; writes were refused for at most 140 ms
                        2026-11-22 02:00:00.250  destination      8 ms  hooks
                        2026-11-22 02:00:00.260  destination    220 ms  finished
                        2026-11-22 02:00:00.270  destination            ops-1 stopped
                        stores is switched, REVERSE applies, the destination takes writes.
                        """);
    }

    @Test
    void anInterruptedStepIsShownAndWhoWasAtIt() {
        run();
        decide(2, new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)));
        step(2, Step.CHECK);
        step(2, Step.ARM);
        decide(2, new Decision.StepBegan(Step.FENCE));

        assertThat(text())
                .contains("02:00:00.090  none                   fence begun\n")
                .endsWith("stores is fenced, FORWARD applies, neither side takes writes. A cutover of " + ANA
                        + " is under way since 2026-11-22 02:00:00.040, at step fence.\n");
    }

    @Test
    void whatDoesNotCountSaysWhy() {
        run();
        MigrationState seen = state;
        decide(2, new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)));
        append(Entry.decision(
                clock, "ben", new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)), seen.claim(3)));

        assertThat(text())
                .contains("cutover begun by ben (epoch 3, pause of at most 5 s) by ben"
                        + " (does not count: somebody else decided first)");
    }

    @Test
    void jsonSaysWhatEachEntryMadeOfTheMigration() {
        run();
        decide(2, new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5)));

        assertThat(LedgerText.json(lines.get(lines.size() - 1)))
                .isEqualTo("{\"at\":\"2026-11-22T02:00:00.040Z\",\"by\":\"" + ANA + "\",\"record\":\"began\","
                        + "\"operation\":\"cutover\",\"maxPauseMicros\":5000000,\"epoch\":2,\"decisions\":0,"
                        + "\"offset\":3,\"phase\":\"following\",\"sourceOfTruth\":\"source\",\"counts\":true}");
    }

    @Test
    void anEmptyLedgerSaysSo() {
        assertThat(text()).isEqualTo("Nothing is recorded: stores has not been run yet.\n");
    }

    private void run() {
        note(new Note.Started("ops-1", List.of("apply", "capture")));
        note(new Note.Copied(12_000, Duration.ofSeconds(12)));
        note(new Note.Following(Duration.ofMillis(40)));
    }

    private void step(long epoch, Step step) {
        decide(epoch, new Decision.StepBegan(step));
        Map<String, String> facts = step == Step.DRAIN ? Map.of("held", "0", "watermark", "32") : Map.of();
        decide(epoch, new Decision.StepDone(step, Duration.ofMillis(8), facts));
    }

    private void note(Note note) {
        tick();
        append(Entry.note(clock, ANA, note));
    }

    private void decide(long epoch, Decision decision) {
        tick();
        append(Entry.decision(clock, ANA, decision, new Claim(epoch, state.decisions())));
    }

    private void tick() {
        clock = clock.plusMillis(10);
    }

    private void append(Entry entry) {
        Line line = Line.of(lines.size(), entry, state);
        lines.add(line);
        state = line.after();
    }

    private String text() {
        StringWriter out = new StringWriter();
        new LedgerText("stores", new PrintWriter(out)).print(lines);
        return out.toString();
    }
}
