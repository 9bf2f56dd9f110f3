package dev.switchback.topology;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.kafka.common.header.Header;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.connectors.avro.KeyChange;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.avro.WatermarkEncoder;
import dev.switchback.connectors.avro.WireOutput;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.topology.InputTopics;
import dev.switchback.pipeline.topology.Joins;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.LookupTables;

/**
 * What capture has written: the records of some tables' change topics, of one partition each, in the order in which they
 * were written. Tests append to it, members of apply read it from its start.
 */
final class ChangeLog {

    static final Flow FLOW = new Flow("stores", Direction.FORWARD);

    /** A record of a change topic. */
    record Entry(String topic, byte @Nullable [] key, byte[] value, List<Header> headers) {

        Entry(String topic, byte @Nullable [] key, byte[] value) {
            this(topic, key, value, List.of());
        }
    }

    private final MemorySchemaStore schemas = new MemorySchemaStore();
    private final WatermarkEncoder watermarks = new WatermarkEncoder(schemas);
    private final Map<TableSchema, ChangeEncoder> encoders = new LinkedHashMap<>();
    private final Map<TableSchema, RowType> types = new HashMap<>();
    private final List<Entry> entries = new ArrayList<>();
    private final Map<TableSchema, Mapping> mappings = new HashMap<>();
    private final Map<TableSchema, RowMapping> joined = new LinkedHashMap<>();
    private final Map<TableSchema, ChangeEncoder> lookups = new LinkedHashMap<>();
    private final boolean shared;
    private long lsn = 1;
    private Duration lag = Duration.ZERO;

    /** Of tables that have a topic each. */
    ChangeLog(TableSchema... tables) {
        this(false, tables);
    }

    private ChangeLog(boolean shared, TableSchema... tables) {
        this.shared = shared;
        for (TableSchema table : tables) {
            String own = FLOW.changeTopic(table.id());
            encoders.put(
                    table,
                    shared
                            ? ChangeEncoder.amongOthers(schemas, own, table, new WireOutput())
                            : new ChangeEncoder(schemas, own, table));
            types.put(table, new RowType(table.columnNames()));
        }
    }

    /** Of tables that share one topic. */
    static ChangeLog shared(TableSchema... tables) {
        return new ChangeLog(true, tables);
    }

    private String topicOf(TableSchema table) {
        if (lookups.containsKey(table)) {
            return FLOW.lookupTopic(table.id());
        }
        return shared ? FLOW.sharedTopic() : topic(table);
    }

    static String topic(TableSchema table) {
        return FLOW.changeTopic(table.id());
    }

    /** The partition of the topic that tables share. */
    static InputPartition sharedInput() {
        return new InputPartition(FLOW.sharedTopic(), "id-of-" + FLOW.sharedTopic(), 0);
    }

    static InputPartition input(TableSchema table) {
        return new InputPartition(topic(table), "id-of-" + topic(table), 0);
    }

    /** The partition through which the mutations of a destination table go. */
    static InputPartition mutations(TableSchema destination) {
        String topic = FLOW.mutationTopic(destination.id());
        return new InputPartition(topic, "id-of-" + topic, 0);
    }

    InputTopics topics() {
        Set<String> topics = new HashSet<>(mappings().keySet());
        topics.addAll(joins().topics());
        return new InputTopics(topics.stream().collect(Collectors.toMap(topic -> topic, topic -> "id-of-" + topic)), 1);
    }

    /** Each table as {@link #map mapped}, or else under its own name, column by column. */
    Map<String, List<Mapping>> mappings() {
        return encoders.keySet().stream()
                .filter(table -> !joined.containsKey(table))
                .collect(Collectors.groupingBy(
                        this::topicOf,
                        Collectors.mapping(
                                table -> mappings.getOrDefault(table, compile(table, null, table)),
                                Collectors.toList())));
    }

    /** Has a table mapped by a {@code SELECT}. */
    void map(TableSchema table, String select, TableSchema destination) {
        mappings.put(table, compile(table, select, destination));
    }

    /** Has a table mapped, but not simply overwriting what is there. */
    void map(TableSchema table, @Nullable String select, TableSchema destination, OnConflict onConflict) {
        MappingCompiler.Into into = new MappingCompiler.Into(destination, destination.key(), onConflict, true);
        mappings.put(
                table, MappingCompiler.compile(table, MappingCompiler.select(table, select, "test"), into, "test"));
    }

    /** A table that only rows are looked up in. */
    void lookUpIn(TableSchema table) {
        lookups.put(table, new ChangeEncoder(schemas, FLOW.lookupTopic(table.id()), table));
        types.put(table, new RowType(table.columnNames()));
    }

    /** Has a table mapped by a {@code SELECT} that goes through a mutation topic, looking rows up in the tables so far. */
    void join(TableSchema table, String select, TableSchema destination) {
        Selection selection = MappingCompiler.select(
                table,
                select,
                id -> lookups.keySet().stream()
                        .filter(lookup -> lookup.id().equals(id))
                        .findFirst()
                        .map(lookup -> new LookupTables.Found(lookup, List.of(Set.copyOf(lookup.key())))),
                "test");
        boolean shared = joined.values().stream()
                .anyMatch(other -> other.destination().id().equals(destination.id()));
        joined.put(
                table, MappingCompiler.compileRows(table, selection, destination, destination.key(), shared, "test"));
    }

    Joins joins() {
        return new Joins(FLOW, List.copyOf(joined.values()));
    }

    private static Mapping compile(TableSchema table, @Nullable String select, TableSchema destination) {
        return MappingCompiler.compile(
                table, MappingCompiler.select(table, select, "test"), destination, destination.key(), "test");
    }

    SchemaStore schemas() {
        return schemas;
    }

    List<Entry> entries() {
        return entries;
    }

    void insert(TableSchema table, @Nullable Object... row) {
        append(table, Operation.INSERT, null, row(table, row));
    }

    void read(TableSchema table, @Nullable Object... row) {
        append(table, Operation.READ, null, row(table, row));
    }

    /** Columns that the source's log left out are {@link Absent#VALUE}. */
    void update(TableSchema table, @Nullable Object... row) {
        append(table, Operation.UPDATE, null, row(table, row));
    }

    /** As with {@code REPLICA IDENTITY FULL}. */
    void change(TableSchema table, @Nullable Object[] before, @Nullable Object[] after) {
        append(table, Operation.UPDATE, row(table, before), row(table, after));
    }

    /** @param row of which only the key is known, by default */
    void delete(TableSchema table, @Nullable Object... row) {
        append(table, Operation.DELETE, row(table, row), null);
    }

    /** The two halves of a change of key, the old key's first; not appended. */
    List<Entry> keyChange(TableSchema table, @Nullable Object[] before, @Nullable Object[] after) {
        ChangeEncoder encoder = encoder(table);
        Row old = row(table, before);
        Row row = row(table, after);
        long place = lsn++;
        Change delete = new Change(Operation.DELETE, table.id(), old, null, place, nowMicros());
        Change insert = new Change(Operation.INSERT, table.id(), null, row, place, nowMicros());
        return List.of(
                new Entry(
                        topicOf(table),
                        encoder.key(old),
                        encoder.value(delete),
                        KeyChange.headers(delete, encoder.key(row))),
                new Entry(
                        topicOf(table),
                        encoder.key(row),
                        encoder.value(insert),
                        KeyChange.headers(insert, encoder.key(old))));
    }

    /** The last that was appended, taken back, to be read later than others. */
    Entry take() {
        return entries.remove(entries.size() - 1);
    }

    void append(Entry entry) {
        entries.add(entry);
    }

    /** From here on, the source has committed everything this long ago. */
    void lagBy(Duration time) {
        lag = time;
    }

    void truncate(TableSchema table) {
        append(table, Operation.TRUNCATE, null, null);
    }

    /** Into every topic, as capture does. */
    void watermark(long id) {
        watermarkExceptInLookups(id);
        watermarkInLookups(id);
    }

    void watermarkExceptInLookups(long id) {
        byte[] value = watermarks.value(new Watermark(id, lsn++, nowMicros()));
        encoders.keySet().stream()
                .map(this::topicOf)
                .distinct()
                .forEach(topic -> entries.add(new Entry(topic, null, value)));
    }

    /** Into one change topic alone, as a task sees it that is ahead in that one. */
    void watermarkIn(TableSchema table, long id) {
        entries.add(new Entry(topicOf(table), null, watermarks.value(new Watermark(id, lsn++, nowMicros()))));
    }

    void watermarkInLookups(long id) {
        byte[] value = watermarks.value(new Watermark(id, lsn++, nowMicros()));
        lookups.keySet().forEach(table -> entries.add(new Entry(FLOW.lookupTopic(table.id()), null, value)));
    }

    /** Into a mutation topic, as if it came from a task that no member of these tests has. */
    void claim(TableSchema destination, Claim claim) {
        ClaimEncoder encoder = new ClaimEncoder(schemas);
        entries.add(new Entry(FLOW.mutationTopic(destination.id()), encoder.key(claim), encoder.value(claim)));
    }

    /** Whatever a stranger may write. */
    void foreign(TableSchema table, byte @Nullable [] key, byte[] value) {
        entries.add(new Entry(topicOf(table), key, value));
    }

    byte[] encodedKey(TableSchema table, @Nullable Object... row) {
        return encoder(table).key(row(table, row));
    }

    byte[] encodedInsert(TableSchema table, @Nullable Object... row) {
        return encoder(table).value(change(table, Operation.INSERT, null, row(table, row)));
    }

    /** An insert that lacks a value, which no mapping takes. */
    byte[] encodedInsertWithout(TableSchema table) {
        return encodedInsert(table, 1L, Absent.VALUE, null);
    }

    private void append(TableSchema table, Operation operation, @Nullable Row before, @Nullable Row after) {
        @Nullable Row keyed = after == null ? before : after;
        byte @Nullable [] key = keyed == null ? null : encoder(table).key(keyed);
        entries.add(new Entry(topicOf(table), key, encoder(table).value(change(table, operation, before, after))));
    }

    private Change change(TableSchema table, Operation operation, @Nullable Row before, @Nullable Row after) {
        return new Change(operation, table.id(), before, after, lsn++, nowMicros());
    }

    private Row row(TableSchema table, @Nullable Object... values) {
        RowType type = types.get(table);
        if (type == null) {
            throw new IllegalArgumentException("no such table: " + table.id());
        }
        return new Row(type, values);
    }

    private ChangeEncoder encoder(TableSchema table) {
        ChangeEncoder encoder = Optional.ofNullable(encoders.get(table)).orElse(lookups.get(table));
        if (encoder == null) {
            throw new IllegalArgumentException("no such table: " + table.id());
        }
        return encoder;
    }

    private long nowMicros() {
        return (System.currentTimeMillis() - lag.toMillis()) * 1_000;
    }
}
