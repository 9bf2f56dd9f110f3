package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.List;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.HeldChange;

/**
 * Learns what apply does, for meters and progress lines. Called on stream threads, several at a time: implementations
 * are thread-safe and return at once. An exception stops the stream thread.
 */
public interface ApplyListener {

    ApplyListener NONE = new ApplyListener() {};

    /**
     * A destination transaction has committed.
     *
     * @param rows mutations it applied, after folding
     * @param advances how each input partition's checkpoint moved
     * @param took from the first statement to the answer to its commit
     */
    default void flushed(int rows, List<Batch.Advance> advances, Duration took) {}

    /** One change has been committed at the destination, this long after its commit at the source. */
    default void lag(long millis) {}

    /** Changes have newly been held. */
    default void held(List<HeldChange> changes) {}

    /** The consumer group is handing partitions around. */
    default void rebalancing() {}

    default void stateChanged(ApplyState state) {}
}
