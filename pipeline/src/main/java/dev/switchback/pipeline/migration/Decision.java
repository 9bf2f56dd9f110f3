package dev.switchback.pipeline.migration;

import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * What an operator has decided under its epoch. It counts only if nothing was decided between the operator's last look
 * and this, see {@link MigrationState#objection}.
 */
public sealed interface Decision extends LedgerRecord {

    /**
     * An operation begins, and its operator has the lease.
     *
     * @param maxPause how long its fence may stay closed before it is undone
     */
    record Began(Operation operation, Duration maxPause) implements Decision {}

    /**
     * Another operator, of a higher epoch, has taken the operation over. What was done before the commit point counts no
     * more: the fence may have been opened under the old epoch.
     *
     * @param why in words
     */
    record TookOver(String why) implements Decision {}

    /** A step is about to be done. */
    record StepBegan(Step step) implements Decision {}

    /**
     * A step is done.
     *
     * @param facts what it found or made, for people
     */
    record StepDone(Step step, Duration took, Map<String, String> facts) implements Decision {

        public StepDone {
            facts = new TreeMap<>(facts);
        }
    }

    /** The commit point: from here on the operation is finished, never undone. */
    record Switched() implements Decision {}

    /**
     * The operation is about to be undone: the old side is opened again.
     *
     * @param why in words
     */
    record UndoBegan(String why) implements Decision {}

    /** The operation is undone, and the lease is free. */
    record Undone() implements Decision {}

    /** The operation is done, and the lease is free. */
    record Finished() implements Decision {}

    /** The migration is over. Taken by nobody's lease, while it is free, under an epoch of its own. */
    record Completed() implements Decision {}
}
