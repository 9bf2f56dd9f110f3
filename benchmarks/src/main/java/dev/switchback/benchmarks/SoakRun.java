package dev.switchback.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.machine.Usage;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;

/**
 * The whole pipeline in one process, beside as much load as one session makes, for minutes: what it keeps on its heap must
 * not grow.
 */
final class SoakRun {

    private static final Duration FULL = Duration.ofMinutes(10);
    private static final Duration QUICK = Duration.ofSeconds(20);
    private static final long MINUTE_NANOS = Duration.ofMinutes(1).toNanos();

    private final Size size;
    private final boolean quick;
    private final Path logs;
    private final PrintStream progress;
    private final Machine machine;

    /** @param machine as it was before anything ran */
    SoakRun(Size size, boolean quick, Path logs, PrintStream progress, Machine machine) {
        this.size = size;
        this.quick = quick;
        this.logs = logs;
        this.progress = progress;
        this.machine = machine;
    }

    Outcome measure() throws InterruptedException {
        Run run;
        Map<String, String> facts;
        try (Stage stage = Stage.open(size, logs)) {
            ManyTables table = ManyTables.create(stage, 1);
            facts = Facts.of(stage, machine);
            facts.put("size", size.keys() + " keys, " + length().toSeconds() + " s of changes");
            try (OwnPipeline pipeline = OwnPipeline.copied(stage, table, "{}", "{}");
                    Running running = pipeline.start()) {
                run = run(stage, pipeline, running.children().get(0), table);
            } catch (IllegalStateException | AssertionError e) {
                run = Run.failed(String.valueOf(e.getMessage()));
            }
        }
        progress.println("  " + (run.right() ? run.details() : "WRONG: " + run.wrong()));
        return new Outcome(
                "soak",
                Scenario.SOAK.what(),
                "changes/s",
                quick,
                facts,
                new Standing(
                        "Switchback",
                        "all by default; details: MiB of heap that the leanest collection left, changes applied, and the process's CPU, minute by minute",
                        List.of(run)),
                List.of());
    }

    private Run run(Stage stage, OwnPipeline pipeline, JavaChild child, ManyTables table) throws InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong made = new AtomicLong();
        AtomicReference<SQLException> failure = new AtomicReference<>();
        Thread load = new Thread(() -> keepBusy(stage, stop, made, failure), "load");
        load.start();
        Map<String, Double> details = new TreeMap<>();
        long began = System.nanoTime();
        try {
            long length = length().toNanos();
            long minute = 0;
            long counted = applied(stage);
            Usage usage = Usage.of(child.pid());
            for (long passed = 0; passed < length; passed = System.nanoTime() - began) {
                child.requireAlive();
                Thread.sleep(1_000);
                if (child.announced("heap") != null) {
                    details.merge(minute("heap", minute), (double) child.count("heap"), Math::min);
                }
                if (passed >= (minute + 1) * MINUTE_NANOS) {
                    long now = applied(stage);
                    Usage used = Usage.of(child.pid());
                    details.put(minute("changes", minute), (double) (now - counted));
                    details.put(minute("CPU µs a change", minute), used.cpuSecondsSince(usage) * 1e6 / (now - counted));
                    counted = now;
                    usage = used;
                    minute++;
                }
            }
        } finally {
            stop.set(true);
            load.join();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("the load failed: " + failure.get().getMessage(), failure.get());
        }
        long stopped = System.nanoTime();
        BooleanSupplier applied = pipeline.mark();
        while (!applied.getAsBoolean()) {
            child.requireAlive();
            Thread.sleep(1_000);
        }
        details.put("seconds behind at the end", (System.nanoTime() - stopped) / 1e9);
        double seconds = (System.nanoTime() - began) / 1e9;
        return new Run(made.get() / seconds, details, Map.of(), Map.of(), table.differences());
    }

    private Duration length() {
        return quick ? QUICK : FULL;
    }

    private static String minute(String what, long minute) {
        return String.format(Locale.ROOT, "%s, minute %02d", what, minute + 1);
    }

    private static long applied(Stage stage) {
        return Long.parseLong(
                String.valueOf(stage.destination().value("SELECT sum(changes_applied) FROM switchback.checkpoint")));
    }

    /** Makes changes without a pause. */
    private static void keepBusy(
            Stage stage, AtomicBoolean stop, AtomicLong made, AtomicReference<SQLException> failure) {
        try (Connection connection = stage.source().connect()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                made.addAndGet(Workload.changeInBulk(connection));
            }
        } catch (SQLException e) {
            failure.set(e);
        }
    }
}
