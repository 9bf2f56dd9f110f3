package dev.switchback.pipeline.migration.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;

class UnservedTest {

    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    private final Unserved unserved = new Unserved(Duration.ZERO);
    private MigrationState state = MigrationState.START;
    private long second;

    UnservedTest() {
        append(Entry.note(Instant.EPOCH, "run", new Note.Copied(1, Duration.ZERO)));
        decide(2, new Decision.Began(Operation.CUTOVER, MAX_PAUSE));
        step(2, Step.CHECK);
        step(2, Step.ARM);
    }

    @Test
    void whatRefusesNobodyIsNeverDue() {
        assertThat(dueAfter(1_000)).isFalse();
    }

    @Test
    void aFenceIsDueAtThePausesEndAndAGraceFromItsBeginningWhateverComesInBetween() {
        decide(2, new Decision.StepBegan(Step.FENCE));
        second += 4;
        decide(2, new Decision.StepDone(Step.FENCE, Duration.ZERO, Map.of()));
        step(2, Step.WATERMARK);

        assertThat(dueAfter(2)).isFalse();
        assertThat(dueAfter(3)).isTrue();
    }

    @Test
    void whatWasUndoneOrFinishedIsNotDue() {
        decide(2, new Decision.StepBegan(Step.FENCE));
        decide(2, new Decision.UndoBegan("late"));
        decide(2, new Decision.Undone());

        assertThat(dueAfter(1_000)).isFalse();
    }

    @Test
    void anUndoAndAFinishThatStopHalfwayAreDueFromTheirBeginning() {
        step(2, Step.FENCE);
        step(2, Step.WATERMARK);
        step(2, Step.DRAIN);
        step(2, Step.RETURN_WATERMARK);
        step(2, Step.SEQUENCES);
        second += 4;
        decide(2, new Decision.Switched());

        assertThat(dueAfter(6)).isFalse();
        assertThat(dueAfter(7)).isTrue();
    }

    @Test
    void whoeverTakesOverHasTheWholeTimeAgain() {
        decide(2, new Decision.StepBegan(Step.FENCE));
        second += 6;
        decide(3, new Decision.TookOver("stalled"));

        assertThat(dueAfter(6)).isFalse();
        assertThat(dueAfter(7)).isTrue();
    }

    @Test
    void aProcessThatStartsLaterGivesTheOperatorTheWholeTime() {
        decide(2, new Decision.StepBegan(Step.FENCE));
        second += 100;
        Unserved late = new Unserved(Duration.ZERO);
        late.watch(state, nanos());

        assertThat(late.due(nanos())).isEmpty();
        second += 7;
        assertThat(late.due(nanos())).isPresent();
    }

    @Test
    void whatWasTriedInVainIsDueAGraceLater() {
        decide(2, new Decision.StepBegan(Step.FENCE));
        second += 7;
        assertThat(unserved.due(nanos())).isPresent();
        unserved.triedInVain(nanos());

        assertThat(dueAfter(1)).isFalse();
        assertThat(dueAfter(2)).isTrue();
    }

    private boolean dueAfter(long seconds) {
        return unserved.due(nanos() + Duration.ofSeconds(seconds).toNanos()).isPresent();
    }

    private void step(long epoch, Step step) {
        decide(epoch, new Decision.StepBegan(step));
        decide(epoch, new Decision.StepDone(step, Duration.ZERO, Map.of()));
    }

    private void decide(long epoch, Decision decision) {
        append(Entry.decision(Instant.EPOCH, "ana", decision, state.claim(epoch)));
    }

    private void append(Entry entry) {
        Line line = Line.of(0, entry, state);
        assertThat(line.objection()).isEmpty();
        state = line.after();
        unserved.read(line, nanos());
    }

    private long nanos() {
        return Duration.ofSeconds(second).toNanos();
    }
}
