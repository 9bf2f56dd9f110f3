package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The operator, the pipeline and Kafka go away at every point of a cutover and of a revert, while writers try both sides:
 * at no instant do both take writes, the writes go on, and none that was acknowledged is lost.
 */
class KilledAnywhereTest {

    static final Duration MAX_PAUSE = Duration.ofSeconds(3);

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final int SAMPLE = 3;

    /** Whichever operation is due meets the fault; twice each of them, more or less. */
    private static final int PASSES = Integer.getInteger("faults.passes", 2);

    /** What happens to whom. */
    enum Fault {
        OPERATOR_KILLED,
        /** Another one takes over, and ends it; then the first one wakes up. */
        OPERATOR_STALLED,
        PIPELINE_KILLED,
        KAFKA_CUT_OFF
    }

    /** One fault at one point of whichever operation is due. */
    record Case(Fault fault, String point) {}

    @Test
    @Tag("campaign")
    @Timeout(3_600)
    void atEveryPointOfCutoverAndRevert() {
        List<Case> cases = new ArrayList<>();
        for (int pass = 0; pass < PASSES; pass++) {
            cases.addAll(all());
        }
        run(cases);
    }

    @Test
    @Timeout(300)
    void atPointsOfASample() {
        List<Case> cases = new ArrayList<>(all());
        Collections.shuffle(cases, new Random(SEED));
        run(cases.subList(0, SAMPLE));
    }

    private static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            OperatorMain.points().forEach(point -> cases.add(new Case(fault, point)));
        }
        return cases;
    }

    private static void run(List<Case> cases) {
        try (Theatre theatre = new Theatre()) {
            for (Case one : cases) {
                theatre.play(one);
            }
            theatre.playWithoutFault();
            theatre.end();
            assertThat(theatre.lost())
                    .as("acknowledged transactions that are lost")
                    .isZero();
            assertThat(theatre.sidesThatTookWrites())
                    .as("runs of writes at one side, by the instants at which it took them")
                    .isEqualTo(theatre.moves() + 1);
            assertThat(theatre.differences()).isEmpty();
        }
    }
}
