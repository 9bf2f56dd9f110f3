package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.faults.Roles.Members;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;

/** Systems that go away and come back, under write load; no process of ours is restarted. */
@Tag("campaign")
class OutageTest {

    private static final long SEED = Long.getLong("faults.seed", 1);

    @Test
    void connectionsThatAreCutOffAreOpenedAgain() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            for (int i = 0; i < 5; i++) {
                for (EmbeddedDatabase database : databases(run)) {
                    // Those that were cut off before may still pause before they try again.
                    Await.until("sessions to cut off", FaultRun.PATIENCE, () -> database.dropConnections() > 0);
                    run.awaitWrites(100);
                }
            }
            run.verify();
        }
    }

    @Test
    void databasesThatAreKilledAreTakenUpAgain() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            for (EmbeddedDatabase database : databases(run)) {
                database.kill();
                database.start();
                run.awaitWrites(300);
            }
            run.verify();
        }
    }

    @Test
    void aBrokerThatIsRestartedIsTakenUpAgain() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.platform.stopBroker();
            run.awaitWrites(300);
            run.platform.startBroker();
            run.awaitWrites(300);
            run.verify();
        }
    }

    @Test
    void membersThatComeAndGoLoseAndRepeatNothing() {
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            for (int i = 0; i < 3; i++) {
                String member = i % 2 == 0 ? FaultRun.APPLY_B : FaultRun.APPLY_A;
                run.roles.process(member).terminate();
                assertThat(run.roles.process(member).awaitExit(FaultRun.PATIENCE))
                        .isEqualTo(143);
                run.awaitWrites(100);
                run.roles.start(member);
                run.awaitAtWork(member);
            }
            run.verify();
            assertThat(run.moves()).as("moves of partitions").isPositive();
        }
    }

    private static List<EmbeddedDatabase> databases(FaultRun run) {
        return List.of(run.platform.destination(), run.platform.source());
    }
}
