package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;

/**
 * Notes how long the steps of an operation took, and for how long writes were refused, and tells another announcer all it
 * hears. Not thread-safe.
 */
public final class Timings implements Announcer {

    private final Announcer next;
    private final List<Took> steps = new ArrayList<>();
    private long fenceBegun;
    private long ended;
    private boolean switched;
    private boolean opened;
    private boolean undone;

    /** A step that is done. */
    public record Took(Step step, Duration took) {}

    public Timings(Announcer next) {
        this.next = next;
    }

    /** The steps that are done, in order. */
    public List<Took> steps() {
        return List.copyOf(steps);
    }

    /**
     * For how long applications were refused at most: from when the fence began to close until one side was open again.
     * Empty where no fence was touched.
     */
    public Optional<Duration> pause() {
        return fenceBegun == 0 || ended == 0 ? Optional.empty() : Optional.of(Duration.ofNanos(ended - fenceBegun));
    }

    /**
     * In words, what nobody knows where Kafka has not said whether it has the last entry.
     *
     * @param takenOver whether the operation was begun by another one
     */
    public String inDoubt(Operation operation, boolean takenOver) {
        if (opened) {
            return "The writes go to the " + operation.to() + ", and Kafka has not said whether it has an entry about"
                    + " that";
        }
        if (undone) {
            return "The " + operation.from() + " takes writes again, and Kafka has not said whether it has the entry"
                    + " about that";
        }
        if (switched) {
            return "The commit point is passed, and neither side takes writes before Kafka answers";
        }
        if (takenOver) {
            return "Kafka has not said whether it lets the " + operation + " be taken over; what is fenced stays"
                    + " fenced";
        }
        return fenceBegun == 0
                ? "Kafka has not said whether the " + operation + " has begun; nothing is fenced"
                : "Kafka has not said whether the commit point is passed; the " + operation.from() + " stays fenced";
    }

    @Override
    public void begun(Step step) {
        if (step == Step.FENCE) {
            fenceBegun = System.nanoTime();
        }
        next.begun(step);
    }

    @Override
    public void done(Step step, Duration took) {
        if (step == Step.OPEN) {
            opened = true;
            ended = System.nanoTime();
        }
        steps.add(new Took(step, took));
        next.done(step, took);
    }

    @Override
    public void postponed() {
        next.postponed();
    }

    @Override
    public void switched() {
        switched = true;
        next.switched();
    }

    @Override
    public void undoing(String why) {
        next.undoing(why);
    }

    @Override
    public void undone() {
        undone = true;
        ended = System.nanoTime();
        next.undone();
    }

    @Override
    public void hookFailed(String hook, String why) {
        next.hookFailed(hook, why);
    }
}
