package dev.switchback.pipeline.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.switchback.connectors.spi.Direction;

class MigrationStateTest {

    private static final Decision CUTOVER = new Decision.Began(Operation.CUTOVER, Script.MAX_PAUSE);
    private static final Decision REVERT = new Decision.Began(Operation.REVERT, Script.MAX_PAUSE);

    @Test
    void theRunMovesItFromPlannedToFollowing() {
        Script script = new Script();
        assertThat(script.state().phase()).isEqualTo(Phase.PLANNED);

        script.note(new Note.Started("m1", List.of("capture")));
        assertThat(script.state().phase()).isEqualTo(Phase.BACKFILLING);

        script.note(new Note.Stopped("m1", "")).note(new Note.Started("m1", List.of("capture")));
        assertThat(script.state().phase()).isEqualTo(Phase.BACKFILLING);

        script.note(new Note.Copied(10, Duration.ofSeconds(1)));
        assertThat(script.state().phase()).isEqualTo(Phase.FOLLOWING);
        assertThat(script.state().sourceOfTruth()).contains(Side.SOURCE);
    }

    @Test
    void notesOfALaterRunMoveNothingBack() {
        Script script = Script.following().whole(2, Operation.CUTOVER);
        MigrationState before = script.state();

        script.note(new Note.Started("m2", List.of("apply")))
                .note(new Note.Copied(1, Duration.ZERO))
                .note(new Note.Following(Duration.ZERO))
                .note(new Note.Stopped("m2", "x"));

        assertThat(script.state()).isEqualTo(before);
    }

    @Test
    void aCutoverPassesItsPhasesAndTheSourceOfTruthIsNeverTwo() {
        Script script = Script.following().decide(2, CUTOVER);
        List<String> passed = new ArrayList<>();
        Runnable look = () -> passed.add(script.state().phase() + " "
                + script.state().sourceOfTruth().map(Side::toString).orElse("none") + " "
                + script.state().applies().lowerCase());
        look.run();
        for (Step step : Operation.CUTOVER.toCommit()) {
            script.step(2, step);
            look.run();
        }
        script.decide(2, new Decision.Switched());
        look.run();
        for (Step step : Operation.CUTOVER.behindCommit()) {
            script.step(2, step);
            look.run();
        }
        script.decide(2, new Decision.Finished());
        look.run();

        assertThat(passed)
                .containsExactly(
                        "following source forward",
                        "following source forward",
                        "armed source forward",
                        "fenced none forward",
                        "fenced none forward",
                        "drained none forward",
                        "drained none forward",
                        "drained none forward",
                        "switched none reverse",
                        "switched none reverse",
                        "switched destination reverse",
                        "switched destination reverse",
                        "switched destination reverse");
        assertThat(script.state().operation()).isEmpty();
    }

    @Test
    void aRevertIsTheSameInTheOtherDirectionAndASecondCutoverWorks() {
        Script script = Script.following().whole(2, Operation.CUTOVER).whole(3, Operation.REVERT);
        assertThat(script.state().phase()).isEqualTo(Phase.REVERTED);
        assertThat(script.state().applies()).isEqualTo(Direction.FORWARD);
        assertThat(script.state().sourceOfTruth()).contains(Side.SOURCE);

        script.whole(4, Operation.CUTOVER);
        assertThat(script.state().phase()).isEqualTo(Phase.SWITCHED);
        assertThat(script.state().sourceOfTruth()).contains(Side.DESTINATION);
    }

    @Test
    void anOperationBeginsOnlyWhereItMay() {
        assertThat(new Script().objection(2, CUTOVER)).contains("planned cannot cutover");
        assertThat(Script.following().objection(2, REVERT)).contains("following cannot revert");
        assertThat(Script.following().whole(2, Operation.CUTOVER).objection(3, CUTOVER))
                .contains("switched cannot cutover");
    }

    @Test
    void anOperationNeedsAnEpochAboveAllBeforeIt() {
        Script script = Script.following().whole(5, Operation.CUTOVER);

        assertThat(script.objection(5, REVERT)).contains("epoch 5 is not above 5");
        assertThat(script.objection(6, REVERT)).isEmpty();
    }

    @Test
    void aSecondOperatorIsToldWhoSinceWhenAndWhat() {
        Script script = Script.following().decide(2, CUTOVER);

        assertThat(script.objection(3, CUTOVER))
                .startsWith("a cutover of operator of 2 is under way since 2026-01-01T00:00:03Z");
    }

    @Test
    void ofTwoDecisionsUponOneLookTheFirstCounts() {
        MigrationState seen = Script.following().state();
        Entry first = Entry.decision(Instant.EPOCH, "ana", CUTOVER, seen.claim(2));
        Entry second = Entry.decision(Instant.EPOCH, "ben", CUTOVER, seen.claim(3));

        MigrationState after = seen.after(first);
        assertThat(after.objection(second)).contains("somebody else decided first");
        assertThat(after.after(second)).isEqualTo(after);
    }

    @Test
    void aDecisionUponEntriesThatAreGoneDoesNotCount() {
        Entry entry = Entry.decision(Instant.EPOCH, "ana", CUTOVER, new Claim(2, 7));

        assertThat(Script.following().state().objection(entry)).contains("what it rests on is lost");
    }

    @ParameterizedTest
    @EnumSource(Step.class)
    void noStepIsLeftOutAndNoneComesTwice(Step step) {
        Script script = Script.following().decide(2, CUTOVER);
        for (Step next : Operation.CUTOVER.toCommit()) {
            boolean due = next == step;
            assertThat(script.objection(2, new Decision.StepBegan(step)).isEmpty())
                    .isEqualTo(due);
            assertThat(script.objection(2, done(step))).contains("is not under way");
            assertThat(script.objection(2, new Decision.Switched())).contains("steps before the commit point");
            assertThat(script.objection(2, new Decision.Finished())).isNotEmpty();
            script.step(2, next);
        }
        assertThat(script.objection(2, new Decision.StepBegan(step))).isNotEmpty();
        script.decide(2, new Decision.Switched());
        for (Step next : Operation.CUTOVER.behindCommit()) {
            assertThat(script.objection(2, new Decision.Finished())).contains("steps behind the commit point");
            script.step(2, next);
        }
    }

    @Test
    void whatIsSwitchedIsNotUndoneAndWhatIsUndoneIsNotSwitched() {
        Script switched = Script.following().decide(2, CUTOVER).toCommit(2).decide(2, new Decision.Switched());
        assertThat(switched.objection(2, new Decision.UndoBegan("no"))).contains("decided already");
        assertThat(switched.objection(2, new Decision.Undone())).isNotEmpty();

        Script undoing = Script.following().decide(2, CUTOVER).toCommit(2).decide(2, new Decision.UndoBegan("no"));
        assertThat(undoing.objection(2, new Decision.Switched())).isNotEmpty();
        assertThat(undoing.objection(2, new Decision.StepBegan(Step.CHECK))).isNotEmpty();
        assertThat(undoing.objection(2, new Decision.Finished())).isNotEmpty();
    }

    @Test
    void anUndoneOperationLeavesThePhaseAndFreesTheLease() {
        Script script = Script.following()
                .decide(2, CUTOVER)
                .toCommit(2)
                .decide(2, new Decision.UndoBegan("max-pause"))
                .decide(2, new Decision.Undone());

        assertThat(script.state().phase()).isEqualTo(Phase.FOLLOWING);
        assertThat(script.state().sourceOfTruth()).contains(Side.SOURCE);
        assertThat(script.state().operation()).isEmpty();
        assertThat(script.objection(3, CUTOVER)).isEmpty();
    }

    @Test
    void aMigrationIsCompletedOnceWhileNothingIsUnderWayAndNothingBeginsBehindIt() {
        Decision completed = new Decision.Completed();
        Script script = Script.following().decide(2, CUTOVER);
        assertThat(script.objection(3, completed)).startsWith("a cutover of operator of 2 is under way");
        assertThat(script.objection(2, completed)).startsWith("a cutover of operator of 2 is under way");

        Script switched = Script.following().whole(2, Operation.CUTOVER);
        assertThat(switched.objection(2, completed)).isEqualTo("epoch 2 is not above 2");
        switched.decide(3, completed);
        assertThat(switched.state().phase()).isEqualTo(Phase.COMPLETED);
        assertThat(switched.state().sourceOfTruth()).contains(Side.DESTINATION);
        assertThat(switched.state().epoch()).isEqualTo(3);

        switched.note(new Note.Started("m2", List.of("apply"))).note(new Note.Copied(1, Duration.ZERO));
        assertThat(switched.state().phase()).isEqualTo(Phase.COMPLETED);
        assertThat(switched.objection(4, completed)).isEqualTo("it is completed already");
        assertThat(switched.objection(4, REVERT)).contains("completed cannot revert");
        assertThat(switched.objection(4, CUTOVER)).contains("completed cannot cutover");
        assertThat(switched.objection(4, new Decision.TookOver("x"))).isEqualTo("no operation is under way");
    }

    @Test
    void oneThatWasNeverSwitchedMayBeCompletedToo() {
        Script script = Script.following().decide(2, new Decision.Completed());
        assertThat(script.state().phase()).isEqualTo(Phase.COMPLETED);
        assertThat(script.state().sourceOfTruth()).contains(Side.SOURCE);
    }

    @Test
    void anOperatorOfAnOlderEpochDecidesNothingAnyMore() {
        Script script = Script.following().decide(2, CUTOVER).decide(4, new Decision.TookOver("stalled"));

        assertThat(script.objection(2, new Decision.StepBegan(Step.CHECK)))
                .isEqualTo("the lease is operator of 4's, of epoch 4");
        assertThat(script.objection(3, new Decision.TookOver("late"))).contains("not above 4");
        assertThat(script.objection(4, new Decision.StepBegan(Step.CHECK))).isEmpty();
    }

    @Test
    void behindATakeoverNothingBeforeTheCommitPointCountsAsDone() {
        Script script = Script.following().decide(2, CUTOVER).toCommit(2).decide(3, new Decision.TookOver("stalled"));

        Running running = script.state().operation().orElseThrow();
        assertThat(running.done()).isEmpty();
        assertThat(running.reached()).contains(Step.SEQUENCES);
        assertThat(script.state().phase()).isEqualTo(Phase.FENCED);
        assertThat(script.state().sourceOfTruth()).isEmpty();
        assertThat(script.objection(3, new Decision.Switched())).isNotEmpty();
        script.toCommit(3).decide(3, new Decision.Switched());
    }

    @Test
    void behindATakeoverStepsBehindTheCommitPointStillCount() {
        Script script = Script.following()
                .decide(2, CUTOVER)
                .toCommit(2)
                .decide(2, new Decision.Switched())
                .step(2, Step.TURN)
                .decide(2, new Decision.StepBegan(Step.OPEN))
                .decide(3, new Decision.TookOver("killed"));

        assertThat(script.state().operation().orElseThrow().next()).contains(Step.OPEN);
        assertThat(script.objection(3, new Decision.UndoBegan("no"))).isNotEmpty();
        script.step(3, Step.OPEN).step(3, Step.HOOKS).decide(3, new Decision.Finished());
        assertThat(script.state().phase()).isEqualTo(Phase.SWITCHED);
    }

    @Test
    void anUndoThatIsTakenOverRemainsOne() {
        Script script = Script.following()
                .decide(2, CUTOVER)
                .step(2, Step.CHECK)
                .decide(2, new Decision.UndoBegan("no"))
                .decide(3, new Decision.TookOver("killed"));

        assertThat(script.objection(3, new Decision.StepBegan(Step.CHECK))).isNotEmpty();
        assertThat(script.objection(3, new Decision.Undone())).isEmpty();
    }

    @Test
    void withoutAnOperationOnlyOneMayBegin() {
        Script script = Script.following();
        List<Decision> others = List.of(
                new Decision.TookOver("x"),
                new Decision.StepBegan(Step.CHECK),
                done(Step.CHECK),
                new Decision.Switched(),
                new Decision.UndoBegan("x"),
                new Decision.Undone(),
                new Decision.Finished());

        assertThat(others).allSatisfy(decision -> assertThat(script.objection(2, decision))
                .isEqualTo("no operation is under way"));
    }

    @Test
    void aDecisionNeedsAClaimAndANoteHasNone() {
        assertThatThrownBy(() -> new Entry(Instant.EPOCH, "ana", CUTOVER, Optional.empty()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Entry(
                        Instant.EPOCH, "ana", new Note.Following(Duration.ZERO), Optional.of(new Claim(1, 0))))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Decision done(Step step) {
        return new Decision.StepDone(step, Duration.ZERO, Map.of());
    }
}
