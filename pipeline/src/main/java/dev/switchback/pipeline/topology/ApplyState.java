package dev.switchback.pipeline.topology;

import java.time.Instant;
import java.util.Optional;

import dev.switchback.transforms.problem.Problem;

/**
 * What the apply role is doing.
 *
 * @param since when it began to
 * @param problem why it waits or has halted
 */
public record ApplyState(Phase phase, Instant since, Optional<Problem> problem) {

    /** Of the role as a whole: its stream threads start and stop together. */
    public enum Phase {
        STARTING,
        RUNNING,
        /** Something it needs is away; it goes on by itself when that is back. */
        WAITING,
        /** It needs a person; only a new start goes on. */
        HALTED,
        CLOSED
    }
}
