package dev.switchback.connectors.avro;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;

/** Reads the rows, or the keys, of one writer schema. Immutable. */
final class RowReader {

    private final RowType type;
    private final ValueReader[] columns;
    private final boolean amongOthers;

    private RowReader(RowType type, List<ValueReader> columns, boolean amongOthers) {
        this.type = type;
        this.columns = columns.toArray(ValueReader[]::new);
        this.amongOthers = amongOthers;
    }

    private interface ValueReader {
        @Nullable Object read(WireInput input);
    }

    /** @param inspected of which columns somebody looks into the value: texts of others stay {@link Utf8Text}s */
    static RowReader ofRows(TableSchema table, Predicate<String> inspected) {
        List<ValueReader> readers = new ArrayList<>();
        for (Column column : table.columns()) {
            Carrier carrier = column.type().carrier();
            boolean stays = carrier == Carrier.TEXT && !inspected.test(column.name());
            ValueReader value = stays ? WireInput::readUtf8 : ofCarrier(carrier);
            int branches = column.type().toastable() ? 3 : 2;
            readers.add(input -> switch (input.readBranch(branches)) {
                case 0 -> null;
                case 1 -> value.read(input);
                default -> Absent.VALUE;
            });
        }
        return new RowReader(new RowType(table.columnNames()), readers, false);
    }

    /** @throws UndecodableException when the schema is not one of a key */
    static RowReader ofKeys(Schema key) {
        List<String> names = new ArrayList<>();
        List<ValueReader> readers = new ArrayList<>();
        List<Field> fields = ChangeSchemas.fields(key);
        boolean amongOthers = !fields.isEmpty() && TableProperties.isName(fields.get(0));
        for (Field field : fields.subList(amongOthers ? 1 : 0, fields.size())) {
            names.add(TableProperties.columnName(field));
            readers.add(ofCarrier(ChangeSchemas.carrier(field.schema())));
        }
        return new RowReader(new RowType(names), readers, amongOthers);
    }

    Row read(WireInput input) {
        if (amongOthers) {
            input.readText(); // Whose key it is, the change itself says.
        }
        @Nullable Object[] values = new @Nullable Object[columns.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = columns[i].read(input);
        }
        return new Row(type, values);
    }

    private static ValueReader ofCarrier(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> WireInput::readBoolean;
            case INT32 -> WireInput::readInt;
            case INT64 -> WireInput::readLong;
            case FLOAT32 -> WireInput::readFloat;
            case FLOAT64 -> WireInput::readDouble;
            case BYTES -> WireInput::readBytes;
            case TEXT -> WireInput::readText;
        };
    }
}
