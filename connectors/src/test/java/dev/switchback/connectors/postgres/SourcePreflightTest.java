package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.schema.TableId;

/** Each refusal by a role that has all it needs but one thing, and proof that looking has left nothing behind. */
class SourcePreflightTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final TableId T = new TableId("public", "t");

    private PostgresSettings database;
    private String role;
    private Flow flow;

    /** What is done to a good database, and what is then said. In all texts {r}, {d} and {s} stand for role, database and slot. */
    private record Case(String name, List<TableId> declared, List<String> sql, List<String> said) {

        static Case of(String name, String sql, String... said) {
            return new Case(name, List.of(T), List.of(sql.split(";\\s*")), List.of(said));
        }

        Case declaring(String... tables) {
            return new Case(name, Arrays.stream(tables).map(TableId::parse).toList(), sql, said);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void aDatabaseInWhichAllIsWell() {
        database = SERVER.createDatabase();
        role = SERVER.createRole("REPLICATION");
        flow = new Flow(database.database(), Direction.FORWARD);
        SERVER.execute("GRANT CREATE ON DATABASE " + database.database() + " TO " + role);
        TestServer.execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, name text)",
                "ALTER TABLE t OWNER TO " + role,
                "GRANT CREATE ON SCHEMA public TO " + role);
    }

    static Stream<Case> refusals() {
        return Stream.of(
                Case.of("nothing amiss", "SELECT 1"),
                Case.of("replica identity FULL is fine", "ALTER TABLE t REPLICA IDENTITY FULL"),
                Case.of(
                        "an index identity with the key in it is fine",
                        "ALTER TABLE t ADD other int NOT NULL; CREATE UNIQUE INDEX i ON t (other, id);"
                                + " ALTER TABLE t REPLICA IDENTITY USING INDEX i"),
                Case.of(
                        "a partitioned table of one's own is fine",
                        "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                                + " CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);"
                                + " ALTER TABLE t OWNER TO {r}; ALTER TABLE t1 OWNER TO {r}"),
                Case.of(
                                "a missing table",
                                "CREATE TABLE stores (id int PRIMARY KEY)",
                                "Table public.store does not exist. | Create it, or correct its name in the migration file;"
                                        + " did you mean public.stores?")
                        .declaring("public.store"),
                Case.of(
                                "two missing tables, with no name near",
                                "SELECT 1",
                                "Table public.zebra does not exist. | Create it, or correct its name in the migration file.",
                                "Table shop.\"Order\" does not exist. | Create it, or correct its name in the migration"
                                        + " file.")
                        .declaring("public.zebra", "shop.Order"),
                Case.of(
                                "a view",
                                "CREATE VIEW v AS SELECT * FROM t",
                                "public.v is a view, and only tables can be moved. | Name the table behind it, or take it out of"
                                        + " the migration file.")
                        .declaring("public.v"),
                Case.of(
                                "a materialized view",
                                "CREATE MATERIALIZED VIEW v AS SELECT * FROM t",
                                "public.v is a materialized view, and only tables can be moved. | Name the table behind it, or"
                                        + " take it out of the migration file.")
                        .declaring("public.v"),
                Case.of(
                                "a foreign table",
                                "CREATE EXTENSION file_fdw; CREATE SERVER f FOREIGN DATA WRAPPER file_fdw;"
                                        + " CREATE FOREIGN TABLE ft (id int) SERVER f OPTIONS (filename '/dev/null')",
                                "public.ft is a foreign table, and only tables can be moved. | Name the table behind it, or take"
                                        + " it out of the migration file.")
                        .declaring("public.ft"),
                Case.of(
                        "an unlogged table",
                        "ALTER TABLE t SET UNLOGGED",
                        "Table public.t is unlogged. | Run ALTER TABLE public.t SET LOGGED."),
                Case.of(
                        "a foreign table as a partition",
                        "DROP TABLE t; CREATE TABLE t (id int) PARTITION BY RANGE (id); ALTER TABLE t OWNER TO {r};"
                                + " CREATE EXTENSION file_fdw; CREATE SERVER f FOREIGN DATA WRAPPER file_fdw;"
                                + " CREATE FOREIGN TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9) SERVER f OPTIONS"
                                + " (filename '/dev/null'); ALTER TABLE t1 OWNER TO {r}",
                        "Partition public.t1 of public.t is a foreign table, whose rows live in another database. | Run"
                                + " ALTER TABLE ... DETACH PARTITION public.t1, or move the table from where it lives.",
                        "Table public.t has no primary key. | Give it one: ALTER TABLE public.t ADD PRIMARY KEY (...)."),
                Case.of(
                        "a table that others inherit from",
                        "CREATE TABLE child () INHERITS (t)",
                        "Other tables inherit from public.t, and only declarative partitions are moved with their root."
                                + " | Run ALTER TABLE ... NO INHERIT public.t on each, or turn them into partitions."),
                Case.of(
                                "a partition beside its root",
                                "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                                        + " CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);"
                                        + " ALTER TABLE t OWNER TO {r}; ALTER TABLE t1 OWNER TO {r}",
                                "Table public.t1 is a partition of public.t, and both are declared. | Take one of them out of the"
                                        + " migration file.")
                        .declaring("public.t", "public.t1"),
                Case.of(
                        "no primary key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey",
                        "Table public.t has no primary key. | Give it one: ALTER TABLE public.t ADD PRIMARY KEY (...)."),
                Case.of(
                        "no primary key in spite of replica identity FULL",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey; ALTER TABLE t REPLICA IDENTITY FULL",
                        "Table public.t has no primary key. | Give it one: ALTER TABLE public.t ADD PRIMARY KEY (...)."),
                Case.of(
                        "a deferrable primary key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD CONSTRAINT \"Key\" PRIMARY KEY (id) DEFERRABLE",
                        "The primary key of public.t is DEFERRABLE, so the log cannot name rows by it. | Make it"
                                + " immediate: ALTER TABLE public.t DROP CONSTRAINT \"Key\", ADD PRIMARY KEY (id)."),
                Case.of(
                        "replica identity NOTHING",
                        "ALTER TABLE t REPLICA IDENTITY NOTHING",
                        "Table public.t has REPLICA IDENTITY NOTHING, so the log does not name the rows that change. |"
                                + " Run ALTER TABLE public.t REPLICA IDENTITY DEFAULT."),
                Case.of(
                        "an index identity without the key in it",
                        "ALTER TABLE t ADD other int NOT NULL; CREATE UNIQUE INDEX i ON t (other);"
                                + " ALTER TABLE t REPLICA IDENTITY USING INDEX i",
                        "Table public.t has a replica identity (other) that lacks columns of the key (id). | Run ALTER"
                                + " TABLE public.t REPLICA IDENTITY DEFAULT."),
                Case.of(
                        "an index identity whose index is gone",
                        "ALTER TABLE t ADD other int NOT NULL; CREATE UNIQUE INDEX i ON t (other, id);"
                                + " ALTER TABLE t REPLICA IDENTITY USING INDEX i; DROP INDEX i",
                        "Table public.t has a replica identity () that lacks columns of the key (id). | Run ALTER TABLE"
                                + " public.t REPLICA IDENTITY DEFAULT."),
                Case.of(
                        "a partition with replica identity NOTHING",
                        "DROP TABLE t; CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                                + " CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (9);"
                                + " ALTER TABLE t OWNER TO {r}; ALTER TABLE t1 OWNER TO {r};"
                                + " ALTER TABLE t1 REPLICA IDENTITY NOTHING",
                        "Partition public.t1 of public.t has REPLICA IDENTITY NOTHING, so the log does not name the rows"
                                + " that change. | Run ALTER TABLE public.t1 REPLICA IDENTITY DEFAULT."),
                Case.of(
                        "a generated key column",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD twice int GENERATED ALWAYS AS (id * 2) STORED,"
                                + " ADD PRIMARY KEY (twice)",
                        "Key column public.t.twice is generated, and changes do not contain generated columns. | Give the"
                                + " table a primary key of ordinary columns."),
                Case.of(
                        "a numeric key without a scale",
                        "ALTER TABLE t ALTER id TYPE numeric",
                        "Key column public.t.id is numeric, of which values that look different may be equal, so that"
                                + " changes of one row could lose their order. | Give the table a primary key of another"
                                + " type, for instance numeric(38,0)."),
                Case.of("a numeric key with a scale is fine", "ALTER TABLE t ALTER id TYPE numeric(20,0)"),
                Case.of(
                        "a key under a collation for which unequal is equal",
                        "CREATE COLLATION fuzzy (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
                                + " ALTER TABLE t ALTER id TYPE text COLLATE fuzzy",
                        "Key column public.t.id is text, of which values that look different may be equal, so that"
                                + " changes of one row could lose their order. | Give the table a primary key of another"
                                + " type."),
                Case.of(
                        "columns of types that do not arrive exactly",
                        "ALTER TABLE t ADD price money, ADD place point",
                        "Column public.t.price is money, whose values may not arrive exactly: its text depends on each"
                                + " server's lc_monetary. | Leave the column out with a select: in the migration file, or"
                                + " change its type.",
                        "Column public.t.place is point, whose values may not arrive exactly: geometric types are not"
                                + " carried yet. | Leave the column out with a select: in the migration file, or change"
                                + " its type."),
                Case.of(
                        "a column that holds ids of the database's own objects",
                        "ALTER TABLE t ADD tab regclass, ADD kinds regtype[]",
                        "Column public.t.tab is regclass, whose values may not arrive exactly: its values are the ids of"
                                + " objects of the source database, which mean something else or nothing in another. |"
                                + " Leave the column out with a select: in the migration file, or change its type.",
                        "Column public.t.kinds is regtype[], whose values may not arrive exactly: its values are the ids"
                                + " of objects of the source database, which mean something else or nothing in another. |"
                                + " Leave the column out with a select: in the migration file, or change its type."),
                Case.of("an oid column is fine where there are no large objects", "ALTER TABLE t ADD o oid"),
                Case.of(
                        "an oid column where there are large objects",
                        "ALTER TABLE t ADD o oid; SELECT lo_create(0)",
                        "Column public.t.o is oid, and the database holds large objects, whose content is not moved. |"
                                + " Leave the column out with a select: in the migration file, or keep the content in a"
                                + " bytea column (lo_get)."),
                Case.of(
                        "no REPLICATION",
                        "ALTER ROLE {r} NOREPLICATION",
                        "Role {r} may not open a replication connection. | Run ALTER ROLE {r} REPLICATION (on RDS:"
                                + " GRANT rds_replication TO {r})."),
                Case.of(
                        "no CREATE on the database",
                        "REVOKE CREATE ON DATABASE {d} FROM {r}",
                        "Role {r} may not create schema switchback in database {d}. | Run GRANT CREATE ON DATABASE {d} TO"
                                + " {r}.",
                        "Role {r} may not create publication {s} in database {d}. | Run GRANT CREATE ON DATABASE {d} TO"
                                + " {r}."),
                Case.of(
                        "schema switchback of somebody else",
                        "CREATE SCHEMA switchback",
                        "Role {r} may not use schema switchback and create tables in it. | Run GRANT USAGE, CREATE ON"
                                + " SCHEMA switchback TO {r}."),
                Case.of(
                        "schema and publication made beforehand need no CREATE on the database",
                        "REVOKE CREATE ON DATABASE {d} FROM {r}; CREATE SCHEMA switchback AUTHORIZATION {r};"
                                + " CREATE PUBLICATION {s} FOR TABLE t WITH (publish_via_partition_root)"),
                Case.of(
                        "a table of somebody else",
                        "ALTER TABLE t OWNER TO postgres; GRANT SELECT ON t TO {r}",
                        "Table public.t belongs to postgres, and role {r} lacks that role's rights, which publishing it"
                                + " takes. | Run GRANT postgres TO {r}."),
                Case.of(
                        "a table of somebody else that is published already is fine",
                        "ALTER TABLE t OWNER TO postgres; GRANT SELECT ON t TO {r};"
                                + " CREATE PUBLICATION {s} FOR TABLE t"),
                Case.of(
                        "no SELECT",
                        "REVOKE SELECT ON t FROM {r}",
                        "Role {r} lacks SELECT on public.t. | Run GRANT SELECT ON public.t TO {r}."),
                Case.of(
                        "no USAGE of the schema",
                        "REVOKE USAGE ON SCHEMA public FROM PUBLIC; REVOKE USAGE ON SCHEMA public FROM {r}",
                        "Role {r} may not use schema public. | Run GRANT USAGE ON SCHEMA public TO {r}."),
                Case.of(
                        "row level security that our role is subject to",
                        "ALTER TABLE t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
                        "Row level security on public.t may hide rows from role {r}. | Run ALTER ROLE {r} BYPASSRLS."),
                Case.of("row level security that our role is above is fine", "ALTER TABLE t ENABLE ROW LEVEL SECURITY"),
                Case.of(
                        "no EXECUTE on pg_logical_emit_message",
                        "REVOKE EXECUTE ON FUNCTION pg_logical_emit_message(bool, text, text) FROM PUBLIC",
                        "Role {r} may not write watermarks with pg_logical_emit_message. | Run GRANT EXECUTE ON FUNCTION"
                                + " pg_logical_emit_message(boolean,text,text) TO {r}."),
                Case.of(
                        "a subscribed table",
                        "CREATE SUBSCRIPTION feed CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false);"
                                + " INSERT INTO pg_subscription_rel SELECT oid, 't'::regclass, 'r' FROM pg_subscription"
                                + " WHERE subname = 'feed' AND subdbid = (SELECT oid FROM pg_database WHERE datname ="
                                + " '{d}')",
                        "Table public.t is written by subscription feed, which no fence can stop. | Run DROP SUBSCRIPTION"
                                + " feed, or take the table out of its publication and refresh it."),
                Case.of(
                                "a partition of a subscribed root",
                                "CREATE TABLE r (id int PRIMARY KEY) PARTITION BY RANGE (id);"
                                        + " CREATE TABLE r1 PARTITION OF r FOR VALUES FROM (0) TO (9);"
                                        + " ALTER TABLE r OWNER TO {r}; ALTER TABLE r1 OWNER TO {r};"
                                        + " CREATE SUBSCRIPTION feed CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect ="
                                        + " false); INSERT INTO pg_subscription_rel SELECT oid, 'r'::regclass, 'r' FROM"
                                        + " pg_subscription WHERE subname = 'feed' AND subdbid = (SELECT oid FROM pg_database"
                                        + " WHERE datname = '{d}')",
                                "Table public.r1 is written by subscription feed, which no fence can stop. | Run DROP"
                                        + " SUBSCRIPTION feed, or take the table out of its publication and refresh it.")
                        .declaring("public.r1"),
                Case.of(
                        "a publication of our name with other tables",
                        "CREATE TABLE other (id int PRIMARY KEY); CREATE PUBLICATION {s} FOR TABLE other",
                        "Publication {s} is already there, but does not publish public.t, and publishes public.other,"
                                + " which the migration does not declare. | If no migration of yours reads it, run DROP"
                                + " PUBLICATION {s}; otherwise declare what it publishes, or name the migration"
                                + " differently."),
                Case.of(
                        "a publication of our name that leaves out deletes",
                        "CREATE PUBLICATION {s} FOR TABLE t WITH (publish = 'insert, update')",
                        "Publication {s} is already there, but does not publish all of insert, update, delete and"
                                + " truncate. | If no migration of yours reads it, run DROP PUBLICATION {s}; otherwise"
                                + " declare what it publishes, or name the migration differently."),
                Case.of(
                        "a publication of our name with a filter",
                        "CREATE PUBLICATION {s} FOR TABLE t WHERE (id > 5)",
                        "Publication {s} is already there, but is not a plain list of whole tables. | If no migration of"
                                + " yours reads it, run DROP PUBLICATION {s}; otherwise declare what it publishes, or"
                                + " name the migration differently."),
                Case.of(
                        "a publication of our name with some columns only",
                        "CREATE PUBLICATION {s} FOR TABLE t (id)",
                        "Publication {s} is already there, but is not a plain list of whole tables. | If no migration of"
                                + " yours reads it, run DROP PUBLICATION {s}; otherwise declare what it publishes, or"
                                + " name the migration differently."),
                Case.of(
                        "a publication of our name for all tables",
                        "CREATE PUBLICATION {s} FOR ALL TABLES",
                        "Publication {s} is already there, but is not a plain list of whole tables. | If no migration of"
                                + " yours reads it, run DROP PUBLICATION {s}; otherwise declare what it publishes, or"
                                + " name the migration differently."),
                Case.of(
                        "read-only transactions",
                        "ALTER ROLE {r} SET default_transaction_read_only = on",
                        "Transactions of role {r} are read-only (default_transaction_read_only). | Run ALTER ROLE {r}"
                                + " SET default_transaction_read_only = off."),
                Case.of(
                        "several things at once",
                        "ALTER ROLE {r} NOREPLICATION; ALTER TABLE t REPLICA IDENTITY NOTHING; REVOKE SELECT ON t FROM"
                                + " {r}",
                        "Role {r} may not open a replication connection. | Run ALTER ROLE {r} REPLICATION (on RDS:"
                                + " GRANT rds_replication TO {r}).",
                        "Role {r} lacks SELECT on public.t. | Run GRANT SELECT ON public.t TO {r}.",
                        "Table public.t has REPLICA IDENTITY NOTHING, so the log does not name the rows that change. |"
                                + " Run ALTER TABLE public.t REPLICA IDENTITY DEFAULT."));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void whatStandsInTheWayIsSaidAtOnceAndNothingIsLeftBehind(Case given) throws SQLException {
        TestServer.execute(database, given.sql.stream().map(this::named).toArray(String[]::new));
        List<String> before = leftovers();

        Findings findings = preflight().check(flow, given.declared);

        assertThat(findings.problems())
                .extracting(problem -> problem.what() + " | " + problem.remedy())
                .containsExactlyElementsOf(given.said.stream().map(this::named).toList());
        assertThat(findings.problems()).allMatch(problem -> problem.kind() == Kind.REFUSED);
        assertThat(findings.problems()).allMatch(problem -> problem.where().equals("source " + database));
        assertThat(leftovers()).isEqualTo(before);
    }

    @Test
    void onlyColumnsThatAreMappedMustBeOfTypesThatAreCarried() {
        TestServer.execute(database, "ALTER TABLE t ADD price money, ADD place point");

        Findings findings = preflight().check(flow, Map.of(T, Set.of("id", "name", "place")));

        assertThat(findings.problems())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("public.t.place");
    }

    @Test
    void aRoleThatMayNotLogInIsUnreachable() {
        PostgresSettings wrong = SERVER.settings(database.database(), role, "wrong");

        Findings findings = new SourcePreflight(new PostgresConnections("source", wrong)).check(flow, List.of(T));

        assertThat(findings.problems()).extracting(Problem::kind).containsExactly(Kind.UNREACHABLE);
    }

    @Test
    void aSlotOfOurNameThatReadsAnotherDatabaseIsRefused() throws SQLException {
        PostgresSettings other = SERVER.createDatabase();
        TestServer.execute(other, "SELECT pg_create_logical_replication_slot('" + flow.slot() + "', 'pgoutput')");

        assertThat(preflight().check(flow, List.of(T)).problems())
                .extracting(Problem::what)
                .containsExactly("Replication slot " + flow.slot() + " is already there, and is not " + flow.migration()
                        + "'s: it reads database " + other.database() + " with plugin pgoutput.");

        TestServer.execute(other, "SELECT pg_drop_replication_slot('" + flow.slot() + "')");
    }

    @Test
    void aSlotOfOurOwnIsFine() throws SQLException {
        TestServer.execute(database, "SELECT pg_create_logical_replication_slot('" + flow.slot() + "', 'pgoutput')");

        assertThat(preflight().check(flow, List.of(T)).problems()).isEmpty();

        TestServer.execute(database, "SELECT pg_drop_replication_slot('" + flow.slot() + "')");
    }

    /** As an earlier process of the migration does that was killed, and whose server session has not noticed. */
    @Test
    void aSlotOfOurOwnThatIsBeingCreatedIsFine() throws Exception {
        TestServer.execute(database, "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION '" + flow.slot() + "'");
        String create = "SELECT pg_create_logical_replication_slot('" + flow.slot() + "', 'pgoutput')";
        CompletableFuture<Void> created = CompletableFuture.runAsync(() -> TestServer.execute(database, create));
        try {
            while (!slotIsThere()) {
                assertThat(created).isNotDone();
                Thread.sleep(20);
            }

            Findings findings = preflight().check(flow, List.of(T));

            assertThat(findings.problems()).isEmpty();
            assertThat(findings.notices()).anySatisfy(notice -> assertThat(notice)
                    .contains("Replication slot " + flow.slot() + " is being created by pid "));
        } finally {
            TestServer.execute(database, "ROLLBACK PREPARED '" + flow.slot() + "'");
        }
        created.get(30, TimeUnit.SECONDS);
        TestServer.execute(database, "SELECT pg_drop_replication_slot('" + flow.slot() + "')");
    }

    @Test
    void aPreparedTransactionThatASlotWouldWaitForIsNoticed() {
        TestServer.execute(database, "BEGIN; INSERT INTO t VALUES (1); PREPARE TRANSACTION '" + flow.slot() + "'");

        Findings findings = preflight().check(flow, List.of(T));

        assertThat(findings.problems()).isEmpty();
        assertThat(findings.notices()).anySatisfy(notice -> assertThat(notice)
                .contains("Creating the replication slot will wait for the prepared transaction '" + flow.slot()
                        + "' (user postgres, database " + database.database() + "), open for "));

        TestServer.execute(database, "ROLLBACK PREPARED '" + flow.slot() + "'");
    }

    private boolean slotIsThere() throws SQLException {
        try (Connection connection = new PostgresConnections("source", database).open()) {
            return new ReplicationSlot(flow.slot()).state(connection).isPresent();
        }
    }

    private SourcePreflight preflight() {
        return new SourcePreflight(
                new PostgresConnections("source", SERVER.settings(database.database(), role, "secret")));
    }

    private String named(String text) {
        return text.replace("{r}", role).replace("{d}", database.database()).replace("{s}", flow.slot());
    }

    /** Everything that Switchback could leave in this database or about it. */
    private List<String> leftovers() throws SQLException {
        String sql = "SELECT 'slot ' || slot_name FROM pg_replication_slots WHERE database = current_database()"
                + " UNION ALL SELECT 'publication ' || pubname FROM pg_publication"
                + " UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
                + " UNION ALL SELECT 'relation ' || oid FROM pg_class WHERE oid >= 16384"
                + " UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
        try (Connection connection = new PostgresConnections("test", database).open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }
}
