package dev.switchback.pipeline.topology;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.Flow;

/**
 * The stream threads of this member that apply. Streams creates threads, tasks and producers in places that do not know
 * of each other; they meet here, by the thread that calls. Thread-safe.
 */
public final class ApplyThreads implements AutoCloseable {

    private final Flow flow;
    private final long epoch;
    private final Destination destination;
    private final BufferBounds bounds;
    private final ApplyListener listener;
    private final Map<Thread, StreamThreadApply> threads = new ConcurrentHashMap<>();

    public ApplyThreads(Flow flow, long epoch, Destination destination, BufferBounds bounds, ApplyListener listener) {
        this.flow = flow;
        this.epoch = epoch;
        this.destination = destination;
        this.bounds = bounds;
        this.listener = listener;
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
        StreamThreadApply opened = new StreamThreadApply(flow, destination.open(flow, epoch), bounds, listener);
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

    /** Closes what threads left behind that did not get as far as having a task. Call it when they have ended. */
    @Override
    public void close() {
        threads.values().forEach(StreamThreadApply::close);
        threads.clear();
    }
}
