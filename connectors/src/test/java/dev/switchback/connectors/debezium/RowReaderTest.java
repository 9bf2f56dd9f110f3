package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.apache.kafka.connect.data.Struct;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** PostgreSQL's text becomes each carrier's value, exactly; what is no such text fails. */
class RowReaderTest {

    private static final TableSchema TABLE = new TableSchema(
            new TableId("public", "t"),
            List.of(
                    column("id", Carrier.INT64, false),
                    column("part", Carrier.BYTES, false),
                    column("note", Carrier.TEXT, true),
                    column("flag", Carrier.BOOLEAN, false)),
            List.of("part", "id"));

    private final RowReader reader = new RowReader(TABLE);

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of(Carrier.BOOLEAN, "t", true),
                Arguments.of(Carrier.BOOLEAN, "f", false),
                Arguments.of(Carrier.INT32, "-32768", -32768),
                Arguments.of(Carrier.INT32, "2147483647", Integer.MAX_VALUE),
                Arguments.of(Carrier.INT32, "-2147483648", Integer.MIN_VALUE),
                Arguments.of(Carrier.INT64, "9223372036854775807", Long.MAX_VALUE),
                Arguments.of(Carrier.INT64, "-9223372036854775808", Long.MIN_VALUE),
                Arguments.of(Carrier.INT64, "4294967295", 4294967295L),
                Arguments.of(Carrier.FLOAT32, "3.4028235e+38", Float.MAX_VALUE),
                Arguments.of(Carrier.FLOAT32, "1e-45", Float.MIN_VALUE),
                Arguments.of(Carrier.FLOAT32, "-0", -0.0f),
                Arguments.of(Carrier.FLOAT32, "NaN", Float.NaN),
                Arguments.of(Carrier.FLOAT64, "1.7976931348623157e+308", Double.MAX_VALUE),
                Arguments.of(Carrier.FLOAT64, "5e-324", Double.MIN_VALUE),
                Arguments.of(Carrier.FLOAT64, "0.1", 0.1),
                Arguments.of(Carrier.FLOAT64, "Infinity", Double.POSITIVE_INFINITY),
                Arguments.of(Carrier.FLOAT64, "-Infinity", Double.NEGATIVE_INFINITY),
                Arguments.of(Carrier.BYTES, "\\x", new byte[0]),
                Arguments.of(Carrier.BYTES, "\\x00ff7f80", new byte[] {0, -1, 127, -128}),
                Arguments.of(Carrier.TEXT, "", ""),
                Arguments.of(Carrier.TEXT, "absent", "absent"),
                Arguments.of(Carrier.TEXT, "1.00", "1.00"));
    }

    @ParameterizedTest
    @MethodSource("values")
    void aTextBecomesItsValue(Carrier carrier, String text, Object value) {
        assertThat(RowReader.value(text, carrier)).isEqualTo(value);
        assertThat(logged(text, carrier)).isEqualTo(carrier == Carrier.TEXT ? utf8(text) : value);
    }

    /** Among the bytes of other values, as in the log. */
    private static Object logged(String text, Carrier carrier) {
        RowReader one = new RowReader(new TableSchema(
                new TableId("public", "t"), List.of(column("value", carrier, false)), List.of("value")));
        byte[] log = ("7" + text + "7").getBytes(StandardCharsets.UTF_8);
        return one.value(log, 1, log.length - 2, 0);
    }

    private static Utf8Text utf8(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return new Utf8Text(bytes, 0, bytes.length);
    }

    static Stream<Arguments> badTexts() {
        return Stream.of(
                Arguments.of(Carrier.INT32, ""),
                Arguments.of(Carrier.INT32, "2147483648"),
                Arguments.of(Carrier.INT32, "1.0"),
                Arguments.of(Carrier.INT64, "9223372036854775808"),
                Arguments.of(Carrier.FLOAT64, "a lot"),
                Arguments.of(Carrier.BYTES, "\\x0"),
                Arguments.of(Carrier.BYTES, "\\x0g"),
                Arguments.of(Carrier.BYTES, "abc"),
                Arguments.of(Carrier.BOOLEAN, ""),
                Arguments.of(Carrier.BOOLEAN, "x"));
    }

    @ParameterizedTest
    @MethodSource("badTexts")
    void whatIsNoTextOfTheTypeFails(Carrier carrier, String text) {
        assertThatThrownBy(() -> RowReader.value(text, carrier)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> logged(text, carrier)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void nullIsNull() {
        for (int column = 0; column < reader.width(); column++) {
            assertThat(reader.value(null, column)).isNull();
        }
    }

    @Test
    void aRowHasItsColumnsInTheTablesOrderAndNoDefaults() {
        Schema text = SchemaBuilder.string().optional().build();
        Schema withDefault =
                SchemaBuilder.string().optional().defaultValue("filled in").build();
        Schema schema = SchemaBuilder.struct()
                .field("flag", text)
                .field("note", withDefault)
                .field("part", text)
                .field("id", text)
                .build();
        Struct struct = new Struct(schema)
                .put("id", "5")
                .put("part", "\\x01")
                .put("note", null)
                .put("flag", "t");

        assertThat(reader.row(struct).values()).containsExactly(5L, new byte[] {1}, null, true);
    }

    @Test
    void aRowIsCompletedWhereItLacksValuesAndNowhereElse() {
        Row row = row(7L, new byte[] {2}, Absent.VALUE, null);

        assertThat(RowReader.incomplete(row)).isTrue();
        Row whole = reader.completed(row, new String[] {"99", "\\xff", "read again", "f"});
        assertThat(whole.values()).containsExactly(7L, new byte[] {2}, "read again", null);
        assertThat(RowReader.incomplete(whole)).isFalse();
        assertThat(row.values()[2]).isEqualTo(Absent.VALUE);
    }

    @Test
    void aKeyIsItsColumnsTextInKeyOrder() {
        assertThat(reader.keyText(row(7L, new byte[] {2, -1}, null, null))).containsExactly("\\x02ff", "7");
    }

    @Test
    void keysAreComparedByValue() {
        Row one = row(7L, new byte[] {2}, "a", true);

        assertThat(reader.sameKey(one, row(7L, new byte[] {2}, "b", false))).isTrue();
        assertThat(reader.sameKey(one, row(8L, new byte[] {2}, "a", true))).isFalse();
        assertThat(reader.sameKey(one, row(7L, new byte[] {3}, "a", true))).isFalse();
    }

    private static Row row(Object... values) {
        return new Row(new dev.switchback.transforms.change.RowType(TABLE.columnNames()), values);
    }

    private static Column column(String name, Carrier carrier, boolean toastable) {
        return new Column(name, new ColumnType(name, name, carrier, toastable), true, false, Generation.NONE);
    }
}
