package dev.switchback.pipeline.cli;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

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

    /** What a process that is told to end while it starts may take to start first: nothing half open can be closed. */
    private static final long STARTS_WITHIN_SECONDS = 10;

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
        CountDownLatch ended = new CountDownLatch(1);
        CompletableFuture<Pipeline> opened = new CompletableFuture<>();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> end(opened, ended), "end"));
        try (Pipeline pipeline = Pipeline.start(plan, settings)) {
            opened.complete(pipeline);
            return run(pipeline, ended);
        } finally {
            ended.countDown();
            opened.cancel(false);
        }
    }

    private int run(Pipeline pipeline, CountDownLatch ended) throws InterruptedException {
        ProgressLine progress = new ProgressLine(environment, json);
        Thread screen = new Thread(() -> show(pipeline, progress, ended), "progress");
        screen.setDaemon(true);
        screen.start();
        List<Problem> problems;
        try {
            problems = pipeline.awaitEnd();
        } finally {
            ended.countDown();
        }
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

    /**
     * Runs when the process is told to end, as it may be while it starts. A pipeline that had ended by itself, or did not
     * come to start, has its own exit code.
     */
    private static void end(CompletableFuture<Pipeline> opened, CountDownLatch ended) {
        if (ended.getCount() > 0 && closed(opened)) {
            // The operator asked for the end, and it is a clean one: without this, the exit code would be the signal's.
            Runtime.getRuntime().halt(0);
        }
    }

    private static boolean closed(CompletableFuture<Pipeline> opened) {
        try {
            opened.get(STARTS_WITHIN_SECONDS, TimeUnit.SECONDS).close();
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException | CancellationException | TimeoutException e) {
            return false;
        }
    }
}
