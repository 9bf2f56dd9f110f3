package dev.switchback.connectors.debezium;

import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

import io.debezium.data.Envelope.FieldName;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;

import dev.switchback.transforms.schema.TableId;

/** Tells what Debezium made a record of, by the record's Connect schema. Not thread-safe. */
final class RecordKinds {

    /** What a record is. */
    sealed interface Kind {}

    /** The engine turns, and where it is. */
    record Beat() implements Kind {}

    /** A logical message, or changes in the place of one: see {@link SlotStream}. */
    record Message() implements Kind {}

    /** A row of the snapshot. */
    record SnapshotRow(RowReader reader, Field after) implements Kind {}

    /** A row of the snapshot of a table that was not asked for: Debezium ignores the case of names. */
    record Stray() implements Kind {}

    private static final String MESSAGE = "message";

    private final Map<TableId, CapturedTable> tables = new HashMap<>();
    private final IdentityHashMap<Schema, Kind> kinds = new IdentityHashMap<>();

    RecordKinds(List<CapturedTable> tables) {
        tables.forEach(table -> this.tables.put(table.schema().id(), table));
    }

    Kind of(SourceRecord record) {
        return kinds.computeIfAbsent(record.valueSchema(), schema -> examine(schema, (Struct) record.value()));
    }

    private Kind examine(Schema schema, Struct value) {
        if (schema.field(MESSAGE) != null) {
            return new Message();
        }
        Field after = schema.field(FieldName.AFTER);
        if (after == null) {
            return new Beat();
        }
        Struct source = value.getStruct(FieldName.SOURCE);
        CapturedTable table = tables.get(new TableId(source.getString("schema"), source.getString("table")));
        return table == null ? new Stray() : new SnapshotRow(new RowReader(table.schema()), after);
    }
}
