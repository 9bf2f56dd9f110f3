package dev.switchback.pipeline.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.common.serialization.BytesSerializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.pipeline.topology.WholeRows.Whole;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.mapping.RowMapping;

/**
 * The rows that others are looked up in, by what they are found by; every task has all of them. Not thread-safe: it
 * belongs to its task.
 */
final class LookupRows {

    private final KeyValueStore<Bytes, byte[]> rows;
    private final KeyValueStore<Bytes, byte[]> keys;
    private final ChangeDecoder decoder;
    private final SchemaStore schemas;
    private final Flow flow;
    private final Map<LookupUse, WholeRows> whole = new HashMap<>();

    /**
     * @param rows a use and the key that rows are found by in it, to the row
     * @param keys a use and a row's primary key, to the key that it is found by now
     */
    LookupRows(
            KeyValueStore<Bytes, byte[]> rows,
            KeyValueStore<Bytes, byte[]> keys,
            ChangeDecoder decoder,
            SchemaStore schemas,
            Flow flow) {
        this.rows = rows;
        this.keys = keys;
        this.decoder = decoder;
        this.schemas = schemas;
        this.flow = flow;
    }

    Optional<Row> find(LookupUse use, byte[] key) {
        byte @Nullable [] bytes = rows.get(StoreKey.of(name(use), key));
        return Optional.ofNullable(bytes).map(this::row);
    }

    /**
     * Takes a change.
     *
     * @return the keys that another row, or none, is found by now
     */
    List<byte[]> take(LookupUse use, InputChange input, Change change) {
        if (change.operation() == Operation.TRUNCATE) {
            return clear(use);
        }
        Bytes primaryKey = StoreKey.of(name(use), StoreKey.bytes(input.sourceKey()));
        byte @Nullable [] oldKey = keys.get(primaryKey);
        @Nullable Row known = oldKey == null ? null : find(use, oldKey).orElse(null);
        // An update of a row that is not there precedes what removes it: capture did not find it, either.
        Optional<Whole> now =
                change.after() == null ? Optional.empty() : whole(use).of(input, change, known);
        byte @Nullable [] newKey = now.flatMap(row -> RowMapping.keyOfLookedUp(use.columns(), row.row()))
                .map(key -> StoreKey.text(ClaimEncoder.text(key)))
                .orElse(null);
        List<byte[]> affected = new ArrayList<>();
        if (oldKey != null && !Arrays.equals(oldKey, newKey)) {
            rows.delete(StoreKey.of(name(use), oldKey));
            keys.delete(primaryKey);
            affected.add(oldKey);
        }
        if (newKey != null) {
            rows.put(StoreKey.of(name(use), newKey), now.orElseThrow().bytes());
            affected.add(newKey);
            if (!Arrays.equals(oldKey, newKey)) {
                keys.put(primaryKey, newKey);
            }
        }
        return affected;
    }

    private List<byte[]> clear(LookupUse use) {
        List<byte[]> affected = new ArrayList<>();
        forget(rows, use, affected);
        forget(keys, use, new ArrayList<>());
        return affected;
    }

    private static void forget(KeyValueStore<Bytes, byte[]> store, LookupUse use, List<byte[]> forgotten) {
        List<Bytes> all = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> entries =
                store.prefixScan(StoreKey.of(name(use)), new BytesSerializer())) {
            while (entries.hasNext()) {
                KeyValue<Bytes, byte[]> entry = entries.next();
                all.add(entry.key);
            }
        }
        for (Bytes key : all) {
            forgotten.add(StoreKey.parts(key.get()).get(1));
            store.delete(key);
        }
    }

    private Row row(byte[] bytes) {
        Row row = ((Change) decoder.decode(bytes)).after();
        if (row == null) {
            throw new IllegalStateException("a lookup row was remembered that is none");
        }
        return row;
    }

    private WholeRows whole(LookupUse use) {
        return whole.computeIfAbsent(
                use, any -> new WholeRows(schemas, flow.lookupTopic(use.table().id()), use.table()));
    }

    private static byte[] name(LookupUse use) {
        return StoreKey.text(use.toString());
    }
}
