package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.FaultAt.Fault;
import dev.switchback.faults.Roles.Members;
import dev.switchback.platform.Await;

/** A process that stands still with work in its hands until that work is not its own any more. */
@Tag("campaign")
class FreezeTest {

    private static final long SEED = Long.getLong("faults.seed", 1);

    @Test
    void aMemberThatWakesUpWhenItsPartitionsHaveMovedWritesNothingOfWhatItHad() {
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            standStillBeforeACommit(run, Map.of());
            wakeUpOutdated(run);
            run.verify();
        }
    }

    @Test
    void withoutTheCheckpointItWouldWriteWhatIsOutdated() {
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            standStillBeforeACommit(run, Safeguard.CHECKPOINT.without());
            wakeUpOutdated(run);
            run.verifyHarm();
        }
    }

    @Test
    void norDoesOneThatWasStoppedAtARandomMomentAgainAndAgain() {
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            for (int i = 0; i < 3; i++) {
                run.freezeAtWork(FaultRun.APPLY_A);
                wakeUpOutdated(run);
            }
            run.verify();
        }
    }

    @Test
    void aCaptureThatWakesUpWhenKafkaHasEndedItsTransactionStartsAgain() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.freezeAtWork(FaultRun.CAPTURE);
            Await.until("Kafka to end the transaction", FaultRun.PATIENCE, () -> !run.inFlight()
                    .captureTransaction());
            run.roles.process(FaultRun.CAPTURE).thaw();
            run.verify();
        }
    }

    private static void standStillBeforeACommit(FaultRun run, Map<String, String> without) {
        Map<String, String> properties = new HashMap<>(without);
        properties.putAll(FaultAt.properties(Point.BEFORE_DESTINATION_COMMIT, 5, Fault.FREEZE));
        run.roles.process(FaultRun.APPLY_A).kill();
        run.roles.start(FaultRun.APPLY_A, properties);
        Await.until("the member to stand still", FaultRun.PATIENCE, () -> run.roles
                .process(FaultRun.APPLY_A)
                .isFrozen());
    }

    private static void wakeUpOutdated(FaultRun run) {
        int printed = run.roles.process(FaultRun.APPLY_A).output().length();
        run.awaitDrain();
        assertThat(run.ownedBy(FaultRun.APPLY_A))
                .as("its partitions have moved")
                .isEmpty();
        // What it holds is outdated once every row has been written again.
        run.platform.source().execute("UPDATE item SET version = nextval('version')");
        run.platform.source().execute("UPDATE pair SET version = nextval('version')");
        run.awaitDrain();
        assertThat(run.roles.process(FaultRun.APPLY_A).output()).hasSize(printed);
        run.roles.process(FaultRun.APPLY_A).thaw();
        Await.until("the member to be at work again", FaultRun.PATIENCE, () -> run.roles
                .process(FaultRun.APPLY_A)
                .output()
                .substring(printed)
                .contains(ApplyMain.FLUSHED));
    }
}
