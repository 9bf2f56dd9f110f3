package dev.switchback.mapping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.platform.EmbeddedDatabase;

/**
 * Values of every type that is carried, from one database to the other: by the copy, by the log, and in rows of which
 * another column is updated or the key. Both sides are compared by what the types' send functions give, bit by bit.
 */
class ExactTypesTest {

    /** A type, and values of it. */
    private static final List<List<String>> VALUES = List.of(
            List.of("boolean", "true", "false"),
            List.of("smallint", "-32768", "32767", "0"),
            List.of("integer", "-2147483648", "2147483647"),
            List.of("bigint", "-9223372036854775808", "9223372036854775807"),
            List.of("oid", "4294967295", "0"),
            List.of("real", "'NaN'", "'-0'", "1e-45", "'-Infinity'", "3.4028235e38", "0.1"),
            List.of("double precision", "'NaN'", "'-0'", "5e-324", "'Infinity'", "0.30000000000000004", "1e23"),
            List.of(
                    "numeric",
                    "'NaN'",
                    "'Infinity'",
                    "'-Infinity'",
                    "1.500",
                    "-0.000",
                    "repeat('9', 1000)::numeric",
                    "('0.' || repeat('0', 999) || '1')::numeric",
                    "1e1000"),
            List.of("numeric(12,2)", "-9999999999.99", "0.10"),
            List.of("text", "''", "' a '", "E'a\\nb\\t\\\\'", "'žluťoučký 🐎'", "repeat('long ', 100000)"),
            List.of("varchar(5)", "'ab   '", "''"),
            List.of("char(4)", "'ab'", "'abcd'", "''"),
            List.of("\"char\"", "'x'"),
            List.of("name", "'n'"),
            List.of("bytea", "''", "'\\x00ff7f80'", "decode(repeat('00ff', 50000), 'hex')"),
            List.of("date", "'2024-02-29'", "'infinity'", "'-infinity'", "'4713-01-01 BC'", "'5874897-12-31'"),
            List.of("time", "'24:00:00'", "'00:00:00.000001'"),
            List.of(
                    "timestamp",
                    "'2024-02-29 12:34:56.123456'",
                    "'infinity'",
                    "'4713-01-01 00:00:00 BC'",
                    "'294276-12-31 23:59:59.999999'"),
            List.of(
                    "timestamptz",
                    "'2024-02-29 12:34:56.123456+05:45'",
                    "'-infinity'",
                    "'294276-12-31 23:59:59.999999+00'"),
            List.of("interval", "'1 year -2 mons 3 days -04:05:06.789'", "'-0.000001 s'", "'0'"),
            List.of("uuid", "'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'"),
            List.of("json", "'{\"b\":  1, \"a\": [1,  2], \"b\": 2}'", "'null'"),
            List.of("jsonb", "'{\"b\":  1.00, \"a\": [1,  null]}'", "'null'", "'\"\\u00e9\"'"),
            List.of("xml", "'<a b=\"c\">d</a>'", "''"),
            List.of("inet", "'192.168.1.5'", "'192.168.1.5/24'", "'::1'"),
            List.of("cidr", "'10.0.0.0/8'"),
            List.of("macaddr", "'08:00:2b:01:02:03'"),
            List.of("macaddr8", "'08:00:2b:01:02:03:04:05'"),
            List.of("bit(3)", "B'101'"),
            List.of("varbit", "B''", "B'1011'"),
            List.of("int4range", "'[1,5)'", "'empty'", "'(,)'"),
            List.of("numrange", "'(1.10,2.00]'"),
            List.of("tstzrange", "'[2020-01-01 00:00+02,infinity)'"),
            List.of("int[]", "'{}'", "'{1,NULL,3}'", "'{{1,2},{3,4}}'", "'[0:1][-1:0]={{1,2},{3,4}}'"),
            List.of("text[]", "'{\"a,b\",\"\\\\\\\"q\\\\\\\"\",NULL,\"NULL\",\"\"}'"),
            List.of("timestamptz[]", "'{2020-01-01 00:00+02,infinity}'"),
            List.of("bytea[]", "ARRAY['\\x00ff'::bytea, NULL]"),
            List.of("mood", "'happy'", "'a b,\"c'"),
            List.of("mood[]", "'{happy,NULL,\"a b,\\\"c\"}'"),
            List.of("positive", "7"),
            List.of("hstore", "'a=>1, b=>NULL, \"c d\"=>\"e,\\\"f\"'", "''"),
            List.of("citext", "'MiXed'", "''"));

    private static final int MOST = VALUES.stream().mapToInt(List::size).max().orElseThrow() - 1;

    private final MappedMigration migration = new MappedMigration();

    @AfterEach
    void close() {
        migration.close();
    }

    @Test
    void everyValueArrivesBitByBit() {
        for (EmbeddedDatabase side : List.of(migration.source(), migration.destination())) {
            side.execute(
                    "CREATE EXTENSION hstore",
                    "CREATE EXTENSION citext",
                    "CREATE TYPE mood AS ENUM ('happy', 'a b,\"c')",
                    "CREATE DOMAIN positive AS int CHECK (VALUE > 0)",
                    "CREATE TABLE every (id int PRIMARY KEY, touched int, " + columns() + ", doubled bigint GENERATED"
                            + " ALWAYS AS (id * 2) STORED)",
                    // Out of line, so that an update of another column leaves it out of the log.
                    "CREATE TABLE large (id int PRIMARY KEY, touched int, document jsonb, content bytea, words text[])",
                    "ALTER TABLE large ALTER document SET STORAGE EXTERNAL, ALTER content SET STORAGE EXTERNAL,"
                            + " ALTER words SET STORAGE EXTERNAL");
        }
        insert(0);
        insertLarge(1, 4);
        migration.start(migration.plan("  public.every: {}\n  public.large: {}\n"));
        awaitSame();
        insert(100);
        insertLarge(5, 8);
        // Five megabytes in one value, and in the log as one row.
        migration.source().execute("INSERT INTO large VALUES (9, 0, NULL, decode(repeat('00ff', 2500000), 'hex'))");
        migration
                .source()
                .execute(
                        "UPDATE every SET touched = id",
                        "UPDATE large SET touched = id",
                        "UPDATE large SET id = id + 100 WHERE id % 2 = 0",
                        "UPDATE every SET id = id + 1000 WHERE id % 3 = 0");
        awaitSame();

        assertThat(migration.destination().value("SELECT count(*) FROM every")).isEqualTo(2 * MOST + "");
        assertThat(migration.destination().value("SELECT count(*) FROM switchback.held"))
                .isEqualTo("0");
    }

    /** A value that the wider type refuses is held, and only its row. */
    @Test
    void theWideningsThatPeopleMigrateForGiveWhatACastGives() {
        migration
                .source()
                .execute(
                        "CREATE TYPE mood AS ENUM ('happy', 'sad')",
                        "CREATE TABLE item (id int PRIMARY KEY, number smallint, code varchar(9), document json, mood mood,"
                                + " identity text, came timestamp)",
                        "INSERT INTO item SELECT i, i, 'c' || i, json_build_object('b', i, 'a', ARRAY[i, NULL]),"
                                + " CASE i % 2 WHEN 0 THEN 'happy'::mood END, gen_random_uuid()::text,"
                                + " timestamp '2024-03-30' + i * interval '7 hours' FROM generate_series(1, 50) i");
        migration
                .destination()
                .execute(
                        "CREATE TABLE item (id bigint PRIMARY KEY, number integer, code text, document jsonb, mood text,"
                                + " identity uuid, came timestamptz)");
        migration.start(
                migration.plan(
                        """
                  public.item:
                    select: SELECT id, number, code, document, mood, CAST(identity AS uuid) AS identity,
                      timezone('Europe/Berlin', came) AS came FROM item
                """));
        migration
                .source()
                .execute(
                        "INSERT INTO item (id, document) VALUES (51, '{\"a\": 1,  \"a\": 2.50}'), (52, 'null'),"
                                + " (53, '\"\\u0000\"'), (54, NULL)",
                        "INSERT INTO item (id, identity) VALUES (55, 'no uuid')",
                        "UPDATE item SET document = '[1,   2]' WHERE id % 10 = 0");
        migration.awaitEqual(
                "SELECT id, number, code, document::jsonb, mood, identity::uuid, timezone('Europe/Berlin', came) FROM item"
                        + " WHERE id NOT IN (53, 55)",
                "SELECT * FROM item");

        assertThat(migration
                        .destination()
                        .value("SELECT string_agg(source_key_text, ' ' ORDER BY source_key_text) FROM switchback.held"))
                .contains("53", "55");
    }

    private void awaitSame() {
        for (String table : List.of("every", "large")) {
            String sent = sent(table);
            migration.awaitEqual(sent, sent);
        }
    }

    /** What goes over the wire in binary form. */
    private String sent(String table) {
        return "SELECT "
                + migration
                        .source()
                        .value(
                                "SELECT string_agg(format('md5(%s(%I)) AS %I', b.typsend::regproc, attname, attname), ', '"
                                        + " ORDER BY attnum) FROM pg_attribute a JOIN pg_type t ON t.oid = atttypid"
                                        + " JOIN pg_type b ON b.oid = CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END"
                                        + " WHERE attrelid = '" + table + "'::regclass AND attnum > 0")
                + " FROM " + table;
    }

    private static String columns() {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < VALUES.size(); i++) {
            columns.add("c" + i + " " + VALUES.get(i).get(0));
        }
        return String.join(", ", columns);
    }

    /** Each row has another value of each type, and NULL of those that have no more. */
    private void insert(int from) {
        for (int row = 0; row < MOST; row++) {
            List<String> values = new ArrayList<>(List.of("" + (from + row), "NULL"));
            for (List<String> type : VALUES) {
                values.add(row + 1 < type.size() ? type.get(row + 1) : "NULL");
            }
            migration.source().execute("INSERT INTO every VALUES (" + String.join(", ", values) + ")");
        }
    }

    private void insertLarge(int from, int to) {
        migration
                .source()
                .execute("INSERT INTO large SELECT i, 0, jsonb_build_object('text', repeat(md5(i::text), 700)),"
                        + " decode(repeat(md5(i::text), 700), 'hex'), array_fill(md5(i::text), ARRAY[700])"
                        + " FROM generate_series(" + from + ", " + to + ") i");
    }
}
