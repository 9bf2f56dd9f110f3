package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.schema.TableId;

/**
 * What the tasks of one stream thread share: the session at the destination, and the one transaction in which a flush
 * writes all their buffers. Not thread-safe: it belongs to its stream thread.
 *
 * <p>Whatever fails poisons all buffers: the exception ends the thread's tasks one way or another, and until they are
 * initialized again nothing may reach the destination on the strength of what was buffered.
 */
final class StreamThreadApply {

    /** Of the time that a change is late already, what it may wait longer: larger transactions catch up sooner. */
    private static final int PART_OF_LATENESS = 10;

    private static final Duration LONGEST_AGE = Duration.ofSeconds(5);
    /** Who has read nothing for so long has caught up, or nearly: capture commits old changes every 200 ms or so. */
    private static final Duration QUIET = Duration.ofMillis(250);

    private final ApplySession session;
    private final BufferBounds bounds;
    private final Consumer<HeldChange> onHeld;
    private final ApplyListener listener;
    private final List<ApplyBuffer> buffers = new ArrayList<>();
    private long lastFlushByAge;
    private boolean taken;
    private long lastTaken;
    private volatile int heldKeyCount;

    /** @param onHeld called behind the transaction that has held changes; what it throws ends the thread */
    StreamThreadApply(ApplySession session, BufferBounds bounds, Consumer<HeldChange> onHeld, ApplyListener listener) {
        this.session = session;
        this.bounds = bounds;
        this.onHeld = onHeld;
        this.listener = listener;
    }

    /** Makes this thread the owner of a task's input partitions; returns where the destination has left them. */
    Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs) {
        return guarded(() -> session.claim(inputs));
    }

    /** What may be written on the strength of what is read. */
    Mandate mandate() {
        return session.mandate();
    }

    /** The age that no buffered record may exceed. */
    Duration age() {
        return bounds.age();
    }

    void add(ApplyBuffer buffer) {
        buffers.add(buffer);
    }

    /** Forgets a task's buffer with all that is in it. */
    void remove(ApplyBuffer buffer) {
        buffers.remove(buffer);
    }

    boolean isIdle() {
        return buffers.isEmpty();
    }

    /**
     * Writes what all tasks of this thread have buffered, in one transaction of the destination.
     *
     * @throws TaskMigratedException when another member has taken an input partition over, or an operator has turned the
     *     migration round
     */
    void flush() {
        Batch batch = collect();
        if (batch.advances().isEmpty()) {
            return;
        }
        guarded(() -> {
            long start = System.nanoTime();
            List<HeldChange> refused = session.apply(batch);
            written(batch, refused, Duration.ofNanos(System.nanoTime() - start));
            return batch;
        });
    }

    /** A record was taken: remembers that, and writes all that is buffered if that has reached a bound of size. */
    void flushIfFull() {
        taken = true;
        int rows = 0;
        int tables = 0;
        long bytes = 0;
        for (ApplyBuffer buffer : buffers) {
            rows += buffer.rows();
            tables = Math.max(tables, buffer.tables());
            bytes += buffer.bytes();
        }
        if (bounds.reached(rows, bytes, tables)) {
            flush();
        }
    }

    /** Writes what is buffered if the last time was longer ago than anything may wait. */
    void flushIfOld(long now) {
        if (taken) {
            taken = false;
            lastTaken = now;
        }
        boolean quiet = now - lastTaken >= QUIET.toMillis();
        long wait = Math.max(bounds.age().toMillis(), quiet ? 0 : late() / PART_OF_LATENESS);
        if (now - lastFlushByAge >= Math.min(wait, LONGEST_AGE.toMillis())) {
            lastFlushByAge = now;
            flush();
            countHeldKeys();
        }
    }

    /** How long ago the newest change that is buffered was committed at the source, in milliseconds; zero without any. */
    private long late() {
        long newest = 0;
        for (ApplyBuffer buffer : buffers) {
            newest = Math.max(newest, buffer.newestCommit());
        }
        return newest == 0 ? 0 : System.currentTimeMillis() - newest / 1_000;
    }

    /** How many source keys the tasks know to have held changes. May be called from any thread; a moment old. */
    int heldKeyCount() {
        return heldKeyCount;
    }

    /** Streams has committed these offsets: there is nothing before them that would still have to be read. */
    void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
        for (ApplyBuffer buffer : buffers) {
            for (InputPartition input : buffer.inputs()) {
                @Nullable OffsetAndMetadata offset = offsets.get(new TopicPartition(input.topic(), input.partition()));
                if (offset != null) {
                    buffer.skipTo(input, offset.offset());
                }
            }
        }
    }

    Map<InputPartition, Set<ByteBuffer>> heldKeys(Collection<InputPartition> inputs) {
        return guarded(() -> session.heldKeys(inputs));
    }

    List<HeldChange> due(Collection<InputPartition> inputs) {
        return guarded(() -> session.due(inputs));
    }

    boolean retry(HeldChange held, List<Mutation> mutations) {
        return guarded(() -> session.retry(held, mutations));
    }

    List<HeldChange> behind(HeldChange held) {
        return guarded(() -> session.behind(held));
    }

    boolean supersede(HeldChange first, HeldChange held, List<Mutation> mutations) {
        return guarded(() -> session.supersede(first, held, mutations));
    }

    List<HeldChange> rivals(HeldChange held) {
        return guarded(() -> session.rivals(held));
    }

    void exchange(HeldChange held, Map<HeldChange, Mutation.Upsert> rows) {
        guarded(() -> session.exchange(held, rows));
    }

    void postpone(HeldChange held) {
        guarded(() -> {
            session.postpone(held);
            return held;
        });
    }

    void close() {
        session.close();
    }

    private void countHeldKeys() {
        heldKeyCount =
                buffers.stream().mapToInt(buffer -> buffer.heldKeys().count()).sum();
    }

    private Batch collect() {
        List<Batch.Work> work = new ArrayList<>();
        List<HeldChange> holding = new ArrayList<>();
        List<Batch.Advance> advances = new ArrayList<>();
        Map<TableId, Batch.TableCount> counts = new TreeMap<>();
        for (ApplyBuffer buffer : buffers) {
            buffer.requireSound();
            buffer.collect(work, holding, advances, counts);
        }
        return new Batch(work, holding, advances, List.copyOf(counts.values()));
    }

    private void written(Batch batch, List<HeldChange> refused, Duration took) {
        long now = System.currentTimeMillis();
        HeldChange latest = refused.isEmpty() ? null : refused.get(refused.size() - 1);
        for (ApplyBuffer buffer : buffers) {
            latest = latest == null ? buffer.newlyHeld() : latest;
            refused.stream()
                    .map(HeldChange::change)
                    .filter(change -> buffer.inputs().contains(change.input()))
                    .forEach(buffer.heldKeys()::add);
            buffer.written(commitMicros -> listener.lag(now - commitMicros / 1000));
        }
        listener.flushed(batch.work().size(), batch.advances(), took);
        if (!batch.held().isEmpty()) {
            listener.held(batch.held());
        }
        if (!refused.isEmpty()) {
            listener.held(refused);
        }
        if (latest != null) {
            countHeldKeys();
            onHeld.accept(latest);
        }
    }

    private <T> T guarded(Supplier<T> call) {
        try {
            return call.get();
        } catch (OwnershipLostException | NotInChargeException e) {
            // Streams closes the thread's tasks and joins the group anew; their next session has the mandate of then.
            throw poisonedBy(new TaskMigratedException(e.getMessage(), e));
        } catch (RuntimeException e) {
            throw poisonedBy(e);
        } catch (Error e) {
            poisonedBy(new IllegalStateException("an earlier flush did not end", e));
            throw e;
        }
    }

    private RuntimeException poisonedBy(RuntimeException failure) {
        buffers.forEach(buffer -> buffer.poison(failure));
        return failure;
    }
}
