package dev.switchback.faults;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.FaultRun.Members;

/** One transaction of the source that takes several of Kafka's, with capture dying between them. */
@Tag("campaign")
class LargeTransactionTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final int ROWS = 10_000;

    @Test
    void captureThatDiesInTheMiddleOfACopyLosesAndRepeatsNothing() throws Exception {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.process(FaultRun.CAPTURE).kill();
            FaultTables.copy(run.platform.source(), 0, ROWS);
            run.endAt(Point.AFTER_KAFKA_COMMIT, 0);
            run.endAt(Point.BEFORE_KAFKA_COMMIT, 0);
            run.dieAt(Point.AFTER_KAFKA_COMMIT, 0);
            run.verify();
        }
    }

    @Test
    void captureThatDiesInTheMiddleOfManyKeyChangesLosesAndRepeatsNothing() throws Exception {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            FaultTables.copy(run.platform.source(), 0, ROWS);
            run.process(FaultRun.CAPTURE).kill();
            run.platform.source().execute("UPDATE bulk SET id = id + " + ROWS + ", version = nextval('version')");
            run.endAt(Point.AFTER_KAFKA_COMMIT, 0);
            run.endAt(Point.AFTER_KAFKA_COMMIT, 1);
            run.dieAt(Point.BEFORE_KAFKA_COMMIT, 0);
            run.verify();
        }
    }
}
