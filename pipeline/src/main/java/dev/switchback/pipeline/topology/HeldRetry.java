package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/**
 * Tries a task's held changes again, and notices keys that have become free otherwise: an operator discarded their
 * changes, or their table was cleared. Not thread-safe: it belongs to its task's stream thread.
 */
final class HeldRetry {

    private static final long EVERY_MILLIS = 1_000;

    /** How long a round may keep the stream thread from other work. */
    private static final Duration ROUND = Duration.ofMillis(250);

    private final StreamThreadApply thread;
    private final ApplyBuffer buffer;
    private final EventDecoder decoder;
    private final EventMapper mapper;
    private final Map<HeldChange, List<Mutation>> superseding = new LinkedHashMap<>();
    private long lastRound;

    HeldRetry(StreamThreadApply thread, ApplyBuffer buffer, EventDecoder decoder, EventMapper mapper) {
        this.thread = thread;
        this.buffer = buffer;
        this.decoder = decoder;
        this.mapper = mapper;
    }

    /** A change has just been held that says by itself what its row is to be: nothing before it matters any more. */
    void supersede(HeldChange whole, List<Mutation> mutations) {
        superseding.put(whole, mutations);
    }

    void runIfDue(long now) {
        if (now - lastRound >= EVERY_MILLIS || !superseding.isEmpty()) {
            lastRound = now;
            run();
        }
    }

    private void run() {
        // First what is buffered: a change that waits behind a held one must be in the destination's queue before the
        // one in front of it leaves, or the key would look free to the changes behind both.
        thread.flush();
        long deadline = System.nanoTime() + ROUND.toNanos();
        Iterator<Map.Entry<HeldChange, List<Mutation>>> outdoing =
                superseding.entrySet().iterator();
        while (outdoing.hasNext() && System.nanoTime() < deadline) {
            Map.Entry<HeldChange, List<Mutation>> whole = outdoing.next();
            thread.supersede(whole.getKey(), whole.getKey(), whole.getValue());
            outdoing.remove();
        }
        List<HeldChange> due = thread.due(buffer.inputs());
        while (!due.isEmpty() && System.nanoTime() < deadline) {
            for (Iterator<HeldChange> next = due.iterator(); next.hasNext() && System.nanoTime() < deadline; ) {
                retry(next.next());
            }
            due = thread.due(buffer.inputs());
        }
        buffer.heldKeys().replace(thread.heldKeys(buffer.inputs()));
    }

    private void retry(HeldChange held) {
        MappedEvent event = map(held);
        boolean applied = event.unmappable() == null && thread.retry(held, event.mutations());
        if (event.unmappable() != null) {
            thread.postpone(new HeldChange(
                    held.change(), held.table(), held.sourceKey(), held.destinationKey(), event.unmappable()));
        }
        if (!applied && !supersede(held, event)) {
            exchange(held, event);
        }
    }

    /**
     * Applies the last change behind this one with which it is settled what the row is to become: whatever comes before
     * it has no more consequence.
     */
    private boolean supersede(HeldChange held, MappedEvent event) {
        if (!mapper.lastCounts(held.change(), event.event())) {
            return false;
        }
        List<HeldChange> behind = thread.behind(held);
        for (int i = behind.size() - 1; i >= 0; i--) {
            Optional<List<Mutation>> settled = mapper.settled(event, map(behind.get(i)));
            if (settled.isPresent()) {
                return thread.supersede(held, behind.get(i), settled.get());
            }
        }
        return false;
    }

    /** One statement of the source may have exchanged unique values that the destination compares row by row. */
    private void exchange(HeldChange held, MappedEvent event) {
        if (event.upsert().isEmpty()) {
            return;
        }
        Map<HeldChange, Upsert> rows =
                new LinkedHashMap<>(Map.of(held, event.upsert().get()));
        for (HeldChange rival : thread.rivals(held)) {
            map(rival)
                    .upsert()
                    .filter(row ->
                            row.table().id().equals(event.upsert().get().table().id()))
                    .ifPresent(row -> rows.put(rival, row));
        }
        if (rows.size() > 1) {
            thread.exchange(held, rows);
        }
    }

    private MappedEvent map(HeldChange held) {
        return mapper.map(held.change(), decoder.decode(held.change()));
    }
}
