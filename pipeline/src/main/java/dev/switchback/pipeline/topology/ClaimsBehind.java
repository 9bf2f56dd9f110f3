package dev.switchback.pipeline.topology;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Which destination rows have had claims behind a watermark while some task may still bring claims from before it. Small:
 * it is forgotten with the last task that passes the watermark. Not thread-safe: it belongs to its task.
 */
final class ClaimsBehind {

    private static final byte[] NAME = StoreKey.text("behind");

    private final KeyValueStore<Bytes, byte[]> store;

    /** @param store a mutation topic and a record key in it, to the latest watermark */
    ClaimsBehind(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /**
     * Takes a claim.
     *
     * @param watermark that it is behind
     * @param passed the last one that all tasks have passed
     * @return the latest that any claim of the row so far is behind
     */
    long latest(String topic, ByteBuffer row, long watermark, long passed) {
        Bytes key = StoreKey.of(NAME, StoreKey.text(topic), StoreKey.bytes(row));
        byte @Nullable [] last = store.get(key);
        long before = last == null ? 0 : ByteBuffer.wrap(last).getLong();
        if (watermark > Math.max(before, passed)) {
            store.put(key, ByteBuffer.allocate(Long.BYTES).putLong(watermark).array());
        }
        return Math.max(before, watermark);
    }

    /** All tasks have passed the watermark: whatever comes now is behind it. */
    void forget(String topic, long watermark) {
        List<Bytes> over = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.prefixScan(StoreKey.of(NAME, StoreKey.text(topic)), new BytesSerializer())) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                if (ByteBuffer.wrap(entry.value).getLong() <= watermark) {
                    over.add(entry.key);
                }
            }
        }
        over.forEach(store::delete);
    }
}
