package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.ColumnArray.UnfitException;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;

/** Which values a column takes exactly, and which it would alter. */
class ColumnArrayTest {

    static Stream<Arguments> exact() {
        return Stream.of(
                Arguments.of("numeric(5,2)", Carrier.TEXT, "123.45", "123.45"),
                Arguments.of("numeric(5,2)", Carrier.TEXT, "123.4500", "123.4500"),
                Arguments.of("numeric(5,2)", Carrier.TEXT, "NaN", "NaN"),
                Arguments.of("numeric(5)", Carrier.TEXT, "123.0", "123.0"),
                Arguments.of("numeric(3,-2)", Carrier.TEXT, "1200", "1200"),
                Arguments.of("numeric(3,-2)", Carrier.TEXT, "0", "0"),
                Arguments.of("numeric(3,-2)", Carrier.TEXT, "-Infinity", "-Infinity"),
                Arguments.of("numeric(3,-2)[]", Carrier.TEXT, "[2:4]={1200,NULL,NaN}", "[2:4]={1200,NULL,NaN}"),
                Arguments.of("numeric", Carrier.TEXT, "1.23456789", "1.23456789"),
                Arguments.of("numeric", Carrier.TEXT, 7, "7"),
                Arguments.of(
                        "timestamp(3) without time zone",
                        Carrier.TEXT,
                        "2024-01-01 00:00:00.1230",
                        "2024-01-01 00:00:00.1230"),
                Arguments.of("character varying(3)", Carrier.TEXT, "😀😀😀", "😀😀😀"),
                Arguments.of("character(3)", Carrier.TEXT, "abc   ", "abc   "),
                Arguments.of("text", Carrier.TEXT, "any (1,2)", "any (1,2)"),
                Arguments.of("bigint", Carrier.INT64, 5, 5L),
                Arguments.of("integer", Carrier.INT32, 5L, 5),
                Arguments.of("double precision", Carrier.FLOAT64, 0.5f, 0.5),
                Arguments.of("double precision", Carrier.FLOAT64, 5, 5.0));
    }

    static Stream<Arguments> altered() {
        return Stream.of(
                Arguments.of("numeric(5,2)", Carrier.TEXT, "123.456"),
                Arguments.of("numeric(5,2)", Carrier.TEXT, "0.001"),
                Arguments.of("numeric(5)", Carrier.TEXT, "1.5"),
                Arguments.of("numeric(3,-2)", Carrier.TEXT, "1250"),
                Arguments.of("numeric(3,-2)", Carrier.TEXT, "-1200.5"),
                Arguments.of("numeric(3,-2)[]", Carrier.TEXT, "{1200,-1250}"),
                Arguments.of("numeric(5,2)[]", Carrier.TEXT, "{1.25,1.255}"),
                Arguments.of("timestamp(3) with time zone", Carrier.TEXT, "2024-01-01 00:00:00.123456+00"),
                Arguments.of("time(0) without time zone", Carrier.TEXT, "12:00:00.5"),
                Arguments.of("interval(2)", Carrier.TEXT, "1 day 00:00:00.125"),
                Arguments.of("character varying(3)", Carrier.TEXT, "abc "),
                Arguments.of("character varying(3)", Carrier.TEXT, "😀😀😀ü"),
                Arguments.of("integer", Carrier.INT32, 2147483648L),
                Arguments.of("real", Carrier.FLOAT32, 0.1),
                Arguments.of("boolean", Carrier.BOOLEAN, "true"),
                Arguments.of("bytea", Carrier.BYTES, "\\x00"),
                Arguments.of("text", Carrier.TEXT, 0.1),
                Arguments.of("bigint", Carrier.INT64, "5"));
    }

    @ParameterizedTest
    @MethodSource("exact")
    void takes(String declaration, Carrier carrier, Object value, Object element) throws UnfitException {
        Object expected = element instanceof String text ? Utf8Text.of(text) : element;

        assertThat(array(declaration, carrier).element(value)).isEqualTo(expected);
        assertThat(array(declaration, carrier).element(inItsRecord(value))).isEqualTo(expected);
    }

    @ParameterizedTest
    @MethodSource("altered")
    void refuses(String declaration, Carrier carrier, Object value) {
        assertThatThrownBy(() -> array(declaration, carrier).element(value))
                .isInstanceOf(UnfitException.class)
                .hasMessageContaining("column c of type " + declaration);
        assertThatThrownBy(() -> array(declaration, carrier).element(inItsRecord(value)))
                .isInstanceOf(UnfitException.class)
                .hasMessageContaining("column c of type " + declaration);
    }

    @Test
    void halfASurrogatePairDoesNotBecomeAQuestionMark() {
        assertThatThrownBy(() -> array("text", Carrier.TEXT).element("a\ud83d"))
                .isInstanceOf(UnfitException.class)
                .hasMessageContaining("column c of type text")
                .hasMessageContaining("half a surrogate pair at character 1");
    }

    /** A text among other bytes, which have digits and a point. */
    private static Object inItsRecord(Object value) {
        if (!(value instanceof String text)) {
            return value;
        }
        byte[] record = ("7.77ü" + text + "0.123ü").getBytes(StandardCharsets.UTF_8);
        int before = "7.77ü".getBytes(StandardCharsets.UTF_8).length;
        return new Utf8Text(record, before, text.getBytes(StandardCharsets.UTF_8).length);
    }

    private static ColumnArray array(String declaration, Carrier carrier) {
        return new ColumnArray(Column.of("c", new ColumnType("any", declaration, carrier, false)));
    }
}
