package dev.switchback.pipeline.metrics;

import java.time.Duration;
import java.time.Instant;

/**
 * How a role fares at one moment.
 *
 * @param phase what it does, in its own word
 * @param reason why it is not simply running; empty if it is
 * @param lastMoved when its loop last turned
 * @param bound how long its loop may stand still
 * @param halted whether it has stopped until a person acts
 * @param ready whether it does its work
 */
public record RoleHealth(
        String role, String phase, String reason, Instant lastMoved, Duration bound, boolean halted, boolean ready) {

    /**
     * As this, unless the loop moves although what it lives from has not answered within a bound.
     *
     * @param silence what to say then
     */
    public RoleHealth dependingOn(String silence, Instant lastAnswer, Duration within) {
        RoleHealth silent =
                new RoleHealth(role, phase, reason.isEmpty() ? silence : reason, lastAnswer, within, halted, false);
        Instant now = Instant.now();
        return alive(now) && !silent.alive(now) ? silent : this;
    }

    /** Whether it may be left alone: a role that waits for a database that is away is alive, one that hangs is not. */
    public boolean alive(Instant now) {
        return !halted && Duration.between(lastMoved, now).compareTo(bound) <= 0;
    }
}
