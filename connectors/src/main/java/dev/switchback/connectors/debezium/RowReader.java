package dev.switchback.connectors.debezium;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;

/** Turns the text of a table's values, in which PostgreSQL logs and prints them, into their carriers. Thread-safe. */
final class RowReader {

    private static final String HEX_PREFIX = "\\x";

    private final TableSchema table;
    private final RowType type;
    private final Carrier[] carriers;
    /** The key's columns as indexes, in the key's order. */
    private final int[] key;

    RowReader(TableSchema table) {
        this.table = table;
        this.type = new RowType(table.columnNames());
        this.carriers =
                table.columns().stream().map(column -> column.type().carrier()).toArray(Carrier[]::new);
        this.key = table.key().stream().mapToInt(type::indexOf).toArray();
    }

    TableSchema table() {
        return table;
    }

    /** How many columns a row has. */
    int width() {
        return carriers.length;
    }

    /** @param values one for each column */
    Row row(@Nullable Object[] values) {
        return new Row(type, values);
    }

    /** A row of the snapshot. */
    Row row(Struct struct) {
        @Nullable Object[] values = new @Nullable Object[carriers.length];
        for (int i = 0; i < values.length; i++) {
            // Connect would put a column's default in the place of NULL.
            values[i] = value((String) struct.getWithoutDefault(type.columns().get(i)), i);
        }
        return row(values);
    }

    /** The row with its absent values taken from {@code text}, which holds a text for each column. */
    Row completed(Row row, @Nullable String[] text) {
        @Nullable Object[] values = row.values().clone();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == Absent.VALUE) {
                values[i] = value(text[i], i);
            }
        }
        return new Row(type, values);
    }

    static boolean incomplete(Row row) {
        for (Object value : row.values()) {
            if (value == Absent.VALUE) {
                return true;
            }
        }
        return false;
    }

    /** The key's columns that have no value in the row: the log did not name them. */
    List<String> unknownKey(Row row) {
        List<String> unknown = List.of();
        for (int column : key) {
            Object value = row.values()[column];
            if (value == null || value == Absent.VALUE) {
                unknown = unknown.isEmpty() ? new ArrayList<>() : unknown;
                unknown.add(type.columns().get(column));
            }
        }
        return unknown;
    }

    /** Whether all other columns are NULL, as in an old row of which only these are logged. */
    boolean hasOnly(Row row, Set<String> columns) {
        for (int i = 0; i < width(); i++) {
            if (row.values()[i] != null && !columns.contains(type.columns().get(i))) {
                return false;
            }
        }
        return true;
    }

    /** The values of a row's key as text. */
    List<String> keyText(Row row) {
        return Arrays.stream(key).mapToObj(column -> text(row.values()[column])).toList();
    }

    boolean sameKey(Row one, Row other) {
        for (int column : key) {
            if (!Objects.deepEquals(one.values()[column], other.values()[column])) {
                return false;
            }
        }
        return true;
    }

    /**
     * The value of a column.
     *
     * @throws IllegalArgumentException when the text is not what PostgreSQL prints for such a value
     */
    @Nullable Object value(@Nullable String text, int column) {
        return text == null ? null : value(text, carriers[column]);
    }

    /**
     * The value of a column, of which the log holds the text in UTF-8. Texts stay there: the array must not be changed.
     *
     * @throws IllegalArgumentException when the text is not what PostgreSQL prints for such a value
     */
    Object value(byte[] utf8, int from, int length, int column) {
        Carrier carrier = carriers[column];
        return carrier == Carrier.TEXT
                ? new Utf8Text(utf8, from, length)
                : value(new String(utf8, from, length, StandardCharsets.UTF_8), carrier);
    }

    static Object value(String text, Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> truth(text);
            case INT32 -> Integer.valueOf(text);
            case INT64 -> Long.valueOf(text);
            case FLOAT32 -> Float.valueOf(text);
            case FLOAT64 -> Double.valueOf(text);
            case BYTES -> bytes(text);
            case TEXT -> text;
        };
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "t" -> true;
            case "f" -> false;
            default -> throw new IllegalArgumentException("'" + text + "' is no boolean");
        };
    }

    private static byte[] bytes(String text) {
        if (!text.startsWith(HEX_PREFIX)) {
            throw new IllegalArgumentException("'" + text + "' is not in hex, see bytea_output");
        }
        return HexFormat.of().parseHex(text, HEX_PREFIX.length(), text.length());
    }

    /** A value as PostgreSQL prints it. */
    static String text(@Nullable Object value) {
        if (value instanceof byte[] bytes) {
            return HEX_PREFIX + HexFormat.of().formatHex(bytes);
        }
        return String.valueOf(value);
    }

    /** For messages. */
    @Override
    public String toString() {
        return table.id() + " " + table.columns().stream().map(Column::name).toList();
    }
}
