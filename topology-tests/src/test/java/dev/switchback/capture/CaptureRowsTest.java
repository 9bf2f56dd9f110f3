package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;

/** What a change says about a row: values that were left out, keys that change, text that looks like a marker. */
class CaptureRowsTest {

    /** Incompressible, so that it is stored out of line. */
    private static final String LARGE = "(SELECT string_agg(md5(i::text), '') FROM generate_series(1, 400) i)";

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureRig rig(String table) {
        return new CaptureRig(table, platform.source(), platform.bootstrapServers(), "public." + table);
    }

    @Test
    void aLargeValueThatAnUpdateLeavesAloneIsAbsent() {
        platform.source().execute("CREATE TABLE toast (id int PRIMARY KEY, n int, body text, doc jsonb, data bytea)");
        try (CaptureRig rig = rig("toast").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO toast VALUES (1, 1, " + LARGE + ", jsonb_build_object('a', " + LARGE + "), "
                                    + LARGE + "::bytea)",
                            "UPDATE toast SET n = 2 WHERE id = 1");
            rig.awaitCaughtUp();

            List<Change> changes = rig.changes("public.toast");
            assertThat(changes).extracting(Change::operation).containsExactly(Operation.INSERT, Operation.UPDATE);
            assertThat(changes.get(1).after().values()).containsExactly(1, 2, Absent.VALUE, Absent.VALUE, Absent.VALUE);
            assertThat(rig.replayed("public.toast", "id"))
                    .isEqualTo(rig.rows("toast", List.of("id", "n", "body", "doc", "data"), "id"));
        }
    }

    @Test
    void aRowThatChangesItsKeyIsSentWhole() {
        platform.source().execute("CREATE TABLE moved (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("moved").publish().startStreaming()) {
            platform.source()
                    .execute("INSERT INTO moved VALUES (1, " + LARGE + ")", "UPDATE moved SET id = 2 WHERE id = 1");
            rig.awaitCaughtUp();

            assertThat(rig.changes("public.moved"))
                    .extracting(Change::operation)
                    .containsExactlyInAnyOrder(Operation.INSERT, Operation.DELETE, Operation.INSERT);
            assertThat(rig.replayed("public.moved", "id"))
                    .isEqualTo(rig.rows("moved", List.of("id", "body"), "id"))
                    .hasSize(1);
        }
    }

    @Test
    void aRowThatChangesItsKeyArrivesAlthoughTheConnectionThatReadsItAgainHasEnded() {
        platform.source().execute("CREATE TABLE cut (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("cut").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO cut VALUES (1, " + LARGE + "), (10, " + LARGE + ")",
                            "UPDATE cut SET id = 2 WHERE id = 1");
            rig.awaitCaughtUp();
            assertThat(platform.source()
                            .value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                                    + " WHERE pid <> pg_backend_pid() AND query LIKE '%num_nulls%\"cut\"%'"))
                    .isEqualTo("1");
            platform.source().execute("UPDATE cut SET id = 20 WHERE id = 10");
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.cut", "id"))
                    .isEqualTo(rig.rows("cut", List.of("id", "body"), "id"))
                    .hasSize(2);
        }
    }

    @Test
    void aRowThatChangesItsKeyArrivesAlthoughTheSourceTookNoConnectionWhenItWasToBeReadAgain() throws Exception {
        EmbeddedDatabase source = platform.source();
        source.execute("CREATE TABLE closed (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("closed").publish().startStreaming();
                Connection writer = source.connect();
                Statement statement = writer.createStatement()) {
            statement.execute("INSERT INTO closed VALUES (1, " + LARGE + ")");
            statement.execute("UPDATE closed SET id = 2 WHERE id = 1");
            rig.awaitCaughtUp();
            // As with a server that is out of connections: what reads the log stays.
            allowConnections(false);
            try {
                statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                        + " WHERE pid <> pg_backend_pid() AND query LIKE '%num_nulls%\"closed\"%'");
                statement.execute("UPDATE closed SET id = 3 WHERE id = 2");
                Await.until(
                        "capture to start again",
                        Duration.ofSeconds(60),
                        () -> rig.state().restarts() > 0);
            } finally {
                allowConnections(true);
            }
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.closed", "id"))
                    .isEqualTo(rig.rows("closed", List.of("id", "body"), "id"))
                    .hasSize(1);
        }
    }

    private static void allowConnections(boolean allowed) throws SQLException {
        PostgresSettings login = platform.source().settings();
        String elsewhere = "jdbc:postgresql://" + login.host() + ":" + login.port() + "/postgres";
        try (Connection connection = DriverManager.getConnection(elsewhere, login.user(), login.password());
                Statement statement = connection.createStatement()) {
            statement.execute("ALTER DATABASE shop ALLOW_CONNECTIONS " + allowed);
        }
    }

    /** The log tells of a commit before queries can see it: here, for as long as a synchronous standby is missing. */
    @Test
    void aRowThatChangesItsKeyArrivesAlthoughItsCommitCannotBeSeenYet() throws Exception {
        EmbeddedDatabase source = platform.source();
        source.execute("CREATE TABLE late (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("late").publish().startStreaming();
                Connection writer = source.connect()) {
            source.execute(
                    "INSERT INTO late VALUES (1, " + LARGE + ")",
                    "ALTER SYSTEM SET synchronous_commit = 'local'",
                    "ALTER SYSTEM SET synchronous_standby_names = 'nobody'",
                    "SELECT pg_reload_conf()");
            rig.awaitCaughtUp();
            CompletableFuture<Void> update = CompletableFuture.runAsync(() -> waitingForAStandby(writer));
            Await.until("capture to look at the row", Duration.ofSeconds(60), () -> "t"
                    .equals(source.value("SELECT count(*) > 0 FROM pg_stat_activity WHERE pid <>"
                            + " pg_backend_pid() AND (query LIKE '%pg_current_snapshot%' OR query LIKE"
                            + " '%num_nulls%\"late\"%')")));
            assertThat(source.value("SELECT count(*) FROM late WHERE id = 2")).isEqualTo("0");

            source.execute(
                    "ALTER SYSTEM RESET synchronous_standby_names",
                    "ALTER SYSTEM RESET synchronous_commit",
                    "SELECT pg_reload_conf()");
            update.get(60, TimeUnit.SECONDS);
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.late", "id"))
                    .isEqualTo(rig.rows("late", List.of("id", "body"), "id"))
                    .hasSize(1);
        }
    }

    private static void waitingForAStandby(Connection writer) {
        try (Statement statement = writer.createStatement()) {
            statement.execute("SET synchronous_commit = on");
            statement.execute("UPDATE late SET id = 2 WHERE id = 1");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aRowThatChangesItsKeyTwiceBehindOurBackArrivesInTheEnd() {
        platform.source().execute("CREATE TABLE twice (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("twice").publish().startStreaming()) {
            platform.source().execute("INSERT INTO twice VALUES (1, " + LARGE + "), (5, " + LARGE + ")");
            rig.awaitCaughtUp();
            rig.stop();
            platform.source()
                    .execute(
                            "UPDATE twice SET id = 2 WHERE id = 1",
                            "UPDATE twice SET id = 3 WHERE id = 2",
                            "UPDATE twice SET id = 6 WHERE id = 5",
                            "DELETE FROM twice WHERE id = 6");
            rig.startStreaming();
            rig.awaitCaughtUp();

            assertThat(net(rig, "public.twice")).isEqualTo(rig.rows("twice", List.of("id", "body"), "id"));
        }
    }

    /** A create that was skipped makes a later delete one of a row that is not there, so the strict replay is too strict. */
    private static java.util.Map<String, String> net(CaptureRig rig, String table) {
        java.util.Map<String, String> rows = new java.util.TreeMap<>();
        rig.events(table)
                .forEach(events -> events.forEach(event -> {
                    if (event instanceof Change change && change.after() != null) {
                        rows.put(
                                List.of(change.after().value("id")).toString(),
                                change.after().value("id") + "|"
                                        + change.after().value("body"));
                    } else if (event instanceof Change change) {
                        rows.remove(List.of(change.before().value("id")).toString());
                    }
                }));
        return rows;
    }

    @Test
    void textThatLooksLikeAMarkerArrives() {
        platform.source().execute("CREATE TABLE marker (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("marker").publish().startStreaming()) {
            platform.source()
                    .execute("INSERT INTO marker VALUES (1, '__debezium_unavailable_value'), (2, 'absent'), (3, '')");
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.marker", "id"))
                    .containsEntry("[1]", "1|__debezium_unavailable_value")
                    .containsEntry("[2]", "2|absent")
                    .containsEntry("[3]", "3|");
        }
    }

    @Test
    void aDefaultDoesNotTakeThePlaceOfNull() {
        platform.source()
                .execute(
                        "CREATE TABLE defaults (id int PRIMARY KEY DEFAULT 7, n int DEFAULT 5, t text DEFAULT 'x',"
                                + " at timestamptz DEFAULT '2020-01-01', ok boolean DEFAULT true)",
                        "INSERT INTO defaults VALUES (1, NULL, NULL, NULL, NULL)");
        try (CaptureRig rig = rig("defaults").publish().startStreaming()) {
            platform.source().execute("INSERT INTO defaults VALUES (2, NULL, NULL, NULL, NULL)");
            rig.awaitCaughtUp();

            assertThat(rig.changes("public.defaults"))
                    .hasSize(2)
                    .allSatisfy(change -> assertThat(change.after().values()).endsWith(null, null, null, null));
        }
    }

    @Test
    void underFullIdentityTheOldRowComesWhole() {
        platform.source()
                .execute(
                        "CREATE TABLE fully (id int PRIMARY KEY, n int, body text)",
                        "ALTER TABLE fully REPLICA IDENTITY FULL");
        try (CaptureRig rig = rig("fully").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO fully VALUES (1, 1, " + LARGE + ")",
                            "UPDATE fully SET n = 2",
                            "UPDATE fully SET id = 9",
                            "DELETE FROM fully");
            rig.awaitCaughtUp();

            assertThat(rig.changes("public.fully"))
                    .hasSize(5)
                    .filteredOn(change -> change.operation() != Operation.INSERT)
                    .allSatisfy(change ->
                            assertThat(change.before().value("body")).asString().hasSize(12800));
            assertThat(rig.replayed("public.fully", "id")).isEmpty();
        }
    }

    @Test
    void aNameThatIsNoWordHasATopicOfItsOwn() {
        String odd = "line-item.größe, \u2116 1";
        platform.source()
                .execute(
                        "CREATE TABLE \"" + odd + "\" (\"the id\" int PRIMARY KEY, \"a.b\" text)",
                        "INSERT INTO \"" + odd + "\" VALUES (1, 'snapshot')");
        try (CaptureRig rig =
                new CaptureRig("names", platform.source(), platform.bootstrapServers(), "public." + odd)) {
            rig.publish().startStreaming();
            platform.source()
                    .execute(
                            "INSERT INTO \"" + odd + "\" VALUES (2, 'log')",
                            "UPDATE \"" + odd + "\" SET \"the id\" = 3 WHERE \"the id\" = 2");
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public." + odd, "the id"))
                    .containsExactly(java.util.Map.entry("[1]", "1|snapshot"), java.util.Map.entry("[3]", "3|log"));
        }
    }
}
