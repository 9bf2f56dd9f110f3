package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.FaultRun.Members;

/** Processes that die, under write load. Another seed: {@code -Dfaults.seed=N}. */
class KillTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final List<String> ROLES = List.of(FaultRun.CAPTURE, FaultRun.APPLY_A, FaultRun.APPLY_B);

    @Test
    void processesThatDieAtNamedPointsAndAtRandomMomentsLoseAndRepeatNothing() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            for (Point point : Point.values()) {
                run.dieAt(point, 3);
            }
            for (String role : ROLES) {
                run.killAtWork(role);
            }
            run.verify();
        }
    }

    @Test
    @Tag("campaign")
    void twentyFourKillsAtRandomMomentsLoseAndRepeatNothing() throws Exception {
        Random random = new Random(SEED);
        List<String> kills = new ArrayList<>();
        try (FaultRun run = new FaultRun(SEED, Members.DYNAMIC).begin()) {
            for (int i = 0; i < 24; i++) {
                if (i % 8 == 3) {
                    FaultTables.copy(run.platform.source(), i * 100_000L, 10_000);
                }
                kills.add(run.killAtWork(ROLES.get(random.nextInt(ROLES.size()))));
            }
            run.verify();
        }
        assertThat(kills).hasSize(24);
        System.err.println(String.join("\n", kills));
    }
}
