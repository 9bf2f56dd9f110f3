package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.OptionalLong;

import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** How far several inputs have passed watermarks. Not thread-safe: it belongs to its task. */
final class PassedWatermarks {

    private final KeyValueStore<Bytes, byte[]> store;
    private final List<Bytes> inputs;

    /**
     * @param store an input, to the last watermark that it has passed
     * @param inputs all of them, by name
     */
    PassedWatermarks(KeyValueStore<Bytes, byte[]> store, Collection<String> inputs) {
        this.store = store;
        this.inputs = inputs.stream().map(PassedWatermarks::key).toList();
    }

    /**
     * An input has passed a watermark.
     *
     * @return the watermark that all inputs have passed now, if it is another than before
     */
    OptionalLong passed(String input, long watermark) {
        long before = lowest();
        store.put(
                key(input),
                ByteBuffer.allocate(Long.BYTES)
                        .putLong(Math.max(watermark, last(key(input))))
                        .array());
        long now = lowest();
        return now > before ? OptionalLong.of(now) : OptionalLong.empty();
    }

    /** The last watermark that any of these inputs has passed. */
    long highest(Collection<String> some) {
        return some.stream().mapToLong(input -> last(key(input))).max().orElse(0);
    }

    /** The last watermark that all inputs have passed. */
    long lowest() {
        return inputs.stream().mapToLong(this::last).min().orElse(0);
    }

    private long last(Bytes input) {
        byte @Nullable [] last = store.get(input);
        return last == null ? 0 : ByteBuffer.wrap(last).getLong();
    }

    private static Bytes key(String input) {
        return Bytes.wrap(StoreKey.text(input));
    }
}
