package dev.switchback.connectors.avro;

import java.nio.charset.StandardCharsets;
import java.util.function.BiPredicate;

import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.TaskWatermark;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Reads the record values of one writer schema. Immutable. */
interface EventReader {

    Event read(WireInput input);

    /**
     * @param inspected of which columns somebody looks into the value
     * @throws UndecodableException when the schema is none of a watermark, a claim or a change
     */
    static EventReader of(Schema schema, BiPredicate<TableId, String> inspected) {
        if (schema.equals(ChangeSchemas.WATERMARK)) {
            return EventReader::readWatermark;
        }
        if (schema.equals(ChangeSchemas.CLAIM)) {
            return Claims::read;
        }
        return schema.equals(ChangeSchemas.TASK_WATERMARK)
                ? input -> new TaskWatermark(input.readInt(), readWatermark(input))
                : new Changes(ChangeSchemas.tableOf(schema), inspected);
    }

    private static Watermark readWatermark(WireInput input) {
        return new Watermark(input.readLong(), input.readLong(), input.readLong());
    }

    /** Reads one table's changes. */
    final class Changes implements EventReader {

        private final TableId table;
        private final byte[] schemaName;
        private final byte[] tableName;
        private final RowReader rows;

        Changes(TableSchema table, BiPredicate<TableId, String> inspected) {
            this.table = table.id();
            this.schemaName = this.table.schema().getBytes(StandardCharsets.UTF_8);
            this.tableName = this.table.name().getBytes(StandardCharsets.UTF_8);
            this.rows = RowReader.ofRows(table, column -> inspected.test(table.id(), column));
        }

        @Override
        public Change read(WireInput input) {
            Row before = readRow(input);
            Row after = readRow(input);
            long lsn = input.readLong();
            long commitMicros = input.readLong();
            input.expect(schemaName, "schema");
            input.expect(tableName, "table");
            input.readBoolean(); // whether it is a READ, which the operation says, too
            String code = input.readText();
            input.readLong(); // when it was encoded, of no use to apply
            try {
                return new Change(Operation.ofCode(code), table, before, after, lsn, commitMicros);
            } catch (IllegalArgumentException e) {
                throw new UndecodableException("a change of " + table + ": " + e.getMessage(), e);
            }
        }

        private @Nullable Row readRow(WireInput input) {
            return input.readBranch(2) == 0 ? null : rows.read(input);
        }
    }
}
