package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

class SourceRowNamesTest {

    private static final TableSchema STORE = new TableSchema(
            TableId.parse("public.store"),
            List.of(
                    Column.of("id", new ColumnType("integer", "integer", Carrier.INT32, false)),
                    Column.of("name", new ColumnType("text", "text", Carrier.TEXT, true))),
            List.of("id"));

    /** It is what a held row is listed under, and such a row is held. */
    @Test
    void aRowWithATextThatIsNoUtf8HasAName() {
        MemorySchemaStore schemas = new MemorySchemaStore();
        ChangeEncoder encoder = new ChangeEncoder(schemas, "stores.forward.public.store", STORE);
        Utf8Text broken = new Utf8Text(new byte[] {(byte) 0xff}, 0, 1);
        Row row = new Row(new RowType(STORE.columnNames()), new Object[] {42, broken});

        InputChange change = new InputChange(
                new InputPartition("stores.forward.public.store", "id", 0),
                7,
                encoder.key(row),
                encoder.value(new Change(Operation.INSERT, STORE.id(), null, row, 7, 11)));

        assertThat(SourceRowNames.of(schemas).apply(change)).isEqualTo("(42)");
    }
}
