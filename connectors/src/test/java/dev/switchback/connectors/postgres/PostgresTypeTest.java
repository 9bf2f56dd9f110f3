package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

class PostgresTypeTest {

    private static PostgresSettings database;

    @BeforeAll
    static void aDatabaseWithTypesOfItsOwn() {
        database = TestServer.shared().createDatabase();
        TestServer.execute(
                database,
                "CREATE SCHEMA shop",
                "CREATE TYPE shop.mood AS ENUM ('sad', 'ok')",
                "CREATE TYPE here AS ENUM ('a')",
                "CREATE DOMAIN shop.\"Odd name\" AS text",
                "CREATE DOMAIN shop.small AS int CHECK (value < 10)",
                "CREATE TYPE shop.floats AS RANGE (subtype = float8)",
                "CREATE TYPE shop.pair AS (a int, b int)",
                "CREATE DOMAIN shop.prices AS money",
                "CREATE EXTENSION hstore SCHEMA shop",
                "CREATE EXTENSION citext SCHEMA shop",
                "CREATE EXTENSION ltree SCHEMA shop",
                "CREATE EXTENSION lo SCHEMA shop");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            quoteCharacter = '\'',
            textBlock =
                    """
            # declared                   | name                          | declaration                    | carrier | toastable | not carried because
            boolean                      | boolean                       | boolean                        | BOOLEAN | false | -
            smallint                     | smallint                      | smallint                       | INT32   | false | -
            int                          | integer                       | integer                        | INT32   | false | -
            bigint                       | bigint                        | bigint                         | INT64   | false | -
            oid                          | oid                           | oid                            | INT64   | false | -
            real                         | real                          | real                           | FLOAT32 | false | -
            float(53)                    | double precision              | double precision               | FLOAT64 | false | -
            bytea                        | bytea                         | bytea                          | BYTES   | true  | -
            numeric                      | numeric                       | numeric                        | TEXT    | true  | -
            numeric(5)                   | numeric                       | numeric(5,0)                   | TEXT    | true  | -
            numeric(3,1)                 | numeric                       | numeric(3,1)                   | TEXT    | true  | -
            numeric(2,-3)                | numeric                       | numeric(2,-3)                  | TEXT    | true  | -
            text                         | text                          | text                           | TEXT    | true  | -
            varchar                      | character varying             | character varying              | TEXT    | true  | -
            varchar(20)                  | character varying             | character varying(20)          | TEXT    | true  | -
            char                         | bpchar                        | character(1)                   | TEXT    | true  | -
            char(7)                      | bpchar                        | character(7)                   | TEXT    | true  | -
            bpchar                       | bpchar                        | bpchar                         | TEXT    | true  | -
            "char"                       | "char"                        | "char"                         | TEXT    | false | -
            name                         | name                          | name                           | TEXT    | false | -
            date                         | date                          | date                           | TEXT    | false | -
            time(3)                      | time without time zone        | time(3) without time zone      | TEXT    | false | -
            timestamp                    | timestamp without time zone   | timestamp without time zone    | TEXT    | false | -
            timestamptz(0)               | timestamp with time zone      | timestamp(0) with time zone    | TEXT    | false | -
            interval day to second(3)    | interval                      | interval day to second(3)      | TEXT    | false | -
            bit                          | "bit"                         | bit(1)                         | TEXT    | true  | -
            bit(9)                       | "bit"                         | bit(9)                         | TEXT    | true  | -
            bit varying(9)               | bit varying                   | bit varying(9)                 | TEXT    | true  | -
            uuid                         | uuid                          | uuid                           | TEXT    | false | -
            json                         | json                          | json                           | TEXT    | true  | -
            jsonb                        | jsonb                         | jsonb                          | TEXT    | true  | -
            xml                          | xml                           | xml                            | TEXT    | true  | -
            inet                         | inet                          | inet                           | TEXT    | true  | -
            cidr                         | cidr                          | cidr                           | TEXT    | true  | -
            macaddr                      | macaddr                       | macaddr                        | TEXT    | false | -
            macaddr8                     | macaddr8                      | macaddr8                       | TEXT    | false | -
            int[]                        | integer[]                     | integer[]                      | TEXT    | true  | -
            text[][]                     | text[]                        | text[]                         | TEXT    | true  | -
            varchar(3)[]                 | character varying[]           | character varying(3)[]         | TEXT    | true  | -
            char(3)[]                    | bpchar[]                      | character(3)[]                 | TEXT    | true  | -
            int4range                    | int4range                     | int4range                      | TEXT    | true  | -
            tstzrange                    | tstzrange                     | tstzrange                      | TEXT    | true  | -
            shop.mood                    | shop.mood                     | shop.mood                      | TEXT    | false | -
            shop.mood[]                  | shop.mood[]                   | shop.mood[]                    | TEXT    | true  | -
            here                         | public.here                   | public.here                    | TEXT    | false | -
            shop."Odd name"              | shop."Odd name"               | shop."Odd name"                | TEXT    | true  | -
            shop.small                   | shop.small                    | shop.small                     | TEXT    | false | -
            shop.floats                  | shop.floats                   | shop.floats                    | TEXT    | true  | -
            shop.hstore                  | shop.hstore                   | shop.hstore                    | TEXT    | true  | -
            shop.citext                  | shop.citext                   | shop.citext                    | TEXT    | true  | -
            money                        | money                         | money                          | TEXT    | false | its text depends on each server's lc_monetary
            money[]                      | money[]                       | money[]                        | TEXT    | true  | its text depends on each server's lc_monetary
            timetz                       | time with time zone           | time with time zone            | TEXT    | false | its zone is lost on the way
            point                        | point                         | point                          | TEXT    | false | geometric types are not carried yet
            path                         | path                          | path                           | TEXT    | true  | geometric types are not carried yet
            box[]                        | box[]                         | box[]                          | TEXT    | true  | geometric types are not carried yet
            tsvector                     | tsvector                      | tsvector                       | TEXT    | true  | text search types are not carried yet
            tsquery                      | tsquery                       | tsquery                        | TEXT    | false | text search types are not carried yet
            int4multirange               | int4multirange                | int4multirange                 | TEXT    | true  | multiranges are not carried yet
            shop.pair                    | shop.pair                     | shop.pair                      | TEXT    | true  | composite types are not carried yet
            shop.prices                  | shop.prices                   | shop.prices                    | TEXT    | false | its text depends on each server's lc_monetary
            shop.lo                      | shop.lo                       | shop.lo                        | TEXT    | false | types of the extension lo are not carried yet
            shop.ltree                   | shop.ltree                    | shop.ltree                     | TEXT    | true  | types of the extension ltree are not carried yet
            shop.ltree[]                 | shop.ltree[]                  | shop.ltree[]                   | TEXT    | true  | types of the extension ltree are not carried yet
            pg_lsn                       | pg_lsn                        | pg_lsn                         | TEXT    | false | it is not among the types known to arrive exactly
            regclass                     | regclass                      | regclass                       | TEXT    | false | its values are the ids of objects of the source database, which mean something else or nothing in another
            """)
    void aColumnsTypeIsWhatTheCatalogueSays(
            String declared, String name, String declaration, Carrier carrier, boolean toastable, String notCarried)
            throws SQLException {
        TestServer.execute(database, "DROP TABLE IF EXISTS t", "CREATE TABLE t (c " + declared + ")");

        try (Connection connection = new PostgresConnections("source", database).open()) {
            PostgresTable table = new PostgresCatalog(connection)
                    .table(new TableId("public", "t"))
                    .orElseThrow();

            Column column = table.schema().column("c").orElseThrow();
            assertThat(column.type().name()).isEqualTo(name);
            assertThat(column.type().declaration()).isEqualTo(declaration);
            assertThat(column.type().carrier()).isEqualTo(carrier);
            assertThat(column.type().toastable()).isEqualTo(toastable);
            assertThat(table.type("c").notCarried().orElse(null)).isEqualTo(notCarried);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "int, true",
        "uuid, true",
        "text, true",
        "varchar(9), true",
        "bytea, true",
        "timestamptz, true",
        "shop.mood, true",
        "shop.small, true",
        "int[], true",
        "char(9), true",
        "bpchar, false",
        "'numeric(9,2)', true",
        "numeric, false",
        "numeric[], false",
        "numrange, false",
        "int4range, true",
        "real, false",
        "float8, false",
        "shop.floats, false",
        "interval, false",
        "jsonb, false",
        "shop.citext, false",
    })
    void aTypeThatPrintsEqualValuesDifferentlyIsNoKey(String declared, boolean oneText) throws SQLException {
        TestServer.execute(database, "DROP TABLE IF EXISTS t", "CREATE TABLE t (c " + declared + ")");

        try (Connection connection = new PostgresConnections("source", database).open()) {
            PostgresTable table = new PostgresCatalog(connection)
                    .table(new TableId("public", "t"))
                    .orElseThrow();

            assertThat(table.type("c").oneTextForEqualValues()).isEqualTo(oneText);
        }
    }
}
