package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/** A value that was applied is, byte for byte, the value that was inserted directly. */
@TestInstance(Lifecycle.PER_CLASS)
class AppliedValuesTest {

    private final DestinationFixture destination = new DestinationFixture();
    private ApplySession session = destination.member();

    /** A column's type, and literals of it. */
    record Values(String type, String... literals) {
        @Override
        public String toString() {
            return type;
        }
    }

    static Stream<Values> types() {
        return Stream.of(
                new Values("boolean", "true", "false"),
                new Values("smallint", "0", "-32768", "32767"),
                new Values("integer", "0", "-2147483648", "2147483647"),
                new Values("bigint", "0", "-9223372036854775808", "9223372036854775807"),
                new Values("oid", "0", "4294967295"),
                new Values(
                        "real",
                        "0",
                        "'-0'",
                        "'NaN'",
                        "'Infinity'",
                        "'-Infinity'",
                        "1e-45",
                        "3.4028235e38",
                        "0.1",
                        "1.1754942e-38"),
                new Values(
                        "double precision",
                        "0",
                        "'-0'",
                        "'NaN'",
                        "'Infinity'",
                        "'-Infinity'",
                        "5e-324",
                        "1.7976931348623157e308",
                        "0.1",
                        "0.30000000000000004"),
                new Values(
                        "numeric",
                        "0",
                        "1.0",
                        "1.00",
                        "'NaN'",
                        "'Infinity'",
                        "'-Infinity'",
                        "-0.000",
                        "1e100",
                        "1e-100",
                        "123456789012345678901234567890.123456789012345678901234567890"),
                new Values("numeric(12,2)", "0", "1.5", "-9999999999.99", "'NaN'"),
                new Values("numeric(3,-2)", "12300", "0", "-99900"),
                new Values(
                        "text",
                        "''",
                        "'NULL'",
                        "'null'",
                        "' lead and trail '",
                        "E'quote '' double \" back \\\\ slash'",
                        "'{braces,\"in\"}'",
                        "E'tab\\t new\\n line\\r bell\\x07'",
                        "'ünïcödé 漢字 😀'",
                        "repeat('long ', 300000)",
                        "E'\\\\x41'",
                        "'__debezium_unavailable_value'"),
                new Values("varchar(10)", "''", "'ten chars!'", "'ends    '", "'😀😀😀😀😀😀😀😀😀😀'"),
                new Values("varchar", "'any'", "''"),
                new Values("char(5)", "'a'", "'abcde'", "''", "' b'"),
                new Values("\"char\"", "'x'", "'\\'", "'é'"),
                new Values("name", "'identifier'"),
                new Values("bytea", "''", "'\\x00ff7f80'", "decode(repeat('00ff', 200000), 'hex')", "'\\x5c5c'"),
                new Values("bit(5)", "B'10101'", "B'00000'"),
                new Values("bit", "B'1'"),
                new Values("bit varying(9)", "B''", "B'101010101'"),
                new Values("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
                new Values("json", "'{\"a\" : 1, \"a\":2}'", "'null'", "'  [1]  '", "'\"\\u00e9 \\\" \\\\\"'"),
                new Values("jsonb", "'{\"b\": 1.00, \"a\": [null, true]}'", "'null'", "'\"x\"'", "'{}'"),
                new Values("xml", "'<a b=\"c\">d</a>'", "'just text'", "''", "'<!DOCTYPE a><a/>'"),
                new Values("date", "'2024-02-29'", "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"),
                new Values("time", "'00:00'", "'24:00:00'", "'23:59:59.999999'"),
                new Values("time(3)", "'12:34:56.789'"),
                new Values(
                        "timestamp",
                        "'2024-02-29 12:34:56.123456'",
                        "'infinity'",
                        "'-infinity'",
                        "'4713-01-01 00:00:00 BC'",
                        "'294276-12-31 23:59:59.999999'"),
                new Values("timestamp(0)", "'2024-02-29 12:34:56'"),
                new Values(
                        "timestamptz",
                        "'2024-02-29 12:34:56.123456+05:30'",
                        "'infinity'",
                        "'-infinity'",
                        "'0044-03-15 12:00:00+00 BC'",
                        "'1883-11-18 12:03:58-04:56:02'"),
                new Values("timestamptz(3)", "'2024-02-29 12:34:56.123+00'"),
                new Values(
                        "interval",
                        "'1 year 2 mons -3 days 04:05:06.789'",
                        "'-1 mon +1 day -00:00:00.000001'",
                        "'30 days'",
                        "'1 mon'",
                        "'24:00:00'",
                        "'0'"),
                new Values("interval(2)", "'1.25 s'"),
                new Values("inet", "'::1/64'", "'10.1.2.3'", "'10.1.2.3/8'"),
                new Values("cidr", "'10.0.0.0/8'"),
                new Values("macaddr", "'08:00:2b:01:02:03'"),
                new Values("int4range", "'[1,5)'", "'empty'", "'(,)'"),
                new Values("tstzrange", "'[2024-01-01 00:00+00,infinity)'"),
                new Values(
                        "text[]",
                        "'{}'",
                        "'{a,NULL,\"NULL\",\"\",\" \",\"q\\\"uote\",\"back\\\\slash\",\"{brace}\",\"comma,\"}'",
                        "'{{a,b},{c,d}}'",
                        "'[5:6]={x,y}'"),
                new Values("integer[]", "'{1,NULL,-2147483648}'", "'[0:1][-1:0]={{1,2},{3,4}}'"),
                new Values("numeric(5,2)[]", "'{1.50,NaN}'"),
                new Values("bytea[]", "array['\\x00'::bytea, NULL, '\\xff'::bytea]"),
                new Values("jsonb[]", "array['{\"a\": \"}\"}'::jsonb]"),
                new Values("timestamptz[]", "'{2024-01-01 00:00+00,infinity}'"),
                new Values("\"Odd Schema\".mood", "'so so'", "'it''s'", "'NULL'"),
                new Values("\"Odd Schema\".mood[]", "'{so so,\"it''s\",\"NULL\",NULL}'"),
                new Values("\"Odd Schema\".price", "1.5", "'NaN'"),
                new Values("\"Odd Schema\".code", "'AB'"),
                new Values("\"Odd Schema\".count", "7"),
                new Values("\"Odd Schema\".codes", "'{AB,CD}'"));
    }

    @BeforeAll
    void createTypes() {
        destination.execute(
                "CREATE SCHEMA \"Odd Schema\"",
                "CREATE TYPE \"Odd Schema\".mood AS ENUM ('so so', 'it''s', 'NULL')",
                "CREATE DOMAIN \"Odd Schema\".price AS numeric(7,2) CHECK (VALUE > 0)",
                "CREATE DOMAIN \"Odd Schema\".code AS char(2) CHECK (VALUE <> '')",
                "CREATE DOMAIN \"Odd Schema\".count AS integer CHECK (VALUE > 0)",
                "CREATE DOMAIN \"Odd Schema\".codes AS text[]",
                // Whatever the destination's own defaults are, a value means the same.
                "ALTER DATABASE " + destination.settings.database() + " SET DateStyle = 'SQL, DMY'",
                "ALTER DATABASE " + destination.settings.database() + " SET IntervalStyle = 'sql_standard'",
                "ALTER DATABASE " + destination.settings.database() + " SET TimeZone = 'Asia/Kolkata'",
                "ALTER DATABASE " + destination.settings.database() + " SET extra_float_digits = -3",
                "ALTER DATABASE " + destination.settings.database() + " SET xmloption = 'document'",
                "ALTER DATABASE " + destination.settings.database() + " SET array_nulls = off",
                "ALTER DATABASE " + destination.settings.database()
                        + " SET default_transaction_isolation = 'serializable'",
                "ALTER DATABASE " + destination.settings.database() + " SET search_path = ''");
        session.close();
        session = destination.member();
    }

    @AfterAll
    void close() {
        destination.close();
    }

    @ParameterizedTest
    @MethodSource("types")
    void arrives(Values values) {
        DestinationTable applied = fill(values);
        List<@Nullable Object[]> rows = rows(applied);
        Mutation[] inserts = rows.stream().map(row -> new Upsert(applied, row)).toArray(Mutation[]::new);

        assertThat(DestinationFixture.reasons(destination.apply(session, inserts)))
                .isEmpty();
        assertSame();

        // The same by way of an update, of an insert's conflict and of a patch; then nothing is left to change.
        destination.execute("UPDATE public.applied SET v = NULL");
        destination.apply(session, inserts);
        assertSame();
        destination.execute("UPDATE public.applied SET v = NULL");
        Mutation[] patches = rows.stream().map(row -> new Patch(applied, row)).toArray(Mutation[]::new);
        assertThat(DestinationFixture.reasons(destination.apply(session, patches)))
                .isEmpty();
        assertSame();
        List<String> versions = destination.query("SELECT ctid, xmin FROM public.applied ORDER BY id");
        destination.apply(session, inserts);
        assertThat(destination.query("SELECT ctid, xmin FROM public.applied ORDER BY id"))
                .isEqualTo(versions);
    }

    @Test
    void namesAreTakenAsTheyAre() {
        String[] names = {
            "order", "UPPER", "it''s", "what?", "q\"\"uote", "ünï 漢", "place", "t", "u", "excluded", "$1", "k1"
        };
        StringBuilder columns = new StringBuilder();
        for (String name : names) {
            columns.append(", \"").append(name).append("\" text");
        }
        destination.execute(
                "CREATE TABLE \"Odd Schema\".\"select \"\"x\"\"\" (\"Key\" int, \"from\" \"Odd Schema\".mood" + columns
                        + ", PRIMARY KEY (\"from\", \"Key\"))");
        DestinationTable table = destination.table(new TableId("Odd Schema", "select \"x\""));
        @Nullable Object[] row = new @Nullable Object[names.length + 2];
        row[0] = 1;
        row[1] = "it's";
        for (int i = 0; i < names.length; i++) {
            row[i + 2] = "v" + i;
        }
        @Nullable Object[] other = row.clone();
        other[0] = 2;

        destination.apply(session, new Upsert(table, row), new Upsert(table, other));
        row[13] = "patched";
        assertThat(destination.apply(session, new Patch(table, row), new Remove(table, new Key("it's", 2))))
                .isEmpty();

        assertThat(
                        destination.query(
                                "SELECT \"Key\", \"from\", \"order\", \"q\"\"uote\", k1 FROM \"Odd Schema\".\"select \"\"x\"\"\""))
                .containsExactly("1|it's|v0|v4|patched");
    }

    private DestinationTable fill(Values values) {
        destination.execute(
                "DROP TABLE IF EXISTS public.direct",
                "DROP TABLE IF EXISTS public.applied",
                "CREATE TABLE public.direct (id int PRIMARY KEY, v " + values.type() + ")",
                "CREATE TABLE public.applied (id int PRIMARY KEY, v " + values.type() + ")",
                "INSERT INTO public.direct VALUES (0, NULL)");
        try (Connection connection = new PostgresConnections("test", destination.settings).open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET array_nulls = on");
            for (int i = 0; i < values.literals().length; i++) {
                statement.execute("INSERT INTO public.direct VALUES (" + (i + 1) + ", " + values.literals()[i] + ")");
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return destination.table(new TableId("public", "applied"));
    }

    /** The rows of {@code direct} as capture would carry them. */
    private List<@Nullable Object[]> rows(DestinationTable table) {
        Column column = table.columns().get(1);
        List<@Nullable Object[]> rows = new ArrayList<>();
        try (Connection connection = new PostgresConnections("test", destination.settings).open();
                Statement statement = connection.createStatement();
                ResultSet found = statement.executeQuery("SELECT id, v FROM public.direct ORDER BY id")) {
            while (found.next()) {
                rows.add(new @Nullable Object[] {
                    found.getInt(1), carried(found, column.type().carrier())
                });
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        return rows;
    }

    private static @Nullable Object carried(ResultSet row, Carrier carrier) throws SQLException {
        Object value =
                switch (carrier) {
                    case BOOLEAN -> row.getBoolean(2);
                    case INT32 -> row.getInt(2);
                    case INT64 -> row.getLong(2);
                    case FLOAT32 -> row.getFloat(2);
                    case FLOAT64 -> row.getDouble(2);
                    case BYTES -> row.getBytes(2);
                    case TEXT -> row.getString(2);
                };
        return row.wasNull() ? null : value;
    }

    private void assertSame() {
        String sameBytes = "(ROW(d.v)::record) OPERATOR(pg_catalog.*=) (ROW(a.v)::record)"
                + " AND pg_catalog.record_send(ROW(d.v)) = pg_catalog.record_send(ROW(a.v))";
        assertThat(destination.query("SELECT id, left(d.v::text, 100), left(a.v::text, 100)"
                        + " FROM public.direct d FULL JOIN public.applied a USING (id) WHERE NOT coalesce(" + sameBytes
                        + ", false)"))
                .isEmpty();
        assertThat(destination.query("SELECT count(*) FROM public.applied"))
                .isEqualTo(destination.query("SELECT count(*) FROM public.direct"));
    }
}
