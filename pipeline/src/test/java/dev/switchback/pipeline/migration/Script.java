package dev.switchback.pipeline.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;

/** Plays entries into a state, one after the other, as a ledger would. */
final class Script {

    static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    private MigrationState state = MigrationState.START;
    private Instant clock = Instant.parse("2026-01-01T00:00:00Z");

    static Script following() {
        Script script = new Script();
        script.note(new Note.Started("m1", java.util.List.of("capture", "apply")));
        script.note(new Note.Copied(10, Duration.ofSeconds(1)));
        return script;
    }

    MigrationState state() {
        return state;
    }

    Script note(Note note) {
        clock = clock.plusSeconds(1);
        state = state.after(Entry.note(clock, "m1", note));
        return this;
    }

    /** A decision that must count. */
    Script decide(long epoch, Decision decision) {
        Line line = line(epoch, decision);
        if (line.objection().isPresent()) {
            throw new AssertionError(
                    decision + " does not count: " + line.objection().get());
        }
        state = line.after();
        return this;
    }

    /** Why a decision would not count; empty text where it would. */
    String objection(long epoch, Decision decision) {
        return line(epoch, decision).objection().orElse("");
    }

    Script step(long epoch, Step step) {
        decide(epoch, new Decision.StepBegan(step));
        return decide(epoch, new Decision.StepDone(step, Duration.ZERO, Map.of()));
    }

    /** All steps before the commit point that are missing. */
    Script toCommit(long epoch) {
        while (state.operation().orElseThrow().next().isPresent()) {
            step(epoch, state.operation().get().next().get());
        }
        return this;
    }

    /** A whole operation. */
    Script whole(long epoch, Operation operation) {
        decide(epoch, new Decision.Began(operation, MAX_PAUSE));
        toCommit(epoch);
        decide(epoch, new Decision.Switched());
        toCommit(epoch);
        return decide(epoch, new Decision.Finished());
    }

    private Line line(long epoch, Decision decision) {
        clock = clock.plusSeconds(1);
        Entry entry = Entry.decision(clock, "operator of " + epoch, decision, state.claim(epoch));
        return Line.of(0, entry, state);
    }
}
