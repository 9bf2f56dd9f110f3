package dev.switchback.pipeline.cases;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import org.assertj.core.api.SoftAssertions;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.TableId;

/** A value that is written into a column is kept, or refused, as PostgreSQL does it. */
class ColumnTextsTest {

    private static final Map<String, List<String>> VALUES = Map.ofEntries(
            Map.entry("smallint", List.of("1", "-32768", "32768", " 7 ", "x", "")),
            Map.entry("integer", List.of("2147483647", "2147483648", "1.5")),
            Map.entry("bigint", List.of("-9223372036854775808", "9223372036854775808")),
            Map.entry("oid", List.of("4294967295", "4294967296")),
            Map.entry("numeric", List.of("1.50", "1e3", "NaN", "-Infinity", "-0.0", "1,5")),
            Map.entry("numeric(5,2)", List.of("1.5", "1.005", "-1.005", "999.995", "1234", "NaN")),
            Map.entry("real", List.of("1.1", "NaN", "1e-50", "1e39")),
            Map.entry("double precision", List.of("0.1", "1e400", "-0")),
            Map.entry("boolean", List.of("true", "f", "yes", "maybe")),
            Map.entry("text", List.of("", " a ", "NULL")),
            Map.entry("varchar(3)", List.of("abc", "abc  ", "abcd", "😀😀😀")),
            Map.entry("char(3)", List.of("a", "abc ", "abcd")),
            Map.entry("bytea", List.of("\\x00ff", "\\xzz")),
            Map.entry("date", List.of("2024-02-29", "2023-02-29", "infinity", "0044-03-15 BC")),
            Map.entry("time", List.of("12:34:56.789", "24:00:00", "25:00:00")),
            Map.entry("timestamp", List.of("2024-01-31 12:34:56.789", "2024-01-31", "infinity")),
            Map.entry("timestamp(0)", List.of("2024-01-31 12:34:56.5", "1999-12-31 23:59:59.9")),
            Map.entry("timestamptz", List.of("2024-01-31 12:34:56+02", "2024-01-31 12:34:56")),
            Map.entry("uuid", List.of("A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11", "a0ee")),
            Map.entry("json", List.of("{\"b\":1, \"a\":2}", "{")),
            Map.entry(
                    "jsonb",
                    List.of(
                            "{\"bb\":1,\"a\":[1,2.50,-0.0,1e3,1E-2],\"b\":null,\"a\":{\"é\":\"\\u0001\\n😀\\\"\"}}",
                            "[]",
                            "\"x\"",
                            "true",
                            "{} {}",
                            "")),
            Map.entry("mood", List.of("sad", "mad")),
            Map.entry("price", List.of("1.5", "x")),
            Map.entry("text[]", List.of("{a,NULL,\"b c\"}")));

    @Test
    void aColumnKeepsAndRefusesWhatItDoesInPostgreSql() throws SQLException {
        try (ScratchDirectory scratch = ScratchDirectory.create("switchback-");
                EmbeddedDatabase database =
                        EmbeddedDatabase.create(scratch.path().resolve("server"), "shop", Map.of());
                Connection connection = database.connect()) {
            database.execute("CREATE TYPE mood AS ENUM ('sad')", "CREATE DOMAIN price AS numeric");
            SoftAssertions all = new SoftAssertions();
            for (Map.Entry<String, List<String>> type : VALUES.entrySet()) {
                PostgresTable table = table(connection, type.getKey());
                for (String text : type.getValue()) {
                    all.assertThat(kept(table, text))
                            .as(type.getKey() + " " + text)
                            .isEqualTo(kept(connection, table, text));
                }
            }
            all.assertAll();
        }
    }

    private static PostgresTable table(Connection connection, String type) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS kept");
            statement.execute("CREATE TABLE kept (v " + type + ")");
        }
        return new PostgresCatalog(connection).table(TableId.parse("kept")).orElseThrow();
    }

    private static String kept(PostgresTable table, String text) {
        try {
            Object value = ColumnTexts.read(table, table.schema().column("v").orElseThrow(), text);
            return value instanceof Boolean truth ? (truth ? "t" : "f") : printed(value);
        } catch (ValueException e) {
            assertThat(e.getMessage()).isNotBlank();
            return "refused";
        }
    }

    /** As PostgreSQL prints numbers. */
    private static String printed(Object value) {
        if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            return number == Math.rint(number) && Math.abs(number) < 1e15
                    ? (1 / number < 0 && number == 0 ? "-0" : Long.toString((long) number))
                    : value.toString();
        }
        return value instanceof byte[] ? ColumnTexts.show(value) : value.toString();
    }

    private static String kept(Connection connection, PostgresTable table, String text) throws SQLException {
        String type = table.schema().column("v").orElseThrow().type().declaration();
        try (Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE kept");
            statement.execute("SET timezone = 'UTC'");
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO kept VALUES ('" + text.replace("'", "''") + "') RETURNING v")) {
            try (ResultSet row = insert.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        } catch (SQLException e) {
            assertThat(e.getSQLState()).as(type).startsWith("22");
            return "refused";
        }
    }
}
