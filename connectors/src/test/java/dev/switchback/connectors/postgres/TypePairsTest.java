package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.schema.TableId;

class TypePairsTest {

    private static PostgresSettings database;

    @BeforeAll
    static void aDatabaseWithTypesOfItsOwn() {
        database = TestServer.shared().createDatabase();
        TestServer.execute(
                database,
                "CREATE EXTENSION citext",
                "CREATE TYPE mood AS ENUM ('sad', 'ok')",
                "CREATE TYPE moods AS ENUM ('ok', 'glad', 'sad')",
                "CREATE DOMAIN small AS int CHECK (value < 10)",
                "CREATE DOMAIN code AS varchar(5)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\'',
            textBlock =
                    """
            int                | int                | fits
            smallint           | int                | fits
            int                | bigint             | fits
            bigint             | numeric            | fits
            bigint             | int                | which does not take every value as it is
            bigint             | numeric(10)        | which does not take every value as it is
            int                | text               | which does not take every value as it is
            real               | double precision   | which does not take every value as it is
            numeric(5,2)       | numeric            | fits
            numeric(5,2)       | numeric(9,2)       | fits
            numeric(5,2)       | numeric(4,2)       | which is narrower
            numeric(5,2)       | numeric(9,1)       | which is narrower
            numeric(5,2)       | numeric(9,3)       | which stores the same value differently
            numeric(5,-2)      | numeric(6,-2)      | fits
            numeric            | numeric(5,2)       | which is narrower
            varchar(5)         | varchar(9)         | fits
            varchar(5)         | varchar            | fits
            varchar(5)         | text               | fits
            varchar(9)         | varchar(5)         | which is narrower
            text               | varchar            | fits
            text               | varchar(5)         | which does not take every value as it is
            text               | citext             | fits
            citext             | text               | fits
            citext             | citext             | fits
            char(5)            | char(5)            | fits
            char(5)            | char(9)            | which stores the same value differently
            char(5)            | bpchar             | fits
            char(5)            | text               | which does not take every value as it is
            varchar(5)         | char(5)            | which does not take every value as it is
            bit(5)             | bit(5)             | fits
            bit(5)             | bit(6)             | which stores the same value differently
            varbit(5)          | varbit(6)          | fits
            timestamp(3)       | timestamp          | fits
            timestamp(3)       | timestamp(6)       | fits
            timestamp          | timestamp(3)       | which is narrower
            timestamp          | timestamptz        | which does not take every value as it is
            interval           | interval day       | which is narrower
            interval second(3) | interval day       | which stores the same value differently
            date               | timestamp          | which does not take every value as it is
            json               | jsonb              | fits
            jsonb              | json               | fits
            json               | text               | which does not take every value as it is
            int[]              | int[]              | fits
            int[]              | bigint[]           | fits
            varchar(5)[]       | text[]             | fits
            bigint[]           | int[]              | which does not take every value as it is
            int                | int[]              | which does not take every value as it is
            int4range          | int4range          | fits
            int4range          | int8range          | which does not take every value as it is
            mood               | mood               | fits
            mood               | moods              | fits
            moods              | mood               | which lacks the label 'glad'
            mood[]             | moods[]            | fits
            mood               | text               | fits
            mood               | varchar(50)        | which does not take every value as it is
            text               | mood               | which does not take every value as it is
            small              | int                | fits
            int                | small              | fits
            small              | bigint             | fits
            small              | smallint           | which does not take every value as it is
            code               | varchar(5)         | fits
            code               | varchar(4)         | which is narrower
            uuid               | uuid               | fits
            text               | uuid               | which does not take every value as it is
            """)
    void onlyTypesThatTakeEveryValueExactlyArePaired(String from, String to, String said) throws SQLException {
        TestServer.execute(database, "DROP TABLE IF EXISTS t", "CREATE TABLE t (a " + from + ", b " + to + ")");

        try (Connection connection = new PostgresConnections("source", database).open()) {
            PostgresTable table = new PostgresCatalog(connection)
                    .table(new TableId("public", "t"))
                    .orElseThrow();
            assertThat(TypePairs.mismatch(table.type("a"), table.type("b")).orElse("fits"))
                    .isEqualTo(said);
        }
    }
}
