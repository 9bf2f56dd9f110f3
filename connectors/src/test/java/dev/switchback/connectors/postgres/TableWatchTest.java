package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.TableWatch.Captured;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** What happens to tables without a word in the log is found, again and again, and nothing else is. */
class TableWatchTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final TableId P = new TableId("public", "p");
    private static final TableId PLAIN = new TableId("public", "plain");
    private static final String MIGRATION = "watch";
    private static final Flow FLOW = new Flow(MIGRATION, Direction.FORWARD);
    private static final String PUBLICATION = FLOW.slot();

    private PostgresSettings settings;
    private PostgresConnections database;
    private Map<TableId, Long> tables;
    private Map<TableId, Captured> captured = Map.of();

    /** What is done, statement by statement, and what of it is said; empty for nothing. */
    private record Case(String name, List<String> sql, String said) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static Case passes(String name, String... sql) {
        return new Case(name, List.of(sql), "");
    }

    private static Case refuses(String name, String said, String... sql) {
        return new Case(name, List.of(sql), said);
    }

    static Stream<Case> events() {
        String attached = "was attached with rows in it";
        String gone = "was detached or dropped";
        return Stream.of(
                passes("nothing", "SELECT 1"),
                passes("the whole old row is logged", "ALTER TABLE plain REPLICA IDENTITY FULL"),
                refuses(
                        "nothing of the old row is logged",
                        "does not name its rows",
                        "ALTER TABLE plain REPLICA IDENTITY NOTHING"),
                refuses(
                        "other columns than the key are logged",
                        "does not name its rows",
                        "ALTER TABLE plain ADD other int NOT NULL DEFAULT 1 UNIQUE",
                        "ALTER TABLE plain REPLICA IDENTITY USING INDEX plain_other_key"),
                refuses(
                        "a table has no key any more",
                        "does not name its rows",
                        "ALTER TABLE plain DROP CONSTRAINT plain_pkey"),
                refuses(
                        "a table has another key",
                        "does not name its rows",
                        "ALTER TABLE plain ADD other int NOT NULL DEFAULT 1",
                        "ALTER TABLE plain DROP CONSTRAINT plain_pkey, ADD PRIMARY KEY (other)"),
                passes("the whole old row of a partition is logged", "ALTER TABLE p1 REPLICA IDENTITY FULL"),
                refuses(
                        "nothing of a partition's old row is logged",
                        "The partition public.p1 was altered so that the log does not name its rows",
                        "ALTER TABLE p1 REPLICA IDENTITY NOTHING"),
                refuses(
                        "a partition is not logged any more",
                        "The partition public.p1 was made UNLOGGED",
                        "ALTER TABLE p1 SET UNLOGGED"),
                passes("a column is added", "ALTER TABLE plain ADD other int"),
                refuses(
                        "a column is dropped and added again",
                        "had its column v dropped and added again",
                        "ALTER TABLE plain DROP COLUMN v, ADD COLUMN v int"),
                passes(
                        "another table is published, too",
                        "CREATE TABLE other (id int PRIMARY KEY)",
                        "ALTER PUBLICATION " + PUBLICATION + " ADD TABLE other"),
                refuses(
                        "a table is not published any more",
                        "was taken out of its publication",
                        "ALTER PUBLICATION " + PUBLICATION + " DROP TABLE plain"),
                refuses(
                        "a table was not published for a while",
                        "was taken out of its publication",
                        "ALTER PUBLICATION " + PUBLICATION + " DROP TABLE plain",
                        "ALTER PUBLICATION " + PUBLICATION + " ADD TABLE plain"),
                refuses(
                        "not every kind of change was published for a while",
                        "or that was altered",
                        "ALTER PUBLICATION " + PUBLICATION + " SET (publish = 'insert')",
                        "ALTER PUBLICATION " + PUBLICATION + " SET (publish = 'insert, update, delete, truncate')"),
                refuses(
                        "the publication is created again",
                        "or created again",
                        "DROP PUBLICATION " + PUBLICATION,
                        "CREATE PUBLICATION " + PUBLICATION + " FOR TABLE p, plain"),
                refuses(
                        "a table is not logged any more",
                        "UNLOGGED",
                        "ALTER PUBLICATION " + PUBLICATION + " DROP TABLE plain",
                        "ALTER TABLE plain SET UNLOGGED"),
                passes("rows come and go", "INSERT INTO p VALUES (2)", "DELETE FROM p", "INSERT INTO plain VALUES (1)"),
                passes("the root is truncated", "TRUNCATE p"),
                passes("a partition that has its triggers is rewritten", "VACUUM FULL p1"),
                passes("a partition that has its triggers is truncated, which they report", "TRUNCATE p1"),
                passes("a partition is renamed", "ALTER TABLE p1 RENAME TO p_first"),
                passes("a partition is created", "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400)"),
                passes(
                        "a partition is created and filled at once",
                        "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400)",
                        "INSERT INTO p VALUES (300)"),
                passes(
                        "a partition is created and filled in one transaction",
                        "BEGIN; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400);"
                                + " INSERT INTO p VALUES (300); COMMIT"),
                passes(
                        "a partition with partitions of its own is created and filled",
                        "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400) PARTITION BY RANGE (id)",
                        "CREATE TABLE p31 PARTITION OF p3 FOR VALUES FROM (300) TO (350)",
                        "INSERT INTO p VALUES (300)"),
                passes(
                        "an empty table is attached",
                        "CREATE TABLE p3 (id int PRIMARY KEY)",
                        "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400)"),
                refuses(
                        "a table with rows is attached",
                        "public.p3 " + attached,
                        "CREATE TABLE p3 AS SELECT 300 AS id",
                        "ALTER TABLE p3 ADD PRIMARY KEY (id)",
                        "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400)"),
                refuses(
                        "a table is created, filled and attached in one transaction",
                        "public.p3 " + attached,
                        "BEGIN; CREATE TABLE p3 (id int PRIMARY KEY); INSERT INTO p3 VALUES (300);"
                                + " ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400); COMMIT"),
                refuses(
                        "a partitioned table with rows is attached",
                        "public.p31 " + attached,
                        "CREATE TABLE p3 (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE p31 PARTITION OF p3 FOR VALUES FROM (300) TO (350)",
                        "INSERT INTO p3 VALUES (300)",
                        "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400)"),
                refuses(
                        "a new partition is truncated before anybody has seen it",
                        "public.p3 is new and was truncated",
                        "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400)",
                        "INSERT INTO p VALUES (300)",
                        "TRUNCATE p3"),
                refuses("a partition is detached", "public.p1 " + gone, "ALTER TABLE p DETACH PARTITION p1"),
                refuses("a partition is dropped", "public.p1 " + gone, "DROP TABLE p1"),
                refuses(
                        "a partition is detached and attached again",
                        "public.p1 was detached and attached again",
                        "ALTER TABLE p DETACH PARTITION p1",
                        "ALTER TABLE p ATTACH PARTITION p1 FOR VALUES FROM (0) TO (100)"),
                refuses(
                        "a partition is truncated without its triggers",
                        "public.p1 was truncated or rewritten while it had no triggers",
                        "DROP TRIGGER switchback_watch_after ON p1",
                        "TRUNCATE p1"),
                refuses("the root is dropped", "The table public.p was dropped", "DROP TABLE p"),
                refuses("a table is dropped", "The table public.plain was dropped", "DROP TABLE plain"));
    }

    @BeforeEach
    void aTableWithPartitionsThatIsWatched() throws SQLException {
        settings = SERVER.createDatabase();
        database = new PostgresConnections("source", settings);
        TestServer.execute(
                settings,
                "CREATE TABLE plain (id int PRIMARY KEY, v int)",
                "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (100)",
                "CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (100) TO (200)",
                "INSERT INTO p VALUES (1), (101)",
                "CREATE PUBLICATION " + PUBLICATION + " FOR TABLE p, plain");
        try (Connection connection = database.open()) {
            ControlSchema.create(connection);
            long plain = oid(connection, PLAIN);
            tables = Map.of(P, oid(connection, P), PLAIN, plain);
            TableMarks marks =
                    TableMarks.read(connection, List.of(plain), FLOW.slot()).get(plain);
            captured = Map.of(PLAIN, new Captured(List.of("id"), marks, false));
        }
        assertThat(look()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("events")
    void whatTheLogDoesNotTellIsFound(Case event) throws SQLException {
        TestServer.execute(settings, event.sql().toArray(String[]::new));

        for (int looks = 0; looks < 4; looks++) {
            List<Problem> problems = looks % 2 == 0 ? glance() : look();
            if (event.said().isEmpty()) {
                assertThat(problems).isEmpty();
            } else {
                assertThat(problems).singleElement().satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.REFUSED);
                    assertThat(problem.what()).contains(event.said());
                });
            }
        }
    }

    @Test
    void whereAMappingNeedsWholeOldRowsEachPartitionMustLogThem() throws SQLException {
        TestServer.execute(
                settings,
                "ALTER TABLE p REPLICA IDENTITY FULL",
                "ALTER TABLE p1 REPLICA IDENTITY FULL",
                "ALTER TABLE p2 REPLICA IDENTITY FULL");
        try (Connection connection = database.open()) {
            long root = oid(connection, P);
            TableMarks marks =
                    TableMarks.read(connection, List.of(root), FLOW.slot()).get(root);
            captured = Map.of(P, new Captured(List.of("id"), marks, true));
        }
        TestServer.execute(
                settings,
                "BEGIN; CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400);"
                        + " ALTER TABLE p3 REPLICA IDENTITY FULL; COMMIT");
        assertThat(glance()).isEmpty();
        assertThat(look()).isEmpty();

        TestServer.execute(settings, "CREATE TABLE p4 PARTITION OF p FOR VALUES FROM (400) TO (500)");
        for (List<Problem> problems : List.of(glance(), look())) {
            assertThat(problems).singleElement().satisfies(problem -> {
                assertThat(problem.what()).contains("The partition public.p4 does not have REPLICA IDENTITY FULL");
                assertThat(problem.remedy()).startsWith("ALTER TABLE public.p4 REPLICA IDENTITY FULL;");
            });
        }

        TestServer.execute(settings, "ALTER TABLE p4 REPLICA IDENTITY FULL", "ALTER TABLE p REPLICA IDENTITY DEFAULT");
        assertThat(glance()).singleElement().satisfies(problem -> assertThat(problem.what())
                .contains("The table public.p does not have REPLICA IDENTITY FULL"));
    }

    @Test
    void aGlanceDoesNotWaitForWhoeverHasAPartitionLocked() throws SQLException {
        try (Connection locking = database.open();
                Connection looking = database.open();
                Statement lock = locking.createStatement();
                Statement impatience = looking.createStatement()) {
            locking.setAutoCommit(false);
            lock.execute("LOCK TABLE p1 IN ACCESS EXCLUSIVE MODE");
            impatience.execute("SET lock_timeout = '2s'");

            assertThat(new TableWatch(database, FLOW, captured).glance(looking, tables))
                    .isEmpty();
        }
    }

    @Test
    void aNewPartitionGetsTheTriggersThatReportItsTruncate() throws SQLException {
        TestServer.execute(settings, "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400)");
        TruncateTriggers triggers = new TruncateTriggers(database, MIGRATION);
        try (Connection connection = database.open()) {
            assertThat(triggers.unguarded(connection, tables.keySet())).containsExactly(new TableId("public", "p3"));

            assertThat(look()).isEmpty();

            assertThat(triggers.unguarded(connection, tables.keySet())).isEmpty();
        }
    }

    @Test
    void aPartitionThatMayNotBeLookedIntoIsSaid() throws SQLException {
        String role = SERVER.createRole("");
        TestServer.execute(
                settings,
                "GRANT USAGE ON SCHEMA switchback TO " + role,
                "GRANT ALL ON ALL TABLES IN SCHEMA switchback TO " + role,
                "CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (300) TO (400)");
        PostgresConnections other =
                new PostgresConnections("source", SERVER.settings(settings.database(), role, "secret"));
        try (Connection connection = other.open()) {
            assertThat(new TableWatch(other, FLOW, captured).look(connection, tables))
                    .singleElement()
                    .satisfies(problem ->
                            assertThat(problem.what()).contains("public.p3").contains("may not look"));
        }
    }

    @Test
    void whatCameAndWentBeforeASnapshotDoesNotMatter() throws SQLException {
        TestServer.execute(
                settings,
                "DROP TABLE p1",
                "CREATE TABLE p3 AS SELECT 300 AS id",
                "ALTER TABLE p3 ADD PRIMARY KEY (id)",
                "ALTER TABLE p ATTACH PARTITION p3 FOR VALUES FROM (300) TO (400)");
        assertThat(look()).hasSize(2);

        try (Connection connection = database.open()) {
            new TableWatch(database, FLOW, captured).forget(connection);
        }

        assertThat(look()).isEmpty();
    }

    /** By a watch that remembers nothing but what the database does. */
    private List<Problem> glance() throws SQLException {
        try (Connection connection = database.open()) {
            return new TableWatch(database, FLOW, captured).glance(connection, tables);
        }
    }

    private List<Problem> look() throws SQLException {
        try (Connection connection = database.open()) {
            return new TableWatch(database, FLOW, captured).look(connection, tables);
        }
    }

    private static long oid(Connection connection, TableId table) throws SQLException {
        return new PostgresCatalog(connection)
                .table(table)
                .orElseThrow()
                .relation()
                .oid();
    }
}
