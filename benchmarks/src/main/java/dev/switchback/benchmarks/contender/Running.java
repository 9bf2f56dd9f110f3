package dev.switchback.benchmarks.contender;

import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.benchmarks.machine.JavaChild;

/**
 * A contender at work.
 *
 * @param children its JVMs
 * @param tally what it has dealt with, where nothing arrives at the destination; null where it does
 * @param end cleans up behind it, once its JVMs have ended
 */
public record Running(List<JavaChild> children, @Nullable Tally tally, Runnable end) implements AutoCloseable {

    boolean isAlive() {
        return children.stream().allMatch(JavaChild::isAlive);
    }

    /** @throws IllegalStateException when one of its JVMs has ended */
    public void requireAlive() {
        children.forEach(JavaChild::requireAlive);
    }

    /** Ends it; it may be started again as another run. */
    @Override
    public void close() {
        children.forEach(JavaChild::close);
        end.run();
    }
}
