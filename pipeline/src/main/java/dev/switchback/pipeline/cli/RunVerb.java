package dev.switchback.pipeline.cli;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.Role;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Runs a migration until it is told to end. */
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description = {
            "Copy the declared tables and then follow every change, until stopped.",
            "Stopped (Ctrl-C, SIGTERM) or killed, the next run goes on where this one ended."
        },
        footer = {
            "",
            "Examples:",
            "  switchback run stores.yaml",
            "  switchback run stores.yaml --roles apply     (with kafka: in the file)",
            "  switchback run stores.yaml --json            (one status a line, one line a second)"
        })
final class RunVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Option(
            names = "--roles",
            split = ",",
            paramLabel = "ROLE",
            description = "What this process does: ${COMPLETION-CANDIDATES} (default: all). Roles apart need kafka:.")
    private Set<Role> roles = EnumSet.allOf(Role.class);

    @Option(names = "--json", description = "Print each second's status as one JSON object.")
    private boolean json;

    RunVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws InterruptedException {
        Logs.intoFile(migration.data());
        try {
            return start();
        } catch (ProblemException refused) {
            Logs.removeEmpty(migration.data());
            throw refused;
        }
    }

    private int start() throws InterruptedException {
        MigrationFile file = migration.read(environment);
        RunSettings settings = new RunSettings(migration.data(), roles);
        settings.requireFor(file);
        Plan plan = Plan.of(file);
        plan.notices().forEach(notice -> environment.err().println("Note: " + notice));
        try (Pipeline pipeline = Pipeline.start(plan, settings)) {
            return run(pipeline);
        }
    }

    private int run(Pipeline pipeline) throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> end(pipeline, ended), "end");
        Runtime.getRuntime().addShutdownHook(hook);
        ProgressLine progress = new ProgressLine(environment, json);
        Thread screen = new Thread(() -> show(pipeline, progress, ended), "progress");
        screen.setDaemon(true);
        screen.start();
        List<Problem> problems = pipeline.awaitEnd();
        ended.countDown();
        screen.join(TimeUnit.SECONDS.toMillis(1));
        progress.end();
        return environment.report(problems);
    }

    private static void show(Pipeline pipeline, ProgressLine progress, CountDownLatch ended) {
        try {
            while (!ended.await(1, TimeUnit.SECONDS)) {
                progress.show(pipeline.status());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Runs when the process is told to end. A pipeline that had ended by itself has its own exit code. */
    private static void end(Pipeline pipeline, CountDownLatch ended) {
        if (ended.getCount() > 0) {
            pipeline.close();
            // The operator asked for the end, and it is a clean one: without this, the exit code would be the signal's.
            Runtime.getRuntime().halt(0);
        }
    }
}
