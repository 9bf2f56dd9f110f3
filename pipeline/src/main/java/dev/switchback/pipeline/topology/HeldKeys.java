package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;

/**
 * Which source keys of a task have held changes, so that later changes of theirs queue behind. A key is its Avro bytes
 * without the schema id, which a new version of the schema changes. Not thread-safe.
 */
final class HeldKeys {

    /** Magic byte and schema id of Confluent's wire format. */
    private static final int HEADER_BYTES = 5;

    private final Map<SourceKey, Set<Long>> offsets = new HashMap<>();
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    /** How many changes are held. */
    int count() {
        return count;
    }

    boolean contains(InputChange change) {
        return count > 0 && offsets.containsKey(SourceKey.of(change));
    }

    void add(InputChange change) {
        if (offsets.computeIfAbsent(SourceKey.of(change), key -> new HashSet<>())
                .add(change.offset())) {
            count++;
        }
    }

    void remove(InputChange change) {
        SourceKey key = SourceKey.of(change);
        @Nullable Set<Long> queue = offsets.get(key);
        if (queue != null && queue.remove(change.offset())) {
            count--;
            if (queue.isEmpty()) {
                offsets.remove(key);
            }
        }
    }

    /** Forgets everything, and learns what the destination holds. */
    void replace(Collection<HeldChange> held) {
        offsets.clear();
        count = 0;
        held.forEach(change -> add(change.change()));
    }

    private record SourceKey(InputPartition input, ByteBuffer key) {

        static SourceKey of(InputChange change) {
            int header = Math.min(HEADER_BYTES, change.key().length);
            return new SourceKey(change.input(), ByteBuffer.wrap(change.key(), header, change.key().length - header));
        }
    }
}
