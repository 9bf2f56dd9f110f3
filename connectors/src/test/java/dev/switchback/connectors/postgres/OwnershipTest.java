package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.fence.PostgresControl;
import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Batch.Progress;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.problem.ProblemException;

/** Who may write: the owner of the partition, at its checkpoint, under the mandate that the control row gives. */
class OwnershipTest {

    private final DestinationFixture destination = new DestinationFixture("CREATE TABLE t (id int PRIMARY KEY, v int)");
    private final DestinationTable t = destination.table("t");
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void close() {
        threads.shutdownNow();
        destination.close();
    }

    @Test
    void aClaimTellsWhereToGoOn() {
        ApplySession first = destination.open();
        assertThat(first.claim(List.of(DestinationFixture.P0, DestinationFixture.P1)))
                .isEqualTo(Map.of(DestinationFixture.P0, Checkpoint.START, DestinationFixture.P1, Checkpoint.START));
        first.apply(new Batch(
                List.of(work(1, 1)),
                List.of(),
                List.of(new Advance(
                        DestinationFixture.P0, Checkpoint.START, new Checkpoint(42, 7), new Progress(1, 0, 0)))));

        assertThat(destination.open().claim(List.of(DestinationFixture.P0, DestinationFixture.P1)))
                .isEqualTo(
                        Map.of(DestinationFixture.P0, new Checkpoint(42, 7), DestinationFixture.P1, Checkpoint.START));
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() {
        destination.apply(destination.member(), row(1, 1));
        InputPartition recreated = new InputPartition(DestinationFixture.P0.topic(), "topic-2", 0);
        ApplySession next = destination.open();

        assertThatThrownBy(() -> next.claim(List.of(recreated)))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("deleted and created again");
        assertThat(destination.query("SELECT topic_id FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("topic-1");
    }

    @Test
    void aCheckpointThatIsNotWhatTheBatchExpectsWritesNothing() {
        ApplySession session = destination.member();
        destination.apply(session, row(1, 1));
        List<Checkpoint> wrong = List.of(new Checkpoint(0, 0), new Checkpoint(2, 0), new Checkpoint(1, 1));
        for (Checkpoint from : wrong) {
            Advance good =
                    new Advance(DestinationFixture.P1, Checkpoint.START, new Checkpoint(5, 0), new Progress(0, 1, 0));
            Advance bad = new Advance(DestinationFixture.P0, from, new Checkpoint(9, 0), new Progress(0, 1, 0));

            assertThatThrownBy(() -> session.apply(new Batch(List.of(work(2, 2)), List.of(), List.of(good, bad))))
                    .isInstanceOf(OwnershipLostException.class);
        }
        assertThat(destination.query("SELECT id FROM t")).containsExactly("1");
        assertThat(destination.query("SELECT next_offset FROM switchback.checkpoint ORDER BY partition"))
                .containsExactly("1", "0");
    }

    @Test
    void aFormerOwnerCannotWriteAtAll() {
        ApplySession former = destination.member();
        ApplySession owner = destination.member();
        HeldChange held = new HeldChange(DestinationFixture.change(0, "1"), "public.t", "(1)", "(1)", "reason");

        assertThatThrownBy(() -> destination.apply(former, row(1, 1))).isInstanceOf(OwnershipLostException.class);
        assertThatThrownBy(() -> former.retry(held, List.of(row(1, 1)))).isInstanceOf(OwnershipLostException.class);
        assertThatThrownBy(() -> former.postpone(held)).isInstanceOf(OwnershipLostException.class);

        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
        destination.rewind(0);
        destination.apply(owner, row(1, 1));
    }

    @Test
    void aClaimWaitsForTheTransactionUnderWay() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ApplySession former = destination.open(destination.destination(stopBeforeCommit(reached, goOn)));
        former.claim(List.of(DestinationFixture.P0));
        Future<List<HeldChange>> writing = threads.submit(() -> destination.apply(former, row(1, 1)));
        reached.await();
        ApplySession next = destination.open();
        Future<Map<?, Checkpoint>> claim = threads.submit(() -> Map.copyOf(next.claim(List.of(DestinationFixture.P0))));
        awaitBlockedSession();

        goOn.countDown();

        assertThat(writing.get()).isEmpty();
        assertThat(claim.get().values()).containsExactly(new Checkpoint(1, 0));
    }

    @Test
    void anOwnerThatStallsWithinItsTransactionLosesItToTheNextOne() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ApplySettings bounds = new ApplySettings(
                Duration.ofSeconds(20), Duration.ofSeconds(10), Duration.ofSeconds(5), Duration.ofMillis(500));
        ApplySession stalled = destination.open(
                DestinationFixture.destination(destination.settings, bounds, stopBeforeCommit(reached, goOn)));
        stalled.claim(List.of(DestinationFixture.P0));
        Future<List<HeldChange>> writing = threads.submit(() -> destination.apply(stalled, row(1, 1)));
        reached.await();

        Map<?, Checkpoint> claimed = Map.copyOf(destination.open().claim(List.of(DestinationFixture.P0)));
        goOn.countDown();

        assertThat(claimed.values()).containsExactly(Checkpoint.START);
        assertThatThrownBy(writing::get)
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(OwnershipLostException.class);
        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void anotherMandateRefuses() {
        ApplySession session = destination.member();
        for (String change : List.of("behind = 7", "direction = 'reverse'")) {
            destination.execute("UPDATE switchback.control SET behind = 0, direction = 'forward'");
            destination.execute("UPDATE switchback.control SET " + change);

            assertThatThrownBy(() -> destination.apply(session, row(1, 1))).isInstanceOf(NotInChargeException.class);
            destination.rewind(0);
        }
        destination.execute("DELETE FROM switchback.control");
        assertThatThrownBy(() -> destination.apply(session, row(1, 1)))
                .isInstanceOf(NotInChargeException.class)
                .hasMessageContaining("no row");

        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
        assertThat(destination.query("SELECT sum(next_offset) FROM switchback.checkpoint"))
                .containsExactly("0");
    }

    @Test
    void anOperatorWhoIsTakingOverIsWaitedForAndThenObeyed() throws Exception {
        ApplySession session = destination.member();
        try (Connection operator = destination.connections().open();
                Statement statement = operator.createStatement()) {
            operator.setAutoCommit(false);
            statement.execute("UPDATE switchback.control SET direction = 'reverse'");
            Future<List<HeldChange>> writing = threads.submit(() -> destination.apply(session, row(1, 1)));
            awaitBlockedSession();

            operator.commit();

            assertThatThrownBy(() -> writing.get(30, TimeUnit.SECONDS)).hasCauseInstanceOf(NotInChargeException.class);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void anOperatorDoesNotWaitLongForAnOwnerThatStallsWithinItsTransaction() throws Exception {
        CountDownLatch reached = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        ApplySession stalled = destination.open(DestinationFixture.destination(
                destination.settings, ApplySettings.DEFAULTS, stopBeforeCommit(reached, goOn)));
        stalled.claim(List.of(DestinationFixture.P0));
        Future<List<HeldChange>> writing = threads.submit(() -> destination.apply(stalled, row(1, 1)));
        reached.await();

        long began = System.nanoTime();
        new PostgresControl(destination.connections(), DestinationFixture.FLOW.migration())
                .turn(new Authority(ControlSchema.FIRST_EPOCH, Direction.FORWARD), Direction.REVERSE);
        Duration waited = Duration.ofNanos(System.nanoTime() - began);
        goOn.countDown();

        // Nobody can write meanwhile. A fence without an operator is open again five seconds past the longest pause.
        assertThat(waited).isLessThan(Duration.ofSeconds(5));
        assertThatThrownBy(writing::get).hasCauseInstanceOf(NotInChargeException.class);
        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void aBatchThatMovesNoCheckpointForwardIsRefused() {
        ApplySession session = destination.member();
        Advance still = new Advance(DestinationFixture.P0, Checkpoint.START, Checkpoint.START, new Progress(0, 1, 0));

        assertThatThrownBy(() -> session.apply(new Batch(List.of(), List.of(), List.of(still))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.apply(new Batch(List.of(), List.of(), List.of())))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static FaultPoints stopBeforeCommit(CountDownLatch reached, CountDownLatch goOn) {
        return point -> {
            if (point == Point.BEFORE_DESTINATION_COMMIT) {
                reached.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new AssertionError(e);
                }
            }
        };
    }

    private void awaitBlockedSession() {
        String blocked = "SELECT count(*) > 0 FROM pg_stat_activity WHERE datname = current_database()"
                + " AND wait_event_type = 'Lock'";
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!destination.query(blocked).contains("t")) {
            assertThat(System.nanoTime()).as("no session waits for a lock").isLessThan(deadline);
        }
    }

    private Work work(int id, int v) {
        return new Work(row(id, v), List.of(DestinationFixture.change(0, "(" + id + ")")));
    }

    private Mutation row(int id, int v) {
        return new Upsert(t, new Object[] {id, v});
    }
}
