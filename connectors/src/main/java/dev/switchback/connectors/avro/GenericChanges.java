package dev.switchback.connectors.avro;

import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.schema.TableId;

/**
 * Events as Avro's generic records, for serializers that take nothing else, such as Confluent's own. Capture and apply
 * use {@link ChangeEncoder} and {@link ChangeDecoder}, which put the same bytes on the wire without the detour.
 * Thread-safe.
 */
public final class GenericChanges {

    private final Set<Schema> envelopes = ConcurrentHashMap.newKeySet();
    private final ConcurrentMap<Schema, RowType> rowTypes = new ConcurrentHashMap<>();

    /**
     * A record of row columns.
     *
     * @param schema a key made by {@link ChangeSchemas#key}; the row may have other columns, too
     */
    public GenericRecord key(Schema schema, Row row) {
        return record(schema, row);
    }

    /**
     * A record value.
     *
     * @param schema made by {@link ChangeSchemas#envelope}
     * @param encodedMillis when it is encoded, in milliseconds since 1970
     */
    public GenericRecord value(Schema schema, Change change, long encodedMillis) {
        GenericRecord source = new GenericData.Record(schema.getField("source").schema());
        source.put("lsn", change.lsn());
        source.put("ts_us", change.commitMicros());
        source.put("schema", change.table().schema());
        source.put("table", change.table().name());
        source.put("snapshot", change.operation() == Operation.READ);
        GenericRecord value = new GenericData.Record(schema);
        value.put("before", side(schema, change.before()));
        value.put("after", side(schema, change.after()));
        value.put("source", source);
        value.put("op", change.operation().code());
        value.put("ts_ms", encodedMillis);
        return value;
    }

    /** A watermark's record value. */
    public GenericRecord value(Watermark watermark) {
        GenericRecord value = new GenericData.Record(ChangeSchemas.WATERMARK);
        value.put("id", watermark.id());
        value.put("lsn", watermark.lsn());
        value.put("ts_us", watermark.commitMicros());
        return value;
    }

    /**
     * What a record value says.
     *
     * @throws UndecodableException when its schema is not of the form that Switchback writes
     */
    public Event event(GenericRecord value) {
        if (value.getSchema().equals(ChangeSchemas.WATERMARK)) {
            return new Watermark((Long) value.get("id"), (Long) value.get("lsn"), (Long) value.get("ts_us"));
        }
        if (!envelopes.contains(value.getSchema())) {
            ChangeSchemas.tableOf(value.getSchema());
            envelopes.add(value.getSchema());
        }
        GenericRecord source = (GenericRecord) value.get("source");
        return new Change(
                Operation.ofCode(value.get("op").toString()),
                new TableId(source.get("schema").toString(), source.get("table").toString()),
                side(value.get("before")),
                side(value.get("after")),
                (Long) source.get("lsn"),
                (Long) source.get("ts_us"));
    }

    /** The row of a key, or of one side of a change. */
    public Row row(GenericRecord columns) {
        RowType type = rowTypes.computeIfAbsent(columns.getSchema(), GenericChanges::rowType);
        @Nullable Object[] values = new @Nullable Object[type.columns().size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = fromGeneric(columns.get(i));
        }
        return new Row(type, values);
    }

    private @Nullable Row side(@Nullable Object record) {
        return record == null ? null : row((GenericRecord) record);
    }

    private static @Nullable GenericRecord side(Schema envelope, @Nullable Row row) {
        return row == null
                ? null
                : record(envelope.getField("after").schema().getTypes().get(1), row);
    }

    private static GenericRecord record(Schema schema, Row row) {
        GenericRecord record = new GenericData.Record(schema);
        for (Field field : schema.getFields()) {
            record.put(field.pos(), toGeneric(row.value(TableProperties.columnName(field)), field));
        }
        return record;
    }

    private static RowType rowType(Schema record) {
        return new RowType(ChangeSchemas.fields(record).stream()
                .map(TableProperties::columnName)
                .toList());
    }

    private static @Nullable Object toGeneric(@Nullable Object value, Field field) {
        if (value == Absent.VALUE) {
            return new GenericData.Record(absentBranch(field));
        }
        if (value instanceof String text) {
            Utf8Text.requireText(text);
        }
        return value instanceof byte[] bytes ? ByteBuffer.wrap(bytes) : value;
    }

    private static @Nullable Object fromGeneric(@Nullable Object value) {
        if (value instanceof IndexedRecord) {
            return Absent.VALUE;
        }
        if (value instanceof ByteBuffer buffer) {
            byte[] bytes = new byte[buffer.remaining()];
            buffer.duplicate().get(bytes);
            return bytes;
        }
        return value instanceof CharSequence text ? text.toString() : value;
    }

    private static Schema absentBranch(Field field) {
        Schema schema = field.schema();
        if (schema.getType() != Schema.Type.UNION || schema.getTypes().size() < 3) {
            throw new IllegalArgumentException("column " + TableProperties.columnName(field) + " cannot be absent");
        }
        return schema.getTypes().get(2);
    }
}
