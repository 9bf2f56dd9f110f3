package dev.switchback.connectors.postgres.fence;

import static dev.switchback.connectors.postgres.fence.FencedDatabase.MIGRATION;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.OWN;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

@Timeout(60)
class RevokeFenceTest {

    private static final Duration BRIEFLY = Duration.ofMillis(700);

    private final String app = TestServer.shared().createRole("");
    private final String batch = TestServer.shared().createRole("");
    private final FencedDatabase database = new FencedDatabase(
            List.of("public.t", "public.p"),
            "CREATE TABLE t (id int PRIMARY KEY, name text, note text)",
            "INSERT INTO t VALUES (1, 'one')",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE low PARTITION OF p FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE other (id int)");
    private final RevokeFence fence = fence(app, batch);
    private final AtomicLong acknowledged = new AtomicLong();
    private final Queue<String> refusals = new ConcurrentLinkedQueue<>();

    @BeforeEach
    void grant() {
        database.execute(
                "GRANT SELECT, INSERT, DELETE ON t TO " + app,
                "GRANT UPDATE (name) ON t TO " + app,
                "GRANT ALL ON p, low, other TO " + app,
                "GRANT INSERT ON t TO " + batch + " WITH GRANT OPTION");
    }

    private RevokeFence fence(String... roles) {
        return new RevokeFence(
                database.database,
                MIGRATION,
                List.of(TableId.parse("public.t"), TableId.parse("public.p")),
                List.of(roles));
    }

    private String asApp(String write) {
        return database.refusal("SET ROLE " + app, write);
    }

    private String privileges() {
        return database.value("SELECT string_agg(relname || ' ' || coalesce(relacl::text, '') || coalesce((SELECT"
                + " string_agg(attname || attacl::text, ',') FROM pg_attribute WHERE attrelid = c.oid AND attacl IS NOT"
                + " NULL), ''), E'\\n' ORDER BY relname) FROM pg_class c WHERE relname IN ('t', 'p', 'low', 'other')");
    }

    @Test
    void armedItRefusesNothing() {
        fence.arm(OWN);

        assertThat(fence.check()).isEmpty();
        assertThat(fence.closed()).isFalse();
        assertThat(fence.notices()).singleElement().asString().contains(app).contains("superusers");
        assertThat(asApp("INSERT INTO t VALUES (2)")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (2)",
                "UPDATE t SET name = 'x'",
                "DELETE FROM t",
                "INSERT INTO p VALUES (5)",
                "INSERT INTO low VALUES (5)",
                "TRUNCATE low",
                "COPY low FROM STDIN"
            })
    void closedItRefusesEveryWriteOfItsRoles(String write) {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(asApp(write)).startsWith("42501");
        assertThat(fence.closed()).isTrue();
        assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("fenced");
    }

    @Test
    void closedItLetsThemReadAndWriteOtherTablesAndApplyWriteEverything() {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(asApp("SELECT * FROM t")).isEmpty();
        assertThat(asApp("INSERT INTO other VALUES (1)")).isEmpty();
        database.execute("INSERT INTO t VALUES (3)", "INSERT INTO p VALUES (4)");
    }

    @Test
    void openingGivesBackExactlyWhatThereWas() {
        String before = privileges();
        fence.arm(OWN);
        fence.close(OWN, SOON);
        fence.close(OWN, SOON);
        assertThat(privileges()).isNotEqualTo(before);

        fence.open(OWN, SOON);

        assertThat(asApp("UPDATE t SET name = 'x'")).isEmpty();
        assertThat(asApp("UPDATE t SET note = 'x'")).startsWith("42501");
        assertThat(granted()).isEqualTo(grantedAtFirst());
        assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("open");
        assertThat(database.value("SELECT count(*) FROM switchback.revoked")).isEqualTo("0");
    }

    private String grantedAtFirst() {
        return app + " DELETE f," + app + " INSERT f," + app + " SELECT f," + batch + " INSERT t; " + app + " UPDATE";
    }

    /** What roles other than the owner may do with table t, and with its column name. */
    private String granted() {
        return database.value("SELECT (SELECT string_agg(grantee::regrole || ' ' || privilege_type || ' ' ||"
                + " left(is_grantable::text, 1), ',' ORDER BY grantee::regrole::text, privilege_type)"
                + " FROM pg_class c, aclexplode(relacl) WHERE c.oid = 't'::regclass AND grantee <> relowner) || '; ' ||"
                + " (SELECT string_agg(grantee::regrole || ' ' || privilege_type, ',') FROM pg_attribute,"
                + " aclexplode(attacl) WHERE attrelid = 't'::regclass AND attname = 'name')");
    }

    @Test
    void anotherProcessOpensWhatOneThatDiedHasClosed() {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        fence(app, batch).open(OWN, SOON);

        assertThat(asApp("INSERT INTO t VALUES (2)")).isEmpty();
    }

    @Test
    void whatTheServerLetsThroughPastTheRevocationIsWaitedFor() throws Exception {
        fence.arm(OWN);
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            statement.execute("SET ROLE " + app);
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (2)");
            CountDownLatch closed = new CountDownLatch(1);
            Thread closing = new Thread(() -> {
                fence.close(OWN, SOON);
                closed.countDown();
            });
            closing.start();
            assertThat(closed.await(300, TimeUnit.MILLISECONDS)).isFalse();
            writer.commit();
            assertThat(closed.await(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(database.value("SELECT count(*) FROM t")).isEqualTo("2");
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void aWriterThatDoesNotEndMakesItGiveUpAndEverythingIsAsBefore() throws Exception {
        fence.arm(OWN);
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            statement.execute("SET ROLE " + app);
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (2)");

            assertThatThrownBy(() -> fence.close(OWN, BRIEFLY))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("Writers in flight did not end within 700 ms")
                    .hasMessageContaining("t is written by pid");

            assertThat(fence.closed()).isFalse();
            assertThat(granted()).isEqualTo(grantedAtFirst());
            assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("open");
        }
    }

    @Test
    void nothingComesBehindAFenceThatClosesAmongWriters() throws Exception {
        database.execute("CREATE TABLE counted (id bigint GENERATED ALWAYS AS IDENTITY)");
        RevokeFence counted =
                new RevokeFence(database.database, MIGRATION, List.of(TableId.parse("public.counted")), List.of(app));
        database.execute("GRANT INSERT ON counted TO " + app);
        counted.arm(OWN);
        List<Thread> writers = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            Thread writer = new Thread(this::writeUntilRefused);
            writers.add(writer);
            writer.start();
        }
        while (Integer.parseInt(database.value("SELECT count(*) FROM counted")) < 200) {
            Thread.onSpinWait();
        }

        counted.close(OWN, SOON);
        String behind = database.value("SELECT count(*) FROM counted");

        for (Thread writer : writers) {
            writer.join(30_000);
            assertThat(writer.isAlive()).isFalse();
        }
        assertThat(refusals).hasSize(6).containsOnly("42501");
        assertThat(database.value("SELECT count(*) FROM counted"))
                .isEqualTo(behind)
                .isEqualTo(Long.toString(acknowledged.get()));
    }

    /** Keeps its session, so that what it knew of its privileges is old. */
    private void writeUntilRefused() {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            statement.execute("SET ROLE " + app);
            connection.setAutoCommit(false);
            while (true) {
                statement.execute("INSERT INTO counted DEFAULT VALUES");
                statement.execute("INSERT INTO counted DEFAULT VALUES");
                connection.commit();
                acknowledged.addAndGet(2);
            }
        } catch (SQLException refusal) {
            refusals.add(refusal.getSQLState());
        }
    }

    @Test
    void aRoleThatBypassesItIsRefused() {
        String owner = TestServer.shared().createRole("");
        String superuser = TestServer.shared().createRole("SUPERUSER");
        String heir = TestServer.shared().createRole("");
        database.execute(
                "GRANT " + owner + " TO " + heir,
                "ALTER TABLE p OWNER TO " + owner,
                "GRANT INSERT ON t TO " + owner + ", " + superuser + ", " + heir + ", postgres");

        assertThat(fence(owner, superuser, heir, "postgres", app + "_", batch, app)
                        .check())
                .extracting(Problem::what)
                .anyMatch(what -> what.startsWith("Role " + owner + " owns tables"))
                .anyMatch(what -> what.startsWith("Role " + heir + " is a member of " + owner))
                .anyMatch(what -> what.startsWith("Role " + superuser + " is a superuser"))
                .anyMatch(what -> what.contains("Role postgres is the one that changes are applied by"))
                .anyMatch(what -> what.equals("There is no role " + app + "_."));
    }

    @Test
    void whoIsNotNamedAndWhatOthersGrantedIsFound() {
        database.execute("GRANT UPDATE ON t TO PUBLIC", "SET ROLE " + batch, "GRANT INSERT ON t TO " + app);

        assertThat(fence(app).check())
                .extracting(Problem::what)
                .anyMatch(what -> what.contains("may be written by public, " + batch)
                        || what.contains("may be written by " + batch + ", public"))
                .anyMatch(what -> what.startsWith("Somebody other than the owner has granted"));
        assertThatThrownBy(() -> fence(app).close(OWN, SOON)).hasMessageContaining("Somebody other than the owner");
    }

    @Test
    void whatEverybodyMayIsTakenFromEverybody() {
        database.execute("GRANT INSERT ON t TO PUBLIC", "REVOKE ALL ON t FROM " + app + ", " + batch);
        RevokeFence everybody = fence(app, "public");
        everybody.arm(OWN);
        everybody.close(OWN, SOON);

        assertThat(asApp("INSERT INTO t VALUES (2)")).startsWith("42501");
        everybody.open(OWN, SOON);
        assertThat(asApp("INSERT INTO t VALUES (2)")).isEmpty();
    }

    @Test
    void aRoleThatWasGrantedNothingYetIsNoticedAndFencedAsSoonAsItIs() {
        database.execute("REVOKE ALL ON t, p, low FROM " + app + ", " + batch);
        RevokeFence early = fence(app);
        early.arm(OWN);
        early.close(OWN, SOON);
        assertThat(early.closed()).isTrue();
        assertThat(early.notices()).anyMatch(notice -> notice.contains("role " + app + " was granted no write"));

        database.execute("GRANT INSERT ON t TO " + app);
        assertThat(early.closed()).isFalse();
        early.close(OWN, SOON);
        assertThat(asApp("INSERT INTO t VALUES (2)")).startsWith("42501");
        early.open(OWN, SOON);
        assertThat(asApp("INSERT INTO t VALUES (2)")).isEmpty();
    }

    @Test
    void somebodyWhoGrantsByHandIsNoticed() {
        fence.arm(OWN);
        fence.close(OWN, SOON);
        database.execute("GRANT UPDATE ON t TO " + app);

        assertThat(fence.closed()).isFalse();
        fence.arm(OWN);
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void aWrongEpochOrDirectionChangesNothing() {
        fence.arm(OWN);
        List<Authority> others =
                List.of(new Authority(OWN.epoch() + 1, OWN.direction()), new Authority(OWN.epoch(), Direction.REVERSE));
        for (Authority other : others) {
            assertThatThrownBy(() -> fence.close(other, SOON)).isInstanceOf(NotInChargeException.class);
            assertThatThrownBy(() -> fence.open(other, SOON)).isInstanceOf(NotInChargeException.class);
            assertThatThrownBy(() -> fence.arm(other)).isInstanceOf(NotInChargeException.class);
        }
        assertThat(fence.closed()).isFalse();
    }

    @Test
    void aUserThatIsNotTheOwnerIsTold() {
        String stranger = TestServer.shared().createRole("");
        database.execute(
                "GRANT USAGE ON SCHEMA switchback TO " + stranger,
                "GRANT SELECT ON ALL TABLES IN SCHEMA" + " switchback TO " + stranger);
        RevokeFence strange = new RevokeFence(
                new PostgresConnections(
                        "source", TestServer.shared().settings(database.settings.database(), stranger, "secret")),
                MIGRATION,
                List.of(TableId.parse("public.t")),
                List.of(app));

        assertThat(strange.check())
                .extracting(Problem::what)
                .contains("This user may not revoke privileges on public.t, since it is not their owner.");
    }
}
