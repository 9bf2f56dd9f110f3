package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.pipeline.migration.Operation;

/**
 * The operator, the pipeline and Kafka go away at every point of a cutover and of a revert, while writers try both sides:
 * at no instant do both take writes, the writes go on, and none that was acknowledged is lost.
 */
class KilledAnywhereTest {

    static final Duration MAX_PAUSE = Duration.ofSeconds(3);

    private static final long SEED = Long.getLong("faults.seed", 1);

    /** One of {@link Fault}, to look at alone; empty for all. */
    private static final String ONLY = System.getProperty("faults.only", "");

    /** What happens to whom. */
    enum Fault {
        OPERATOR_KILLED,
        /** Another one takes over, and ends it; then the first one wakes up. */
        OPERATOR_STALLED,
        PIPELINE_KILLED,
        /** Until the operator has ended it. */
        PIPELINE_STALLED,
        /** So that nothing is settled but by the command that status names. */
        OPERATOR_AND_PIPELINE_KILLED,
        /** The operator, and the server that was to take the writes. */
        OPERATOR_AND_NEW_SIDE_KILLED,
        /** As when all of them ran on one machine; the command opens the old side all the same. */
        ALL_BUT_OLD_SIDE_KILLED,
        KAFKA_CUT_OFF;

        /** Behind the commit point only the new side may take writes: without it, nobody can. */
        boolean possibleAt(String point) {
            return switch (this) {
                case OPERATOR_AND_NEW_SIDE_KILLED, ALL_BUT_OLD_SIDE_KILLED ->
                    OperatorMain.beforeCommit().contains(point);
                default -> true;
            };
        }
    }

    /** One fault at one point of an operation. */
    record Case(Operation operation, Fault fault, String point) {}

    @Test
    @Tag("campaign")
    @Timeout(7_200)
    void atEveryPointOfCutoverAndRevert() {
        run(shuffled(), 1);
    }

    /** Of which either may settle what nobody serves. */
    @Test
    @Tag("campaign")
    @Timeout(1_200)
    void atPointsOfASampleWithTwoPipelines() {
        run(shuffled().subList(0, 12), 2);
    }

    @Test
    @Timeout(300)
    void atPointsOfASample() {
        run(shuffled().subList(0, 2), 1);
    }

    private static List<Case> shuffled() {
        List<Case> all = new ArrayList<>(all());
        all.removeIf(one -> !ONLY.isEmpty() && one.fault() != Fault.valueOf(ONLY));
        Collections.shuffle(all, new Random(SEED));
        return all;
    }

    private static List<Case> all() {
        List<Case> cases = new ArrayList<>();
        for (Fault fault : Fault.values()) {
            for (String point : OperatorMain.points()) {
                for (Operation operation : Operation.values()) {
                    if (fault.possibleAt(point)) {
                        cases.add(new Case(operation, fault, point));
                    }
                }
            }
        }
        return cases;
    }

    private static void run(List<Case> cases, int pipelines) {
        try (Theatre theatre = new Theatre(pipelines)) {
            try {
                run(cases, theatre);
            } catch (AssertionError | RuntimeException failure) {
                failure.addSuppressed(new AssertionError(theatre.logs()));
                throw failure;
            }
        }
    }

    private static void run(List<Case> cases, Theatre theatre) {
        List<Case> left = new ArrayList<>(cases);
        while (!left.isEmpty()) {
            Operation due = theatre.due();
            Optional<Case> next =
                    left.stream().filter(one -> one.operation() == due).findFirst();
            next.ifPresentOrElse(theatre::play, theatre::playWithoutFault);
            next.ifPresent(left::remove);
        }
        theatre.playWithoutFault();
        theatre.end();
        assertThat(theatre.lost()).as("acknowledged transactions that are lost").isZero();
        assertThat(theatre.sidesThatTookWrites())
                .as("runs of writes at one side, by the instants at which it took them")
                .isEqualTo(theatre.moves() + 1);
        assertThat(theatre.differences()).isEmpty();
    }
}
