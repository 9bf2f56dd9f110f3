package dev.switchback.transforms.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** What PostgreSQL refuses, or would answer in a way of its own, does not compile. */
class RefusedExpressionsTest {

    private static final Map<String, Carrier> CARRIERS =
            Map.of("integer", Carrier.INT32, "oid", Carrier.INT64, "real", Carrier.FLOAT32);

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            CAST(a AS text)                       | inet        | A cast from inet to text is not supported. Leave the cast out; if it is there for the destination's column, give that the type inet.
            CAST(a AS varchar)                    | xml         | A cast from xml to character varying is not supported.
            CAST(a AS text)                       | oid         | A cast from oid to text is not supported.
            COALESCE(a, a)                        | oid         | COALESCE of oid is not supported.
            CASE WHEN a IS NULL THEN a ELSE a END | oid         | CASE of oid is not supported.
            COALESCE(a, 'sad')                    | shop.mood   | COALESCE of shop.mood is not supported. Leave the column as it is, or choose among the texts of values.
            COALESCE(a, '{}')                     | jsonb       | COALESCE of jsonb is not supported with a literal.
            CASE WHEN a IS NULL THEN a ELSE 'x' END | json      | CASE of json is not supported with a literal.
            SQRT(a)                               | numeric     | SQRT does not take numeric. Say with CAST which type is meant
            + a                                   | text        | A + before text is not supported. Leave it out.
            a + '1 day'                           | date        | + does not take date, unknown.
            '1' + a                               | date        | + does not take unknown, date.
            a IS UNKNOWN                          | integer     | Here a condition is needed, and this is of type integer.
            a IS NOT UNKNOWN                      | integer     | Here a condition is needed, and this is of type integer.
            a / 2.                                | integer     | The number 2 is written with more than its digits, which may make it a numeric. Write 2 or 2.0.
            """)
    void whatPostgresWouldAnswerInAnotherWay(String expression, String type, String message) {
        assertThatThrownBy(() -> select(expression, type))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("the select: " + message);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            textBlock =
                    """
            timezone('Europe/Berlin', TIMESTAMP '4714-11-24 00:00:00 BC') | integer  | timestamp out of range
            date_trunc('millennium', TIMESTAMP '4713-01-01 00:00:00 BC')  | integer  | timestamp out of range
            a + '99999999999999999999 days'                               | interval | interval out of range
            a + '1537228672809129302 years'                               | interval | interval out of range
            a + 1 / 0                                                     | integer  | division by zero
            1 / 0                                                         | integer  | division by zero
            """)
    void aConstantThatIsAnErrorIsAProblemOfTheSelect(String expression, String type, String message) {
        assertThatThrownBy(() -> select(expression, type))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("The database would refuse this for every row: " + message);
    }

    @Test
    void aNumberWithAnExponentStaysANumeric() {
        assertThat(select("a * 1e2", "integer").in(Dialect.POSTGRES, TableId.parse("t")))
                .isEqualTo("SELECT (\"a\" * 100e0) AS \"r\" FROM \"public\".\"t\"");
    }

    private static Select select(String expression, String type) {
        ColumnType declared = new ColumnType(type, type, CARRIERS.getOrDefault(type, Carrier.TEXT), false);
        TableSchema table = new TableSchema(TableId.parse("t"), List.of(Column.of("a", declared)), List.of());
        return Select.of(table, "SELECT " + expression + " AS r FROM t", LookupTables.NONE, TimeZones.JAVA, "test");
    }
}
