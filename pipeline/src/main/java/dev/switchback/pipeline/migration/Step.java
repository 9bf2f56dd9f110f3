package dev.switchback.pipeline.migration;

import java.util.Locale;

/** What an operation does, one after the other. The old side is the one that it takes the writes from. */
public enum Step {
    /** Whatever would stand in the way is looked for. */
    CHECK,
    /** Both flows run, the triggers are there and open, the way back is proven. */
    ARM,
    /** The old side refuses application writes. */
    FENCE,
    /** A watermark behind the last write is in the old side's log. */
    WATERMARK,
    /** That watermark is applied on every partition, and nothing is held. */
    DRAIN,
    /** A watermark is in the new side's log, behind which the flow back will apply. */
    RETURN_WATERMARK,
    /** Sequences are handed over. */
    SEQUENCES,
    /** Behind the commit point: the control rows of both sides name the other direction. */
    TURN,
    /** The new side takes application writes. */
    OPEN,
    /** What the user wants to be run or called. */
    HOOKS;

    /** As it is written in the ledger: {@code return-watermark}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
