package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.Roles.Members;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;

/**
 * Each safeguard under the faults that it is there for; and with it taken out, the same faults on the same seed do harm,
 * which the campaigns' checks notice. The checkpoint's turn is in {@link FreezeTest}.
 */
@Tag("campaign")
class SafeguardTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final int ROWS = 3_000;
    private static final int UPDATED = 20;
    private static final int TIMES = 500;

    @Test
    void aMemberThatFlushesBeforeItCommitsLosesNothingWhenItDies() {
        try (FaultRun run = alone(FaultRun.APPLY_A, Map.of())) {
            dieWithRowsBuffered(run, FaultRun.APPLY_A, Map.of());
            run.verify();
        }
    }

    @Test
    void withoutTheFlushBeforeTheCommitItLosesChanges() {
        Map<String, String> without = Safeguard.FLUSH_BEFORE_COMMIT.without();
        try (FaultRun run = alone(FaultRun.CARELESS, without)) {
            dieWithRowsBuffered(run, FaultRun.CARELESS, without);
            run.verifyHarm();
        }
    }

    @Test
    void aKafkaTransactionThatIsNotCommittedIsNotSeen() {
        try (FaultRun run = alone(FaultRun.APPLY_A, inSmallBatches(Map.of()))) {
            dieBeforeTheKafkaCommit(run);
            run.verify();
        }
    }

    @Test
    void withoutTheKafkaTransactionWhatItHeldIsRepeated() {
        try (FaultRun run = alone(FaultRun.CARELESS, inSmallBatches(Safeguard.KAFKA_TRANSACTION.without()))) {
            dieBeforeTheKafkaCommit(run);
            run.verifyHarm();
        }
    }

    @Test
    void theOrdinalResumesInTheMiddleOfATransaction() {
        try (FaultRun run = alone(FaultRun.APPLY_A, inSmallBatches(Map.of()))) {
            dieInTheMiddleOfATransaction(run);
            run.roles.start(FaultRun.CAPTURE);
            run.verify();
        }
    }

    @Test
    void withoutTheOrdinalTheTransactionIsRepeated() {
        try (FaultRun run = alone(FaultRun.APPLY_A, inSmallBatches(Map.of()))) {
            dieInTheMiddleOfATransaction(run);
            new StoredOffsets(run.platform.bootstrapServers()).forgetOrdinal();
            run.roles.start(FaultRun.CAPTURE);
            run.verifyHarm();
        }
    }

    @Test
    void anOffsetThatIsAheadOfTheTransactionsEndLosesItsRest() {
        try (FaultRun run = alone(FaultRun.APPLY_A, inSmallBatches(Map.of()))) {
            dieInTheMiddleOfATransaction(run);
            new StoredOffsets(run.platform.bootstrapServers()).moveTo(endOfLog(run.platform.source()));
            run.roles.start(FaultRun.CAPTURE);
            run.verifyHarm();
        }
    }

    @Test
    void aMigrationThatIsTurnedRoundIsAppliedNoMore() {
        try (FaultRun run = alone(FaultRun.APPLY_A, Map.of())) {
            turnRound(run);
            String applied = applied(run);
            long passed = passed(run);
            run.awaitWrites(300);
            Await.until("apply to stand by", FaultRun.PATIENCE, () -> passed(run) >= passed + 300);
            assertThat(applied(run)).isEqualTo(applied);
        }
    }

    @Test
    void withoutTheControlRowApplyGoesOn() {
        try (FaultRun run = alone(FaultRun.APPLY_A, Safeguard.CONTROL_ROW.without())) {
            turnRound(run);
            String applied = applied(run);
            run.awaitWrites(300);
            Await.until("something to be applied", FaultRun.PATIENCE, () -> !applied(run)
                    .equals(applied));
        }
    }

    /** A run with one member of apply, which goes without what the properties say. */
    private static FaultRun alone(String member, Map<String, String> without) {
        FaultRun run = new FaultRun(SEED, Members.STATIC).begin();
        run.roles.stop(FaultRun.APPLY_A);
        run.roles.stop(FaultRun.APPLY_B);
        run.roles.start(member, without);
        run.awaitAtWork(member);
        return run;
    }

    /** Without a safeguard that is missed only when each change is written by itself. */
    private static Map<String, String> inSmallBatches(Map<String, String> without) {
        Map<String, String> properties = new HashMap<>(ApplyMain.rows(UPDATED / 2));
        properties.putAll(without);
        return properties;
    }

    private static void dieWithRowsBuffered(FaultRun run, String member, Map<String, String> without) {
        for (int i = 0; i < 3; i++) {
            FaultTables.copy(run.platform.source(), (long) i * ROWS, ROWS);
            run.awaitWrites(100);
            run.roles.process(member).kill();
            run.roles.start(member, without);
            run.awaitAtWork(member);
        }
    }

    /** What is not committed has many versions of each row, so that a repetition takes it back for a moment. */
    private static void dieBeforeTheKafkaCommit(FaultRun run) {
        updateBehindCapturesBack(run);
        for (int passes : List.of(0, 1, 1)) {
            run.endAt(Point.BEFORE_KAFKA_COMMIT, passes);
        }
        run.roles.start(FaultRun.CAPTURE);
        run.awaitAtWork(FaultRun.CAPTURE);
    }

    /** What was committed has many versions of each row, so that a repetition takes it back for a moment. */
    private static void dieInTheMiddleOfATransaction(FaultRun run) {
        updateBehindCapturesBack(run);
        run.endCaptureWithinATransaction();
    }

    private static void updateBehindCapturesBack(FaultRun run) {
        FaultTables.copy(run.platform.source(), 0, ROWS);
        run.awaitDrain();
        run.roles.process(FaultRun.CAPTURE).kill();
        FaultTables.updateBulk(run.platform.source(), UPDATED, TIMES);
    }

    /** As an operation would, on both sides. */
    private static void turnRound(FaultRun run) {
        for (EmbeddedDatabase database : List.of(run.platform.destination(), run.platform.source())) {
            database.execute("UPDATE switchback.control SET direction = 'reverse'");
        }
    }

    private static String applied(FaultRun run) {
        return run.platform.destination().value("SELECT sum(changes_applied) FROM switchback.checkpoint");
    }

    private static long passed(FaultRun run) {
        return Long.parseLong(run.platform.destination().value("SELECT sum(next_offset) FROM switchback.checkpoint"));
    }

    private static long endOfLog(EmbeddedDatabase database) {
        return Long.parseLong(database.value("SELECT (pg_current_wal_lsn() - '0/0')::bigint"));
    }
}
