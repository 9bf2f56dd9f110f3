package dev.switchback.pipeline.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * The stream threads of this member that apply. Streams creates threads, tasks and producers in places that do not know
 * of each other; they meet here, by the thread that calls. Thread-safe.
 */
public final class ApplyThreads implements AutoCloseable {

    private final Flow flow;
    private final Destination destination;
    private final BufferBounds bounds;
    private final int heldLimit;
    private final ApplyListener listener;
    private final Map<Thread, StreamThreadApply> threads = new ConcurrentHashMap<>();

    /** @param heldLimit how many rows may be held in this member's partitions before it halts */
    public ApplyThreads(
            Flow flow, Destination destination, BufferBounds bounds, int heldLimit, ApplyListener listener) {
        this.flow = flow;
        this.destination = destination;
        this.bounds = bounds;
        this.heldLimit = heldLimit;
        this.listener = listener;
    }

    Flow flow() {
        return flow;
    }

    /**
     * What the calling stream thread's tasks share; its session is opened when the first of them asks.
     *
     * @throws dev.switchback.connectors.spi.DestinationException when the destination does not answer
     */
    StreamThreadApply current() {
        @Nullable StreamThreadApply known = threads.get(Thread.currentThread());
        if (known != null) {
            return known;
        }
        StreamThreadApply opened =
                new StreamThreadApply(destination.open(flow), bounds, this::requireFewHeld, listener);
        threads.put(Thread.currentThread(), opened);
        return opened;
    }

    /** Discards what the task has buffered; the thread's session goes with its last task. */
    void release(StreamThreadApply thread, ApplyBuffer buffer) {
        thread.remove(buffer);
        if (thread.isIdle() && threads.remove(Thread.currentThread(), thread)) {
            thread.close();
        }
    }

    /** Writes what the calling stream thread has buffered; does nothing on any other thread. */
    void flushCurrent() {
        @Nullable StreamThreadApply thread = threads.get(Thread.currentThread());
        if (thread != null) {
            thread.flush();
        }
    }

    /** Streams has committed offsets of the calling stream thread. */
    void committedCurrent(Map<TopicPartition, OffsetAndMetadata> offsets) {
        @Nullable StreamThreadApply thread = threads.get(Thread.currentThread());
        if (thread != null) {
            thread.committed(offsets);
        }
    }

    /** How many source keys the tasks of this member know to have held changes. */
    int heldKeys() {
        return threads.values().stream()
                .mapToInt(StreamThreadApply::heldKeyCount)
                .sum();
    }

    /** One more row is held. Where that goes on and on, holding them all would only bury what is wrong. */
    private void requireFewHeld(HeldChange latest) {
        int held = heldKeys();
        if (held > heldLimit) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "apply of " + flow,
                    held + " rows are held, more than apply.held_limit (" + heldLimit + "); the latest is "
                            + latest.table() + " " + latest.destinationKey() + ": " + latest.reason() + ".",
                    "See what switchback held lists, correct what its reasons name and run again: held changes are then retried"
                            + " by themselves. If so many are to be expected, raise apply.held_limit."));
        }
    }

    /** Closes what threads left behind that did not get as far as having a task. Call it when they have ended. */
    @Override
    public void close() {
        threads.values().forEach(StreamThreadApply::close);
        threads.clear();
    }
}
