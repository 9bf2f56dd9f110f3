package dev.switchback.faults;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.apache.kafka.clients.admin.Admin;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureListener;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.postgres.PostgresDrain;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.Problem;

/** A process with the role capture. Prints what the tests wait for. */
final class CaptureMain {

    static final String STARTED = "capture started";
    static final String COMMITTED = "capture committed changes";
    static final String HALTED = "capture halted: ";

    private CaptureMain() {}

    public static void main(String[] arguments) throws InterruptedException {
        Plan plan = FaultMigration.inheritedPlan(HALTED);
        Map<String, Object> kafka = FaultMigration.kafka(plan);
        CountDownLatch halted = new CountDownLatch(1);
        CaptureSettings settings = new CaptureSettings(
                FaultMigration.FLOW,
                Plan.source(plan.file()),
                plan.forward().captured().stream().map(PostgresTable::schema).toList(),
                plan.forward().wholeOldRows(),
                plan.forward().routes(),
                kafka,
                new CaptureSettings.Topics(FaultMigration.PARTITIONS, (short) 1, Duration.ofDays(1), 8 << 20),
                CaptureSettings.Tuning.DEFAULT);
        try (Admin admin = Admin.create(kafka);
                SchemaStore schemas = FaultMigration.schemas(plan);
                PostgresDrain drain = new PostgresDrain(
                        Plan.destination(plan.file()), FaultMigration.FLOW, () -> FaultMigration.inputs(admin));
                Capture capture = new Capture(settings, schemas, drain, new Printer(halted), FaultAt.inherited())) {
            capture.start();
            System.out.println(STARTED);
            Runtime.getRuntime().addShutdownHook(new Thread(capture::close));
            halted.await();
        }
        System.exit(1);
    }

    private record Printer(CountDownLatch halted) implements CaptureListener {
        @Override
        public void committed(Committed batch) {
            if (batch.changes() > 0) {
                System.out.println(COMMITTED);
            }
        }

        @Override
        public void restarting(String reason, Duration pause) {
            System.out.println("capture restarts in " + pause.toMillis() + " ms: " + reason);
        }

        @Override
        public void halted(List<Problem> problems) {
            System.out.println(HALTED + problems);
            halted.countDown();
        }
    }
}
