package dev.switchback.demo;

import java.nio.file.Path;
import java.util.List;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The migration as {@code switchback run FILE} runs it, in this process. Thread-safe. */
final class Migration implements AutoCloseable {

    private final Plan plan;
    private final Pipeline pipeline;
    private volatile List<Problem> problems = List.of();

    private Migration(Plan plan, Pipeline pipeline) {
        this.plan = plan;
        this.pipeline = pipeline;
    }

    /** @throws ProblemException when the migration cannot start */
    static Migration run(Path file, Path data) {
        Plan plan = Plan.of(MigrationFile.read(file, System.getenv()));
        Migration migration = new Migration(plan, Pipeline.start(plan, RunSettings.everything(data)));
        Thread watch = new Thread(migration::awaitEnd, "demo-watch");
        watch.setDaemon(true);
        watch.start();
        return migration;
    }

    Flow flow() {
        return plan.flow();
    }

    /** How many partitions its change topics have together. */
    int inputs() {
        return plan.tables().size() * plan.file().topics().partitions();
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
