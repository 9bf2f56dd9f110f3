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

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Tells by a record's Connect schema what Debezium made it of. Debezium makes a new schema whenever the log describes a
 * table again, so this is also where a table that was altered is noticed. Not thread-safe.
 */
final class RecordKinds {

    /** What a record is. */
    sealed interface Kind {}

    /** The engine turns, and where it is. */
    record Beat() implements Kind {}

    /** A logical message. */
    record Message() implements Kind {}

    /** A change, or a row of the snapshot. */
    record TableChange(TableRecords records) implements Kind {}

    /** A row of the snapshot of a table that was not asked for: Debezium ignores the case of names. */
    record Stray() implements Kind {}

    private static final String MESSAGE = "message";

    private final Map<TableId, CapturedTable> tables = new HashMap<>();
    private final IdentityHashMap<Schema, Kind> kinds = new IdentityHashMap<>();
    private final Map<TableId, Schema> latest = new HashMap<>();
    private final SchemaGuard guard;

    RecordKinds(List<CapturedTable> tables, PostgresConnections source) {
        tables.forEach(table -> this.tables.put(table.schema().id(), table));
        this.guard = new SchemaGuard(source);
    }

    /** @throws ProblemException when the record is of a table that was altered */
    Kind of(SourceRecord record) {
        Kind known = kinds.get(record.valueSchema());
        if (known == null) {
            known = examine(record);
            kinds.put(record.valueSchema(), known);
        }
        return known;
    }

    private Kind examine(SourceRecord record) {
        Schema schema = record.valueSchema();
        if (schema.field(MESSAGE) != null) {
            return new Message();
        }
        Field after = schema.field(FieldName.AFTER);
        if (after == null) {
            return new Beat();
        }
        Struct source = ((Struct) record.value()).getStruct(FieldName.SOURCE);
        CapturedTable table = tables.get(new TableId(source.getString("schema"), source.getString("table")));
        if (table == null) {
            return new Stray();
        }
        guard.check(table, after.schema());
        Schema before = latest.put(table.schema().id(), schema);
        if (before != null) {
            kinds.remove(before); // The log describes tables again and again; what it said before is done with.
        }
        return new TableChange(new TableRecords(new RowReader(table.schema()), schema));
    }
}
