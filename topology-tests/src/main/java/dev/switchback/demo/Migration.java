package dev.switchback.demo;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.migration.operation.Timings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The migration as {@code switchback run FILE} runs it, in this process. Thread-safe. */
final class Migration implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(3);

    private final Plan plan;
    private final Path data;
    private final Pipeline pipeline;
    private volatile List<Problem> problems = List.of();

    private Migration(Plan plan, Path data, Pipeline pipeline) {
        this.plan = plan;
        this.data = data;
        this.pipeline = pipeline;
    }

    /** @throws ProblemException when the migration cannot start */
    static Migration run(Path file, Path data) {
        Plan plan = Plan.of(MigrationFile.read(file, System.getenv()));
        Migration migration = new Migration(plan, data, Pipeline.start(plan, RunSettings.everything(data)));
        Thread watch = new Thread(migration::awaitEnd, "demo-watch");
        watch.setDaemon(true);
        watch.start();
        return migration;
    }

    Flow flow() {
        return plan.flow();
    }

    /** How many partitions apply reads. */
    int inputs() {
        return plan.forward().appliedTopics().size() * plan.file().topics().partitions();
    }

    /**
     * Moves the writes, as {@code switchback cutover} and {@code switchback revert} do.
     *
     * @throws ProblemException when they stayed where they were
     */
    Timings move(Operation operation, Announcer announcer) throws InterruptedException {
        Timings timings = new Timings(announcer);
        try (Operations operations =
                Operations.open(plan, KafkaAccess.existing(plan.file(), data), Settings.DEFAULTS.maxPause())) {
            while (!operation.mayBegin(operations.parts().ledger().read().phase())) {
                requireRunning();
                TimeUnit.MILLISECONDS.sleep(50);
            }
            Outcome outcome = new Cutover(operation, operations.parts(), Settings.DEFAULTS, timings).run();
            if (outcome instanceof Outcome.Undone undone) {
                throw new ProblemException(new Problem(
                        Problem.Kind.REFUSED, operation.toString(), undone.why(), "Run the demo on an idle machine."));
            }
            return timings;
        }
    }

    /** Waits until all that the side which takes writes has committed is on the other side. */
    void drain() throws InterruptedException {
        if (!pipeline.drain(PATIENCE)) {
            throw new IllegalStateException("the drain took longer than " + PATIENCE.toMinutes() + " minutes");
        }
    }

    /** @throws ProblemException when it has halted, with the reason */
    void requireRunning() {
        List<Problem> found = problems;
        if (!found.isEmpty()) {
            throw new ProblemException(found);
        }
    }

    private void awaitEnd() {
        try {
            problems = pipeline.awaitEnd();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        pipeline.close();
    }
}
