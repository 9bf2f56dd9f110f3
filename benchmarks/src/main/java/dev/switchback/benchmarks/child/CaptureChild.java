package dev.switchback.benchmarks.child;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureListener;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.transforms.problem.Problem;

/** The product's capture alone, which says how many changes it has committed to Kafka. */
public final class CaptureChild {

    private CaptureChild() {}

    /** @param arguments the migration file */
    public static void main(String[] arguments) {
        Lifeline.hold();
        Plan plan = Plan.of(MigrationFile.read(Path.of(arguments[0]), Map.of()));
        KafkaAccess kafka = KafkaAccess.declared(plan.file()).orElseThrow();
        CaptureSettings settings = new CaptureSettings(
                plan.flow(),
                Plan.source(plan.file()),
                plan.tables().stream().map(table -> table.from().schema()).toList(),
                kafka.settings(),
                CaptureSettings.Topics.DEFAULT);
        Capture capture =
                new Capture(settings, kafka.schemas(plan.file()), watermark -> true, new Announcer(), FaultPoints.NONE);
        Runtime.getRuntime().addShutdownHook(new Thread(capture::close, "capture-close"));
        capture.start();
    }

    private static final class Announcer implements CaptureListener {
        private final AtomicLong changes = new AtomicLong();

        @Override
        public void committed(Committed batch) {
            Lifeline.announce("changes", changes.addAndGet(batch.changes()));
        }

        @Override
        public void halted(List<Problem> problems) {
            Lifeline.announce("failed", problems);
        }
    }
}
