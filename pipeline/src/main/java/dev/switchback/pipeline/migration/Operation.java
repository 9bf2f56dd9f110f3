package dev.switchback.pipeline.migration;

import java.util.List;
import java.util.Locale;

import dev.switchback.connectors.spi.Direction;

/** What an operator does to a migration as a whole, under a lease. */
public enum Operation {
    /** The destination becomes the source of truth. */
    CUTOVER(Phase.SWITCHED, Direction.FORWARD),
    /** The source becomes the source of truth again: the same procedure in the other direction. */
    REVERT(Phase.REVERTED, Direction.REVERSE);

    private static final List<Step> TO_COMMIT = List.of(
            Step.CHECK, Step.ARM, Step.FENCE, Step.WATERMARK, Step.DRAIN, Step.RETURN_WATERMARK, Step.SEQUENCES);

    private static final List<Step> BEHIND_COMMIT = List.of(Step.TURN, Step.OPEN, Step.HOOKS);

    private final Phase result;
    private final Direction ends;

    Operation(Phase result, Direction ends) {
        this.result = result;
        this.ends = ends;
    }

    /** Whether it may begin where a migration stands so. */
    public boolean mayBegin(Phase phase) {
        return this == CUTOVER ? phase == Phase.FOLLOWING || phase == Phase.REVERTED : phase == Phase.SWITCHED;
    }

    /** Where the migration stands when it is done. */
    public Phase result() {
        return result;
    }

    /** The direction that it ends; the other one applies behind it. */
    public Direction ends() {
        return ends;
    }

    /** The direction that applies behind it. */
    public Direction begins() {
        return ends == Direction.FORWARD ? Direction.REVERSE : Direction.FORWARD;
    }

    /** The side that it takes the writes from. */
    public Side from() {
        return Side.readBy(ends);
    }

    /** The side that it gives the writes to. */
    public Side to() {
        return from().other();
    }

    /** The steps before the commit point, in order. */
    public List<Step> toCommit() {
        return TO_COMMIT;
    }

    /** The steps behind the commit point, in order. */
    public List<Step> behindCommit() {
        return BEHIND_COMMIT;
    }

    /** As the verb is called. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
