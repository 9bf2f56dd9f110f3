package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** A transaction that lost against another is made again as a whole. A sequence, which no rollback undoes, counts the tries. */
class PassingFailureTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE t (id int PRIMARY KEY, v int)",
            "CREATE TABLE other (id int PRIMARY KEY, v int)",
            "CREATE SEQUENCE tries",
            "CREATE FUNCTION count_try() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN PERFORM nextval('public.tries'); RETURN NULL; END$$",
            "CREATE TRIGGER count_try BEFORE INSERT ON t FOR EACH STATEMENT EXECUTE FUNCTION count_try()",
            "ALTER TABLE t ENABLE ALWAYS TRIGGER count_try");
    private final DestinationTable t = destination.table("t");
    private final DestinationTable other = destination.table("other");
    private final ExecutorService threads = Executors.newSingleThreadExecutor();

    @AfterEach
    void close() {
        threads.shutdownNow();
        destination.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"40001", "40P01", "55P03", "57014", "53200"})
    void isTriedAgain(String sqlstate) {
        destination.execute("CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$BEGIN IF (SELECT last_value FROM public.tries) < 3 THEN RAISE 'passing' USING ERRCODE = '"
                + sqlstate
                + "'; END IF; RETURN NEW; END$$");
        destination.execute(
                "CREATE TRIGGER fail BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION fail()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER fail");
        ApplySession session = destination.member();

        assertThat(destination.apply(session, new Upsert(t, new Object[] {1, 1})))
                .isEmpty();

        assertThat(destination.query("SELECT id, (SELECT last_value FROM tries) FROM t"))
                .containsExactly("1|3");
        assertThat(destination.query(
                        "SELECT next_offset, changes_applied FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("1|1");
    }

    @Test
    void aDeadlockIsTriedAgain() throws Exception {
        destination.execute("INSERT INTO t VALUES (1, 0)", "INSERT INTO other VALUES (1, 0)");
        ApplySession session = destination.member();
        try (Connection bystander = destination.connections().open();
                Statement statement = bystander.createStatement()) {
            bystander.setAutoCommit(false);
            // Longer than apply's: apply is the one that finds the deadlock, and is its victim.
            statement.execute("SET deadlock_timeout = '1min'");
            statement.execute("UPDATE other SET v = 9 WHERE id = 1");
            Future<List<HeldChange>> writing = threads.submit(() -> destination.apply(
                    session, new Upsert(t, new Object[] {1, 1}), new Upsert(other, new Object[] {1, 1})));
            awaitWaiting();
            statement.execute("UPDATE t SET v = 9 WHERE id = 1");
            bystander.commit();

            assertThat(writing.get()).isEmpty();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        assertThat(destination.query("SELECT t.v, o.v FROM t, other o")).containsExactly("1|1");
        assertThat(Integer.parseInt(
                        destination.query("SELECT last_value FROM tries").get(0)))
                .isGreaterThan(1);
    }

    @Test
    void aLockThatIsNeverReleasedEndsTheCallWithinItsBound() throws Exception {
        ApplySettings bounds = new ApplySettings(
                Duration.ofMillis(500), Duration.ofSeconds(5), Duration.ofMillis(100), Duration.ofSeconds(5));
        ApplySession session =
                destination.open(DestinationFixture.destination(destination.settings, bounds, FaultPoints.NONE));
        session.claim(List.of(DestinationFixture.P0));
        try (Connection bystander = destination.connections().open();
                Statement statement = bystander.createStatement()) {
            bystander.setAutoCommit(false);
            statement.execute("LOCK TABLE other");

            assertThatThrownBy(() -> destination.apply(session, new Upsert(other, new Object[] {1, 1})))
                    .isInstanceOf(DestinationException.class)
                    .hasMessageContaining("lock timeout");
        }
        assertThat(destination.query("SELECT count(*) FROM other")).containsExactly("0");
    }

    private void awaitWaiting() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!destination
                .query(
                        "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity"
                                + " WHERE datname = current_database())")
                .contains("t")) {
            assertThat(System.nanoTime()).as("apply does not wait").isLessThan(deadline);
        }
    }
}
