package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.ChangePartitioner;
import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.faults.Roles.Members;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.schema.TableSchema;

/** One transaction of the source that takes several of Kafka's, with processes dying between and in them. */
@Tag("campaign")
class LargeTransactionTest {

    private static final long SEED = Long.getLong("faults.seed", 1);
    private static final int ROWS = 10_000;

    @Test
    void aCopyDuringWhichProcessesDieIsNeitherLostNorRepeated() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            run.roles.process(FaultRun.CAPTURE).kill();
            FaultTables.copy(run.platform.source(), 0, ROWS);
            dieInTheMiddle(run);
            run.verify();
        }
    }

    @Test
    void keyChangesDuringWhichProcessesDieAreNeitherLostNorRepeated() {
        try (FaultRun run = new FaultRun(SEED, Members.STATIC).begin()) {
            FaultTables.copy(run.platform.source(), 0, ROWS);
            run.awaitDrain();
            assertThat(keyChangesWithinAPartition(run))
                    .as("of %d key changes, those within a partition", ROWS)
                    .isBetween(1_000, ROWS - 1_000);
            run.roles.process(FaultRun.CAPTURE).kill();
            FaultTables.moveBulk(run.platform.source(), 0, ROWS);
            dieInTheMiddle(run);
            run.verify();
        }
    }

    /** Both sides of each of Kafka's transactions, and each member of apply while it has them in its hands. */
    private static void dieInTheMiddle(FaultRun run) {
        run.endCaptureWithinATransaction();
        run.endAt(Point.BEFORE_KAFKA_COMMIT, 0);
        run.endAt(Point.AFTER_KAFKA_COMMIT, 0);
        run.endAt(Point.BEFORE_DESTINATION_COMMIT, 0);
        run.endAt(Point.AFTER_DESTINATION_COMMIT, 0);
        run.roles.startEnded();
        run.killAtWork(FaultRun.APPLY_B);
        run.killAtWork(FaultRun.APPLY_A);
    }

    private static int keyChangesWithinAPartition(FaultRun run) {
        TableSchema bulk = run.schema(FaultTables.BULK);
        ChangeEncoder encoder = new ChangeEncoder(new MemorySchemaStore(), "bulk", bulk);
        RowType type = new RowType(bulk.columnNames());
        int[] partitions = IntStream.range(0, 2 * ROWS)
                .map(id -> ChangePartitioner.partition(
                        encoder.key(new Row(type, new Object[] {(long) id, 0L, ""})), FaultMigration.PARTITIONS))
                .toArray();
        return (int) IntStream.range(0, ROWS)
                .filter(id -> partitions[id] == partitions[id + ROWS])
                .count();
    }
}
