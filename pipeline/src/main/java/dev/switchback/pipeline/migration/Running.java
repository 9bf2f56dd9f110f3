package dev.switchback.pipeline.migration;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An operation that has begun and not ended, and who has its lease.
 *
 * @param epoch of the lease
 * @param operator who holds it
 * @param since when that operator took it
 * @param done the steps that are done under this epoch; behind the commit point, those behind it
 * @param underWay the step that has begun and not ended, under this epoch
 * @param fence whether the old side's fence may be closed, under whatever epoch
 * @param outcome what has been decided about it
 * @param reached the last step that was begun under any epoch, for people
 */
public record Running(
        Operation operation,
        Duration maxPause,
        long epoch,
        String operator,
        Instant since,
        List<Step> done,
        Optional<Step> underWay,
        boolean fence,
        Outcome outcome,
        Optional<Step> reached) {

    /** What has been decided about an operation. Exactly one of the last two is ever reached. */
    public enum Outcome {
        UNDECIDED,
        UNDOING,
        SWITCHED
    }

    public Running {
        done = List.copyOf(done);
    }

    static Running begun(Decision.Began began, long epoch, Entry entry) {
        return new Running(
                began.operation(),
                began.maxPause(),
                epoch,
                entry.by(),
                entry.at(),
                List.of(),
                Optional.empty(),
                false,
                Outcome.UNDECIDED,
                Optional.empty());
    }

    Running takenOver(long newEpoch, Entry entry) {
        List<Step> kept = outcome == Outcome.SWITCHED ? done : List.of();
        return new Running(
                operation, maxPause, newEpoch, entry.by(), entry.at(), kept, Optional.empty(), fence, outcome, reached);
    }

    Running begun(Step step) {
        return with(done, Optional.of(step), fence || step == Step.FENCE, outcome, Optional.of(step));
    }

    Running done(Step step) {
        List<Step> more = new ArrayList<>(done);
        more.add(step);
        return with(more, Optional.empty(), fence, outcome, reached);
    }

    Running decided(Outcome decided) {
        return with(List.of(), Optional.empty(), fence, decided, reached);
    }

    /** The step that is due; empty when all before the commit point, or all behind it, are done. */
    public Optional<Step> next() {
        List<Step> steps = outcome == Outcome.SWITCHED ? operation.behindCommit() : operation.toCommit();
        return done.size() < steps.size() ? Optional.of(steps.get(done.size())) : Optional.empty();
    }

    Phase phase(Phase before) {
        if (outcome == Outcome.SWITCHED) {
            return operation.result();
        }
        if (done.contains(Step.DRAIN)) {
            return Phase.DRAINED;
        }
        if (fence) {
            return Phase.FENCED;
        }
        return done.contains(Step.ARM) ? Phase.ARMED : before;
    }

    /** The side that may be open, as far as was decided; empty while none may be. */
    Optional<Side> open() {
        return switch (outcome) {
            // An undo opens the old side; whether it has yet is not known before it has ended.
            case UNDECIDED -> fence ? Optional.empty() : Optional.of(operation.from());
            case UNDOING -> Optional.of(operation.from());
            case SWITCHED ->
                reached.filter(step -> step.compareTo(Step.OPEN) >= 0).map(step -> operation.to());
        };
    }

    private Running with(
            List<Step> nowDone, Optional<Step> nowUnderWay, boolean nowFence, Outcome nowOutcome, Optional<Step> at) {
        return new Running(operation, maxPause, epoch, operator, since, nowDone, nowUnderWay, nowFence, nowOutcome, at);
    }
}
