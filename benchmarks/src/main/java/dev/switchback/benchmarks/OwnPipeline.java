package dev.switchback.benchmarks;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import dev.switchback.benchmarks.child.PipelineChild;
import dev.switchback.benchmarks.contender.MigrationText;
import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.platform.Await;

/** Switchback as its users meet it: it copies many tables, follows, ends, and goes on behind a backlog. */
final class OwnPipeline implements Follower {

    private static final Duration PATIENCE = Duration.ofMinutes(20);
    private static final Duration ANSWER = Duration.ofSeconds(10);

    private final Stage stage;
    private final Path file;
    private final Operations operations;

    private OwnPipeline(Stage stage, Path file, Operations operations) {
        this.stage = stage;
        this.file = file;
        this.operations = operations;
    }

    /**
     * Lets it copy the tables, and ends it when it follows.
     *
     * @param declared what the migration file says of each table
     * @param topics what it says of their topics
     */
    static OwnPipeline copied(Stage stage, ManyTables tables, String declared, String topics) {
        Path file = MigrationText.write(stage, "own", topics, tables.ids(), declared);
        Plan plan = Plan.of(MigrationFile.read(file, Map.of()));
        KafkaAccess kafka = KafkaAccess.declared(plan.file()).orElseThrow();
        try (JavaChild child = start(stage, file)) {
            Await.until("the tables to be copied", PATIENCE, () -> {
                try (Operations settled = Operations.toSettle(plan.file(), kafka, ANSWER)) {
                    return !child.isAlive() || settled.parts().ledger().read().phase() == Phase.FOLLOWING;
                }
            });
            child.requireAlive();
        }
        return new OwnPipeline(stage, file, Operations.open(plan, kafka, ANSWER));
    }

    @Override
    public Running start() {
        return new Running(List.of(start(stage, file)), null, () -> {});
    }

    private static JavaChild start(Stage stage, Path file) {
        return stage.start(JavaChild.Command.of(
                "switchback",
                PipelineChild.class,
                file.toString(),
                stage.directory().resolve("switchback-own").toString(),
                "CAPTURE",
                "APPLY"));
    }

    @Override
    public BooleanSupplier mark() {
        Control control = operations.parts().side(Side.SOURCE).control();
        Control.Row row = control.read();
        long mark = control.watermark(new Authority(row.epoch(), row.direction()));
        return () -> operations.parts().flow(Direction.FORWARD).applied(mark);
    }

    @Override
    public void close() {
        operations.close();
    }
}
