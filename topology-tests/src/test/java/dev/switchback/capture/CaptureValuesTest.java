package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.Platform;

/** Each value arrives as PostgreSQL's own output function prints it, from the snapshot and from the log alike. */
class CaptureValuesTest {

    /** Type, then values. */
    private static final List<List<String>> VALUES = List.of(
            List.of("boolean", "true", "false"),
            List.of("smallint", "-32768", "32767"),
            List.of("integer", "-2147483648", "2147483647"),
            List.of("bigint", "-9223372036854775808", "9223372036854775807"),
            List.of("oid", "0", "4294967295"),
            List.of("real", "'NaN'", "'-Infinity'", "1e-40", "3.4028235e38", "0.1", "'-0'"),
            List.of("double precision", "'NaN'", "'Infinity'", "5e-324", "0.1", "1e22", "'-0'"),
            List.of("numeric", "'NaN'", "'Infinity'", "'-Infinity'", "1.00", "1e-20", "12345678901234567890.123456789"),
            List.of("numeric(12,3)", "1.5", "-999999999.999"),
            List.of("money", "-1234.5", "0"),
            List.of("text", "''", "'NULL'", "E'a\\nb\\tc'", "'žluťoučký 🐎'"),
            List.of("varchar(5)", "'ab   '"),
            List.of("char(4)", "'ab'", "'abcd'"),
            List.of("\"char\"", "'x'"),
            List.of("name", "'n'"),
            List.of("bytea", "'\\x'", "'\\x00ff10'"),
            List.of("date", "'2020-02-29'", "'infinity'", "'-infinity'", "'0044-03-15 BC'", "'5874897-12-31'"),
            List.of("time", "'24:00:00'", "'00:00:00.000001'"),
            List.of("timetz", "'10:00:00+02'", "'24:00:00-15:59'"),
            List.of("timestamp", "'2020-02-29 12:34:56.123456'", "'infinity'", "'4713-01-01 00:00:00 BC'"),
            List.of("timestamptz", "'2020-02-29 12:34:56.123456+05:45'", "'-infinity'", "'0001-01-01 00:00+00 BC'"),
            List.of("interval", "'1 year -2 mons 3 days -04:05:06.789'", "'-0.000001 s'"),
            List.of("interval day to second(3)", "'1 day 2.345678'"),
            List.of("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
            List.of("json", "'{\"b\":  1, \"a\": [1,  2]}'"),
            List.of("jsonb", "'{\"b\":  1.00, \"a\": [1,  null]}'"),
            List.of("xml", "'<a>b</a>'"),
            List.of("inet", "'192.168.1.5'", "'192.168.1.5/24'", "'::1'"),
            List.of("cidr", "'10.0.0.0/8'"),
            List.of("macaddr", "'08:00:2b:01:02:03'"),
            List.of("bit(3)", "B'101'"),
            List.of("varbit", "B''", "B'1011'"),
            List.of("point", "'(1.1,-2)'"),
            List.of("box", "'((1,2),(3,4))'"),
            List.of("path", "'[(1,2),(3,4)]'"),
            List.of("polygon", "'((1,2),(3,4),(5,6))'"),
            List.of("circle", "'<(1,2),3>'"),
            List.of("line", "'{1,2,3}'"),
            List.of("lseg", "'[(1,2),(3,4)]'"),
            List.of("tsvector", "'a:1A fat:2 cat:3'"),
            List.of("tsquery", "'fat & (rat | !cat)'"),
            List.of("int4range", "'[1,5)'", "'empty'", "'(,)'"),
            List.of("tstzrange", "'[2020-01-01 00:00+02,)'"),
            List.of("int4multirange", "'{[1,3),[7,9)}'"),
            List.of("int[]", "'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:1]={7,8}'"),
            List.of("text[]", "'{\"a,b\",\"\\\\\\\"q\\\\\\\"\",NULL,\"NULL\",\"\"}'"),
            List.of("timestamptz[]", "'{2020-01-01 00:00+02,infinity}'"),
            List.of("bytea[]", "ARRAY['\\x00ff'::bytea]"),
            List.of("pg_lsn", "'16/B374D848'"),
            List.of("kinds.mood", "'happy'", "'a b,\"c'"),
            List.of("kinds.mood[]", "'{happy,\"a b,\\\"c\"}'"),
            List.of("kinds.positive", "7"),
            List.of("kinds.address", "'(1,inet)'", "'(,)'", "ROW(NULL,NULL)"),
            List.of("kinds.\"Odd name.\"", "'x'"));

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
        platform.source()
                .execute(
                        "CREATE SCHEMA kinds",
                        "CREATE TYPE kinds.mood AS ENUM ('happy', 'a b,\"c')",
                        "CREATE TYPE public.mood AS ENUM ('other')",
                        "CREATE DOMAIN kinds.positive AS int CHECK (VALUE > 0)",
                        "CREATE TYPE kinds.address AS (n int, t text)",
                        "CREATE DOMAIN kinds.\"Odd name.\" AS text",
                        // What sessions get by default must not show in what is captured.
                        "ALTER DATABASE shop SET TimeZone = 'Asia/Kathmandu'",
                        "ALTER DATABASE shop SET DateStyle = 'German, DMY'",
                        "ALTER DATABASE shop SET IntervalStyle = 'iso_8601'",
                        "ALTER DATABASE shop SET bytea_output = 'escape'",
                        "ALTER DATABASE shop SET extra_float_digits = 0");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void aValueArrivesAsItsOutputFunctionPrintsIt() {
        List<String> columns = new ArrayList<>();
        List<String> definitions = new ArrayList<>();
        int most = 0;
        for (int i = 0; i < VALUES.size(); i++) {
            columns.add("c" + i);
            definitions.add("c" + i + " " + VALUES.get(i).get(0));
            most = Math.max(most, VALUES.get(i).size());
        }
        platform.source().execute("CREATE TABLE every (id int PRIMARY KEY, " + String.join(", ", definitions) + ")");
        insert(most, 0);
        try (CaptureRig rig = new CaptureRig("every", platform.source(), platform.bootstrapServers(), "public.every")) {
            rig.publish().startStreaming();
            insert(most, 100);
            rig.awaitCaughtUp();

            columns.add(0, "id");
            var expected = rig.rows("every", columns, "id");
            var replayed = rig.replayed("public.every", "id");
            assertThat(replayed).hasSize(2 * most);
            for (String key : expected.keySet()) {
                assertThat(normalized(replayed.get(key))).as("row " + key).isEqualTo(normalized(expected.get(key)));
            }
        }
    }

    /** Booleans and floats travel as such, and Java prints them its own way. */
    private static List<String> normalized(String row) {
        List<String> values = new ArrayList<>();
        for (String value : row.split("\\|", -1)) {
            values.add(
                    switch (value) {
                        case "t" -> "true";
                        case "f" -> "false";
                        case "1e-40", "1.0E-40" -> "1.0E-40";
                        case "3.4028235e+38", "3.4028235E38" -> "3.4028235E38";
                        case "5e-324", "4.9E-324" -> "4.9E-324";
                        case "1e+22", "1.0E22" -> "1.0E22";
                        case "-0", "-0.0" -> "-0.0";
                        default -> value;
                    });
        }
        return values;
    }

    private static void insert(int most, int base) {
        for (int row = 0; row < most; row++) {
            List<String> values = new ArrayList<>(List.of(Integer.toString(base + row)));
            for (List<String> type : VALUES) {
                String value = row + 1 < type.size() ? type.get(row + 1) : "NULL";
                values.add(value.equals("NULL") ? value : "(" + value + ")::" + type.get(0));
            }
            platform.source().execute("INSERT INTO every VALUES (" + String.join(", ", values) + ")");
        }
    }
}
