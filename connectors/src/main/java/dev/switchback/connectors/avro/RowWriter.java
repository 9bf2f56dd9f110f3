package dev.switchback.connectors.avro;

import java.io.IOException;
import java.util.List;

import org.apache.avro.io.BinaryEncoder;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Writes columns of rows, each as its schema in {@link ChangeSchemas} says. Where a row has a column is looked up once
 * per row type. Not thread-safe.
 */
final class RowWriter {

    private static final int NULL = 0;
    private static final int VALUE = 1;
    private static final int ABSENT = 2;

    private final TableId table;
    private final boolean key;
    private final List<Column> columns;
    private final CarrierWriter[] writers;
    private @Nullable RowType boundType;
    private int[] positions = {};

    private RowWriter(TableId table, boolean key, List<Column> columns) {
        this.table = table;
        this.key = key;
        this.columns = columns;
        this.writers = columns.stream()
                .map(column -> CarrierWriter.of(column.type().carrier()))
                .toArray(CarrierWriter[]::new);
    }

    /** Writes whole rows, where a column may be NULL or, if it is toastable, absent. */
    static RowWriter ofRows(TableSchema table) {
        return new RowWriter(table.id(), false, table.columns());
    }

    /** Writes key columns only, which always have a value. */
    static RowWriter ofKeys(TableSchema table) {
        List<Column> columns = table.key().stream()
                .map(name -> table.column(name).orElseThrow())
                .toList();
        return new RowWriter(table.id(), true, columns);
    }

    void write(Row row, BinaryEncoder encoder) throws IOException {
        if (row.type() != boundType) {
            bind(row.type());
        }
        for (int i = 0; i < writers.length; i++) {
            write(i, row.values()[positions[i]], encoder);
        }
    }

    private void write(int index, @Nullable Object value, BinaryEncoder encoder) throws IOException {
        if (value == null || value == Absent.VALUE) {
            writeMissing(columns.get(index), value, encoder);
            return;
        }
        if (!key) {
            encoder.writeIndex(VALUE);
        }
        try {
            writers[index].write(value, encoder);
        } catch (ClassCastException e) {
            Column column = columns.get(index);
            throw new IllegalArgumentException(
                    nameOf(column) + " has a " + value.getClass().getName() + " where its carrier is "
                            + column.type().carrier(),
                    e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(nameOf(columns.get(index)) + ": " + e.getMessage(), e);
        }
    }

    private void writeMissing(Column column, @Nullable Object value, BinaryEncoder encoder) throws IOException {
        if (key) {
            throw new IllegalArgumentException(
                    "key column " + nameOf(column) + " is " + (value == null ? "NULL" : "absent"));
        }
        if (value == null) {
            encoder.writeIndex(NULL);
        } else if (column.type().toastable()) {
            encoder.writeIndex(ABSENT);
        } else {
            throw new IllegalArgumentException(nameOf(column) + " is absent, although its type "
                    + column.type().declaration() + " is never stored out of line");
        }
    }

    private void bind(RowType type) {
        int[] found = new int[writers.length];
        for (int i = 0; i < found.length; i++) {
            found[i] = type.indexOf(columns.get(i).name());
            if (found[i] < 0) {
                throw new IllegalArgumentException("a row of " + type + " lacks " + nameOf(columns.get(i)));
            }
        }
        if (!key && type.columns().size() != found.length) {
            throw new IllegalArgumentException("a row of " + type + " has columns that " + table
                    + " did not have when its schema was read: "
                    + columns.stream().map(Column::name).toList());
        }
        positions = found;
        boundType = type;
    }

    private String nameOf(Column column) {
        return table + "." + column.name();
    }
}
