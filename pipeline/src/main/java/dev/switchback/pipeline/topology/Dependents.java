package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Which rows of a task look up by which keys, found or not. Not thread-safe: it belongs to its task. */
final class Dependents {

    private static final byte[] NOTHING = {};

    private final KeyValueStore<Bytes, byte[]> store;

    /** @param store a use, a key to look up by, and a row: the key of the row in its own store */
    Dependents(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /**
     * A row looks up by other keys than before.
     *
     * @param before by use; empty for none, and an empty list for a row that is new
     */
    void move(Bytes row, List<LookupUse> uses, List<byte[]> before, List<byte[]> now) {
        for (int i = 0; i < uses.size(); i++) {
            byte[] old = i < before.size() ? before.get(i) : NOTHING;
            byte[] key = i < now.size() ? now.get(i) : NOTHING;
            if (!Arrays.equals(old, key)) {
                if (old.length > 0) {
                    store.delete(StoreKey.of(StoreKey.text(uses.get(i).toString()), old, row.get()));
                }
                if (key.length > 0) {
                    store.put(StoreKey.of(StoreKey.text(uses.get(i).toString()), key, row.get()), NOTHING);
                }
            }
        }
    }

    /** Hands over the rows that look up by this key. */
    void forEach(LookupUse use, byte[] key, Consumer<Bytes> action) {
        List<Bytes> rows = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.prefixScan(StoreKey.of(StoreKey.text(use.toString()), key), new BytesSerializer())) {
            while (entries.hasNext()) {
                rows.add(Bytes.wrap(StoreKey.parts(entries.next().key.get()).get(2)));
            }
        }
        rows.forEach(action);
    }
}
