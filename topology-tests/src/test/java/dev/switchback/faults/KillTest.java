package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.Roles.Members;

/** Processes that die, under write load. Another seed: {@code -Dfaults.seed=N}. */
class KillTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final List<String> ROLES = List.of(FaultRun.CAPTURE, FaultRun.APPLY_A, FaultRun.APPLY_B);
    private static final int KILLS = 24;
    private static final int ROWS = 10_000;

    /** The short sample of these campaigns, and the only one outside the profile. */
    @Test
    void processesThatDieAtNamedPointsAndAtRandomMomentsLoseAndRepeatNothing() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            for (Point point : Point.values()) {
                run.endAt(point, 3);
            }
            run.roles.startEnded();
            for (String role : ROLES) {
                run.killAtWork(role);
            }
            run.verify();
        }
    }

    @Test
    @Tag("campaign")
    void manyKillsAtRandomMomentsLoseAndRepeatNothing() {
        Random random = new Random(SEED);
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            for (int i = 0; i < KILLS; i++) {
                switch (i % 8) {
                    case 1 -> run.platform.source().execute("TRUNCATE bulk");
                    case 3 -> FaultTables.copy(run.platform.source(), i * 100_000L, ROWS);
                    case 6 -> FaultTables.moveBulk(run.platform.source(), (i - 3) * 100_000L, ROWS);
                    default -> {}
                }
                run.killAtWork(ROLES.get(random.nextInt(ROLES.size())));
            }
            run.verify();
            assertThat(run.kills()).hasSize(KILLS);
            assertThat(run.moves()).as("moves of partitions").isPositive();
        }
    }
}
