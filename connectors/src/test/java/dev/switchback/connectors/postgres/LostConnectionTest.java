package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/**
 * Connections that are lost at each step of each call: nothing is lost, nothing done twice. A trigger of the destination
 * counts what is committed.
 */
class LostConnectionTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v >= 0))",
            "CREATE TABLE writes (id int, v int)",
            "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS"
                    + " $$BEGIN INSERT INTO public.writes VALUES (NEW.id, NEW.v); RETURN NULL; END$$",
            "CREATE TRIGGER note AFTER INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION note()",
            "ALTER TABLE t ENABLE ALWAYS TRIGGER note");
    private final DestinationTable t = destination.table("t");
    private final CuttingProxy proxy = new CuttingProxy(destination.settings.port());

    @AfterEach
    void close() {
        destination.close();
        proxy.close();
    }

    @ParameterizedTest
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void atEachMessageOfABatch(boolean afterAnswer, boolean withRefusedRows) {
        ApplySession session = throughProxy(FaultPoints.NONE);
        session.claim(List.of(DestinationFixture.P0, DestinationFixture.P1));
        int message = 0;
        int batches = 0;
        do {
            message++;
            batches++;
            proxy.cutAt(message, afterAnswer);
            List<HeldChange> held = destination.apply(
                    session, row(1, batches), row(2, withRefusedRows ? -1 : batches), row(3, batches));

            assertThat(held).hasSize(withRefusedRows ? 1 : 0);
            int written = withRefusedRows ? 2 : 3;
            assertThat(destination.query("SELECT count(*), max(v) FROM writes"))
                    .as("cut at message %s", message)
                    .containsExactly(batches * written + "|" + batches);
            assertThat(destination.query(
                            "SELECT next_offset, changes_applied FROM switchback.checkpoint" + " WHERE partition = 0"))
                    .containsExactly(batches * 3 + "|" + batches * 3);
            assertThat(destination.query("SELECT count(*) FROM switchback.held"))
                    .containsExactly("" + (withRefusedRows ? batches : 0));
        } while (proxy.hasCut());
        assertThat(message).as("messages of a batch").isGreaterThan(withRefusedRows ? 10 : 3);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void atEachMessageOfARetry(boolean afterAnswer) {
        ApplySession session = throughProxy(FaultPoints.NONE);
        session.claim(List.of(DestinationFixture.P0));
        int message = 0;
        do {
            message++;
            HeldChange held = destination.apply(session, row(message, -1)).get(0);
            proxy.cutAt(message, afterAnswer);

            assertThat(session.retry(held, List.of(row(message, 5)))).isTrue();

            assertThat(destination.query("SELECT count(*) FROM writes")).containsExactly("" + message);
            assertThat(destination.query("SELECT count(*) FROM switchback.held"))
                    .containsExactly("0");
        } while (proxy.hasCut());
        assertThat(message).as("messages of a retry").isGreaterThan(5);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void atEachMessageOfAClaim(boolean afterAnswer) {
        ApplySession session = throughProxy(FaultPoints.NONE);
        session.claim(List.of(DestinationFixture.P0));
        int message = 0;
        do {
            message++;
            proxy.cutAt(message, afterAnswer);
            Map<?, ?> found = session.claim(List.of(DestinationFixture.P0));
            assertThat(found).hasSize(1);
            assertThat(destination.apply(session, row(1, message))).isEmpty();
        } while (proxy.hasCut());
        assertThat(message).isGreaterThan(1);
    }

    @Test
    void whenTheServerEndsTheSessionBeforeTheCommit() {
        ApplySession[] member = new ApplySession[1];
        int[] kills = new int[1];
        FaultPoints killer = point -> {
            if (point == Point.BEFORE_DESTINATION_COMMIT && kills[0] < 2) {
                kills[0]++;
                terminateApplySessions();
            }
        };
        member[0] = destination.open(destination.destination(killer));
        member[0].claim(List.of(DestinationFixture.P0));

        destination.apply(member[0], row(1, 1));

        assertThat(kills[0]).isEqualTo(2);
        assertThat(destination.query("SELECT * FROM writes")).containsExactly("1|1");
    }

    @Test
    void whenTheServerEndsSessionsWhileBatchesAreUnderWay() throws Exception {
        ApplySession session = destination.member();
        int batches = 200;
        Semaphore next = new Semaphore(0);
        ExecutorService killer = Executors.newSingleThreadExecutor();
        try {
            Future<Integer> kills = killer.submit(() -> {
                int killed = 0;
                for (int i = 0; i < batches / 5; i++) {
                    next.acquire();
                    killed += terminateApplySessions();
                }
                return killed;
            });
            for (int i = 0; i < batches; i++) {
                if (i % 5 == 0) {
                    next.release();
                }
                assertThat(destination.apply(session, row(i, i))).isEmpty();
            }
            assertThat(kills.get()).isPositive();
            assertThat(destination.query("SELECT count(*), count(DISTINCT id) FROM writes"))
                    .containsExactly(batches + "|" + batches);
        } finally {
            killer.shutdownNow();
        }
    }

    @Test
    void aDestinationThatStaysAwayEndsTheCallWithinItsBound() {
        ApplySettings bounds = new ApplySettings(
                Duration.ofMillis(300), Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
        PostgresDestination away = DestinationFixture.destination(proxied(), bounds, FaultPoints.NONE);
        ApplySession session = destination.open(away);
        session.claim(List.of(DestinationFixture.P0));
        proxy.close();

        assertThatThrownBy(() -> destination.apply(session, row(1, 1)))
                .isInstanceOf(DestinationException.class)
                .hasMessageContaining("destination localhost:");
        assertThat(destination.query("SELECT count(*) FROM writes")).containsExactly("0");
    }

    @Test
    void closingTheDestinationEndsTheWait() throws Exception {
        PostgresDestination away =
                DestinationFixture.destination(proxied(), DestinationFixture.Bounds.SHORT, FaultPoints.NONE);
        ApplySession session = destination.open(away);
        session.claim(List.of(DestinationFixture.P0));
        proxy.close();
        ExecutorService thread = Executors.newSingleThreadExecutor();
        try {
            Future<List<HeldChange>> call = thread.submit(() -> destination.apply(session, row(1, 1)));
            away.close();
            assertThatThrownBy(call::get).hasCauseInstanceOf(DestinationException.class);
        } finally {
            thread.shutdownNow();
        }
    }

    private ApplySession throughProxy(FaultPoints faults) {
        return destination.open(DestinationFixture.destination(proxied(), DestinationFixture.Bounds.SHORT, faults));
    }

    private PostgresSettings proxied() {
        PostgresSettings direct = destination.settings;
        return new PostgresSettings(
                "localhost",
                proxy.port(),
                direct.database(),
                direct.user(),
                direct.password(),
                "sslmode=disable&gssEncMode=disable");
    }

    /** @return how many there were */
    private int terminateApplySessions() {
        return destination
                .query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND application_name = 'switchback " + DestinationFixture.FLOW + "'")
                .size();
    }

    private Mutation row(int id, int v) {
        return new Upsert(t, new Object[] {id, v});
    }
}
