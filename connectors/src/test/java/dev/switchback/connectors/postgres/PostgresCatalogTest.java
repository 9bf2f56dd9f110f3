package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.connectors.postgres.PostgresTable.Persistence;
import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.PostgresTable.RelationKind;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableId;

class PostgresCatalogTest {

    private static final TableId T = new TableId("public", "t");

    private Connection connection;
    private PostgresCatalog catalog;

    @BeforeEach
    void openADatabase() {
        connection = new PostgresConnections("source", TestServer.shared().createDatabase()).open();
        catalog = new PostgresCatalog(connection);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
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
            regclass                     | regclass                      | regclass                       | TEXT    | false | it is not among the types known to arrive exactly
            """)
    void aColumnsTypeIsWhatTheCatalogueSays(
            String declared, String name, String declaration, Carrier carrier, boolean toastable, String notCarried)
            throws SQLException {
        execute(
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
                "CREATE EXTENSION lo SCHEMA shop",
                "CREATE TABLE t (c " + declared + ")");

        PostgresTable table = catalog.table(T).orElseThrow();

        Column column = table.schema().column("c").orElseThrow();
        assertThat(column.type().name()).isEqualTo(name);
        assertThat(column.type().declaration()).isEqualTo(declaration);
        assertThat(column.type().carrier()).isEqualTo(carrier);
        assertThat(column.type().toastable()).isEqualTo(toastable);
        assertThat(table.types().get("c").notCarried().orElse(null)).isEqualTo(notCarried);
    }

    @Test
    void theKeyStandsInTheKeysOrderAndTheColumnsInTheTables() throws SQLException {
        execute(
                "CREATE TABLE t (a int, b text, dropped int, c uuid, PRIMARY KEY (c, a) INCLUDE (b))",
                "ALTER TABLE t DROP COLUMN dropped");

        PostgresTable table = catalog.table(T).orElseThrow();

        assertThat(table.schema().key()).containsExactly("c", "a");
        assertThat(table.schema().columnNames()).containsExactly("a", "b", "c");
        assertThat(table.keyDeferrable()).isFalse();
        assertThat(table.relation().identityColumns()).containsExactly("c", "a");
    }

    @Test
    void nullabilityDefaultsAndGenerationAreKnown() throws SQLException {
        execute(
                "CREATE DOMAIN filled AS int DEFAULT 7 NOT NULL",
                """
                CREATE TABLE t (
                  plain int, needed int NOT NULL, defaulted int NOT NULL DEFAULT 1, f filled,
                  always int GENERATED ALWAYS AS IDENTITY, usually int GENERATED BY DEFAULT AS IDENTITY,
                  computed int GENERATED ALWAYS AS (plain + 1) STORED)""");

        List<Column> columns = catalog.table(T).orElseThrow().schema().columns();

        assertThat(columns)
                .extracting(Column::name, Column::nullable, Column::hasDefault, Column::generation)
                .containsExactly(
                        tuple("plain", true, false, Generation.NONE),
                        tuple("needed", false, false, Generation.NONE),
                        tuple("defaulted", false, true, Generation.NONE),
                        tuple("f", false, true, Generation.NONE),
                        tuple("always", false, true, Generation.IDENTITY_ALWAYS),
                        tuple("usually", false, true, Generation.IDENTITY_BY_DEFAULT),
                        tuple("computed", true, true, Generation.STORED));
    }

    @Test
    void aDeferrableKeyIsKnownAsSuchAndIdentifiesNoRowInTheLog() throws SQLException {
        execute("CREATE TABLE t (id int PRIMARY KEY DEFERRABLE)");

        PostgresTable table = catalog.table(T).orElseThrow();

        assertThat(table.keyDeferrable()).isTrue();
        assertThat(table.schema().key()).containsExactly("id");
        assertThat(table.relation().identityColumns()).isEmpty();
    }

    @Test
    void theReplicaIdentityIsTheOneInForce() throws SQLException {
        execute(
                "CREATE TABLE d (id int PRIMARY KEY)",
                "CREATE TABLE n (id int PRIMARY KEY)",
                "ALTER TABLE n REPLICA IDENTITY NOTHING",
                "CREATE TABLE f (id int PRIMARY KEY)",
                "ALTER TABLE f REPLICA IDENTITY FULL",
                "CREATE TABLE i (id int PRIMARY KEY, other int NOT NULL)",
                "CREATE UNIQUE INDEX other ON i (other, id)",
                "ALTER TABLE i REPLICA IDENTITY USING INDEX other");
        List<TableId> ids = List.of(id("d"), id("n"), id("f"), id("i"));

        assertThat(catalog.tables(ids).values().stream().map(PostgresTable::relation))
                .extracting(Relation::identity, Relation::identityColumns)
                .containsExactly(
                        tuple(ReplicaIdentity.DEFAULT, List.of("id")),
                        tuple(ReplicaIdentity.NOTHING, List.of()),
                        tuple(ReplicaIdentity.FULL, List.of()),
                        tuple(ReplicaIdentity.INDEX, List.of("other", "id")));
    }

    @Test
    void aPartitionedTableHasItsLeavesOfEveryLevelAndNoOther() throws SQLException {
        execute(
                "CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE high PARTITION OF t FOR VALUES FROM (10) TO (99) PARTITION BY RANGE (id)",
                "CREATE TABLE high1 PARTITION OF high FOR VALUES FROM (10) TO (20)",
                "ALTER TABLE high1 REPLICA IDENTITY NOTHING",
                "CREATE TABLE empty (id int) PARTITION BY RANGE (id)");

        PostgresTable table = catalog.table(T).orElseThrow();

        assertThat(table.partitioned()).isTrue();
        assertThat(table.hasChildren()).isFalse();
        assertThat(table.leaves())
                .extracting(leaf -> leaf.id().name(), Relation::identity)
                .containsExactly(tuple("high1", ReplicaIdentity.NOTHING), tuple("low", ReplicaIdentity.DEFAULT));
        assertThat(catalog.table(id("empty")).orElseThrow().leaves()).isEmpty();
    }

    @Test
    void inheritanceUnloggedTablesAndWhatIsNoTableAreToldApart() throws SQLException {
        execute(
                "CREATE TABLE parent (id int)",
                "CREATE TABLE child () INHERITS (parent)",
                "CREATE UNLOGGED TABLE fleeting (id int)",
                "CREATE VIEW seen AS SELECT 1 AS one",
                "CREATE MATERIALIZED VIEW kept AS SELECT 1 AS one",
                "CREATE SEQUENCE counting");

        Map<TableId, PostgresTable> tables = catalog.tables(
                List.of(id("parent"), id("child"), id("fleeting"), id("seen"), id("kept"), id("counting")));

        assertThat(tables.get(id("parent")).hasChildren()).isTrue();
        assertThat(tables.get(id("child")).hasChildren()).isFalse();
        assertThat(tables.get(id("fleeting")).relation().persistence()).isEqualTo(Persistence.UNLOGGED);
        assertThat(tables.values().stream().skip(3).map(table -> table.relation()
                        .kind()))
                .containsExactly(RelationKind.VIEW, RelationKind.MATERIALIZED_VIEW, RelationKind.SEQUENCE);
    }

    @Test
    void estimatesCountAllPartitionsBeforeAndAfterAnAnalyze() throws SQLException {
        execute(
                "CREATE TABLE t (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE low PARTITION OF t FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE high PARTITION OF t FOR VALUES FROM (100) TO (1000)",
                "INSERT INTO t SELECT generate_series(1, 500)",
                "SELECT pg_stat_force_next_flush()",
                "SELECT 1");
        assertThat(catalog.table(T).orElseThrow().estimatedRows()).isEqualTo(500);

        execute("ANALYZE t");
        assertThat(catalog.table(T).orElseThrow().estimatedRows()).isEqualTo(500);
    }

    @Test
    void readingLeavesTheSessionAsItWas() throws SQLException {
        execute("CREATE TABLE t (id int PRIMARY KEY)", "SET search_path = 'somewhere'");

        catalog.table(T);
        assertThat(connection.getAutoCommit()).isTrue();
        assertThat(searchPath()).isEqualTo("somewhere");

        connection.setAutoCommit(false);
        execute("SET search_path = 'elsewhere'", "CREATE TABLE public.made_in_this_transaction (id int)");
        assertThat(catalog.table(id("made_in_this_transaction"))).isPresent();
        assertThat(searchPath()).isEqualTo("elsewhere");
        connection.commit();
        assertThat(searchPath()).isEqualTo("elsewhere");
        assertThat(catalog.table(id("made_in_this_transaction"))).isPresent();
    }

    @Test
    void aTableThatDoesNotExistIsLeftOut() throws SQLException {
        execute("CREATE TABLE t (id int)");

        assertThat(catalog.tables(List.of(id("gone"), T))).containsOnlyKeys(T);
    }

    @ParameterizedTest
    @CsvSource({
        "public, stor, public.store",
        "public, Store, public.store",
        "shop, store, public.store",
        "public, order_itme, public.order_item",
        "public, invoice, ''",
        "public, control, ''",
    })
    void nearNamesAreThoseLikelyMeant(String schema, String name, String expected) throws SQLException {
        execute(
                "CREATE TABLE store (id int)",
                "CREATE TABLE order_item (id int)",
                "CREATE SCHEMA switchback",
                "CREATE TABLE switchback.control (id int)");

        String near = String.join(
                " ",
                catalog.near(new TableId(schema, name)).stream()
                        .map(TableId::toString)
                        .toList());

        assertThat(near).isEqualTo(expected);
    }

    private String searchPath() throws SQLException {
        try (Statement statement = connection.createStatement();
                var rows = statement.executeQuery("SHOW search_path")) {
            rows.next();
            return rows.getString(1);
        }
    }

    private static TableId id(String name) {
        return new TableId("public", name);
    }

    private void execute(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }
}
