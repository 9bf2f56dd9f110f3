package dev.switchback.benchmarks.child;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.Role;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.transforms.problem.Problem;

/** The product, as {@code switchback run} runs it. */
public final class PipelineChild {

    private PipelineChild() {}

    /** @param arguments the migration file, the data directory, the roles */
    public static void main(String[] arguments) throws InterruptedException {
        Lifeline.hold();
        Plan plan = Plan.of(MigrationFile.read(Path.of(arguments[0]), Map.of()));
        Set<Role> roles = Arrays.stream(arguments).skip(2).map(Role::valueOf).collect(Collectors.toUnmodifiableSet());
        Pipeline pipeline = Pipeline.start(plan, new RunSettings(Path.of(arguments[1]), roles));
        Runtime.getRuntime().addShutdownHook(new Thread(pipeline::close, "pipeline-close"));
        List<Problem> problems = pipeline.awaitEnd();
        if (!problems.isEmpty()) {
            Lifeline.announce("failed", problems);
        }
    }
}
