package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;

/** Which source keys of a task have held changes, so that later changes of theirs queue behind. Not thread-safe. */
final class HeldKeys {

    private final Map<InputPartition, Set<ByteBuffer>> keys = new HashMap<>();
    private int count;

    boolean isEmpty() {
        return count == 0;
    }

    int count() {
        return count;
    }

    boolean contains(InputChange change) {
        if (count == 0) {
            return false;
        }
        @Nullable Set<ByteBuffer> held = keys.get(change.input());
        return held != null && held.contains(change.sourceKey());
    }

    /** @return whether nothing was held of its key before */
    boolean add(InputChange change) {
        boolean added =
                keys.computeIfAbsent(change.input(), input -> new HashSet<>()).add(change.sourceKey());
        count += added ? 1 : 0;
        return added;
    }

    /** Forgets everything, and learns what the destination holds. */
    void replace(Map<InputPartition, Set<ByteBuffer>> held) {
        keys.clear();
        held.forEach((input, sourceKeys) -> keys.put(input, new HashSet<>(sourceKeys)));
        count = keys.values().stream().mapToInt(Set::size).sum();
    }
}
