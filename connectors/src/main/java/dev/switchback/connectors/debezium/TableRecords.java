package dev.switchback.connectors.debezium;

import io.debezium.data.Envelope.FieldName;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.schema.TableId;

/** Reads the changes of one table from records of one Connect schema. Thread-safe. */
final class TableRecords {

    private final RowReader reader;
    private final Field before;
    private final Field after;
    private final Field op;

    TableRecords(RowReader reader, Schema envelope) {
        this.reader = reader;
        this.before = envelope.field(FieldName.BEFORE);
        this.after = envelope.field(FieldName.AFTER);
        this.op = envelope.field(FieldName.OPERATION);
    }

    RowReader reader() {
        return reader;
    }

    TableId table() {
        return reader.table().id();
    }

    Change change(Struct envelope, long lsn, long commitMicros) {
        return new Change(
                Operation.ofCode((String) envelope.get(op)),
                table(),
                row(envelope, before),
                row(envelope, after),
                lsn,
                commitMicros);
    }

    private @Nullable Row row(Struct envelope, Field which) {
        Struct row = (Struct) envelope.get(which);
        return row == null ? null : reader.row(row);
    }
}
