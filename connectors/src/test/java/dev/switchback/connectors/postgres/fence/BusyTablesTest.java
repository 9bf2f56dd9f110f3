package dev.switchback.connectors.postgres.fence;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postgresql.PGConnection;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The fence among readers and writers that do not wait for it. */
@Timeout(60)
class BusyTablesTest {

    private static final Duration BRIEFLY = Duration.ofMillis(1_500);
    /** Twice what one try waits, for a machine that is busy with other tests. */
    private static final Duration HARDLY = BriefLock.WAIT.multipliedBy(2).plusMillis(500);

    private final FencedDatabase database = new FencedDatabase(
            List.of("public.a", "public.b"),
            "CREATE TABLE a (id bigint GENERATED ALWAYS AS IDENTITY, writer int)",
            "CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY, writer int)");
    private final TriggerFence fence = database.fence;

    @Test
    void aLongReaderHoldsNothingUp() throws SQLException {
        try (Connection reader = database.open();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT * FROM a FOR UPDATE");
            statement.execute("SELECT * FROM b");

            fence.arm(OWN);
            fence.close(OWN, BRIEFLY);
            fence.open(OWN, BRIEFLY);
        }
    }

    @Test
    void aLongWriterMakesItGiveUpAndNobodyWaitsBehindIt() throws Exception {
        fence.arm(OWN);
        try (Connection writer = database.open();
                Statement statement = writer.createStatement();
                Writers others = new Writers(database, 4)) {
            int pid = writer.unwrap(PGConnection.class).getBackendPID();
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO b (writer) VALUES (-1)");
            others.start();

            assertThatThrownBy(() -> fence.close(OWN, BRIEFLY))
                    .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                            .extracting(Problem::kind)
                            .containsExactly(Problem.Kind.REFUSED))
                    .hasMessageContaining("pid " + pid + " (user postgres");

            others.stop();
            assertThat(others.refused()).isZero();
            assertThat(others.longest()).isLessThan(HARDLY);
            assertThat(fence.closed()).isFalse();
            assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("open");
        }
    }

    @Test
    void itClosesAsSoonAsALongWriterEnds() throws Exception {
        fence.arm(OWN);
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO b (writer) VALUES (-1)");
            Thread closing = new Thread(() -> fence.close(OWN, SOON));
            closing.start();
            awaitALockRequest();

            writer.commit();

            closing.join(30_000);
            assertThat(closing.isAlive()).isFalse();
        }
        assertThat(fence.closed()).isTrue();
        assertThat(database.value("SELECT count(*) FROM b")).isEqualTo("1");
    }

    @Test
    void whatWasAcknowledgedIsThereAndNothingComesBehindIt() throws Exception {
        fence.arm(OWN);
        try (Writers writers = new Writers(database, 8)) {
            writers.start();
            writers.awaitAcknowledged(200);

            fence.close(OWN, SOON);
            String behind = rows();
            writers.awaitRefused(50);
            assertThat(rows()).isEqualTo(behind);

            fence.open(OWN, SOON);
            long acknowledged = writers.acknowledged();
            writers.awaitAcknowledged(acknowledged + 50);
            writers.stop();
            assertThat(writers.unexpected()).isEmpty();
            assertThat(rows()).isEqualTo(Long.toString(writers.acknowledged()));
        }
    }

    @Test
    void writersOfSeveralTablesInEveryOrderDoNotDeadlockWithIt() throws Exception {
        fence.arm(OWN);
        try (Writers writers = new Writers(database, 4)) {
            writers.start();
            for (int turn = 0; turn < 5; turn++) {
                fence.close(OWN, SOON);
                fence.open(OWN, SOON);
            }
            writers.stop();
            assertThat(writers.unexpected()).isEmpty();
            assertThat(rows()).isEqualTo(Long.toString(writers.acknowledged()));
        }
    }

    /** A cutover begins by closing the fence of the side that is to take the writes, where apply is at work. */
    @Test
    void aClosedFenceThatIsClosedAgainLetsNobodyThroughWhateverApplyDoesMeanwhile() throws Exception {
        fence.arm(OWN);
        fence.close(OWN, SOON);
        AtomicBoolean over = new AtomicBoolean();
        List<Thread> apply = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            Thread session = new Thread(() -> applyUntil(over));
            session.start();
            apply.add(session);
        }
        try (Writers intruders = new Writers(database, 2)) {
            intruders.start();
            intruders.awaitRefused(20);
            for (int turn = 0; turn < 10; turn++) {
                fence.close(OWN, BRIEFLY);
            }
            intruders.awaitRefused(40);
            intruders.stop();
            assertThat(intruders.acknowledged()).isZero();
        } finally {
            over.set(true);
            for (Thread session : apply) {
                session.join();
            }
        }
        assertThat(fence.closed()).isTrue();
    }

    private void applyUntil(AtomicBoolean over) {
        try (Connection connection = database.open();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("SELECT set_config('switchback.token', token, false) FROM switchback.apply_token");
            while (!over.get()) {
                statement.execute("SELECT FROM switchback.control FOR SHARE");
                statement.execute("INSERT INTO a (writer) VALUES (-7)");
                statement.execute("INSERT INTO b (writer) VALUES (-7)");
                statement.execute("SELECT pg_sleep(0.05)");
                connection.commit();
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /** As where its process is stopped, or its machine lost: the server must not wait for it. */
    @Test
    void anOperatorThatStallsWithinItsTransactionKeepsNobodyWaitingForLong() throws Exception {
        try (Connection stalled = database.open()) {
            stalled.setAutoCommit(false);
            ControlLock.begin(stalled);
            assertThat(ControlLock.take(stalled, FencedDatabase.MIGRATION, OWN)).isFalse();
            long begun = System.nanoTime();

            assertThat(new PostgresControl(database.database, FencedDatabase.MIGRATION).raise(9))
                    .isTrue();

            assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(8));
        }
    }

    @Test
    void aPreparedTransactionIsFoundAndRefused() {
        fence.arm(OWN);
        database.execute("BEGIN", "INSERT INTO a (writer) VALUES (1)", "PREPARE TRANSACTION 'left behind'");
        try {
            assertThat(fence.check())
                    .extracting(Problem::what)
                    .singleElement()
                    .asString()
                    .contains("public.a is written by the prepared transaction 'left behind'");
            assertThatThrownBy(() -> fence.close(OWN, BRIEFLY))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("the prepared transaction 'left behind'");
        } finally {
            database.execute("ROLLBACK PREPARED 'left behind'");
        }
        fence.close(OWN, SOON);
    }

    @Test
    void armingWaitsForAWriterOfOneTableAndHoldsNobodyUp() throws Exception {
        try (Connection writer = database.open();
                Statement statement = writer.createStatement();
                Writers others = new Writers(database, 2)) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO b (writer) VALUES (-1)");
            others.start();
            Thread arming = new Thread(() -> fence.arm(OWN));
            arming.start();
            awaitALockRequest();
            long acknowledged = others.acknowledged();
            others.awaitAcknowledged(acknowledged + 20);

            writer.commit();

            arming.join(30_000);
            assertThat(arming.isAlive()).isFalse();
            others.stop();
            assertThat(others.longest()).isLessThan(HARDLY);
            assertThat(others.refused()).isZero();
        }
        assertThat(fence.check()).isEmpty();
    }

    private void awaitALockRequest() throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        String waiting = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'b'::regclass AND NOT granted)";
        while (!database.value(waiting).equals("t")) {
            assertThat(never.await(5, TimeUnit.MILLISECONDS)).isFalse();
        }
    }

    /** Each transaction of {@link Writers} writes one row into each table; those of tests write one with writer -1. */
    private String rows() {
        return database.value("SELECT count(*) FROM a WHERE writer >= 0 AND"
                + " (SELECT count(*) FROM a WHERE writer >= 0) = (SELECT count(*) FROM b WHERE writer >= 0)");
    }
}
