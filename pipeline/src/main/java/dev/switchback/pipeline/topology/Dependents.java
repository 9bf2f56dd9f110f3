package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
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
        Set<Bytes> old = entries(row, uses, before);
        Set<Bytes> current = entries(row, uses, now);
        old.stream().filter(entry -> !current.contains(entry)).forEach(store::delete);
        current.stream().filter(entry -> !old.contains(entry)).forEach(entry -> store.put(entry, NOTHING));
    }

    /** A set: a table that is joined twice may be looked up in by one key twice. */
    private static Set<Bytes> entries(Bytes row, List<LookupUse> uses, List<byte[]> keys) {
        Set<Bytes> entries = new LinkedHashSet<>();
        for (int i = 0; i < Math.min(uses.size(), keys.size()); i++) {
            if (keys.get(i).length > 0) {
                entries.add(StoreKey.of(StoreKey.text(uses.get(i).toString()), keys.get(i), row.get()));
            }
        }
        return entries;
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
