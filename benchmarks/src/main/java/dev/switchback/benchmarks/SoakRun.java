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
import java.util.stream.IntStream;

import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Usage;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;

/**
 * The whole pipeline in one process, beside as much load as two sessions make, for minutes: what it keeps on its heap must
 * not grow.
 */
final class SoakRun {

    private static final Duration FULL = Duration.ofMinutes(10);
    private static final Duration QUICK = Duration.ofSeconds(20);
    private static final int PARTS = 10;
    /** As many as leave a machine of two cores nothing to spare. */
    private static final int SESSIONS = 2;

    private static final Duration CATCH_UP = Duration.ofMinutes(15);

    private final Size size;
    private final boolean quick;
    private final Path logs;
    private final PrintStream progress;
    private final Facts facts;

    SoakRun(Size size, boolean quick, Path logs, PrintStream progress, Facts facts) {
        this.size = size;
        this.quick = quick;
        this.logs = logs;
        this.progress = progress;
        this.facts = facts;
    }

    Outcome measure() throws InterruptedException {
        Run run;
        Map<String, String> known;
        try (Stage stage = Stage.open(size, logs)) {
            ManyTables table = ManyTables.create(stage, 1);
            known = facts.of(stage);
            known.put("size", size.keys() + " keys, " + length().toSeconds() + " s of changes");
            try (OwnPipeline pipeline = OwnPipeline.copied(stage, table, "{}", "{}");
                    Running running = pipeline.start()) {
                run = run(stage, pipeline, running, table);
            } catch (RuntimeException | SQLException | AssertionError e) {
                run = Run.failed(e);
            }
        }
        progress.println("  " + (run.right() ? run.details() : "WRONG: " + run.wrong()));
        return new Outcome(
                "soak",
                Scenario.SOAK.what(),
                "changes/s",
                quick,
                known,
                new Standing(
                        "Switchback",
                        "all by default; details: MiB of heap that the leanest collection left, changes applied, and the process's CPU, in each tenth of the time",
                        List.of(run)),
                List.of());
    }

    private Run run(Stage stage, OwnPipeline pipeline, Running running, ManyTables table)
            throws SQLException, InterruptedException {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicLong made = new AtomicLong();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Meter meter = Meter.of(stage, running);
        List<Thread> load = IntStream.range(0, SESSIONS)
                .mapToObj(session -> new Thread(() -> keepBusy(stage, session, stop, made, failure), "load-" + session))
                .toList();
        load.forEach(Thread::start);
        Map<String, Double> details = new TreeMap<>();
        long began = System.nanoTime();
        meter.begin();
        try {
            for (int part = 1; part <= PARTS; part++) {
                long end = began + length().toNanos() / PARTS * part;
                details.putAll(part(
                        stage,
                        running.children().get(0),
                        String.format(Locale.ROOT, "part %02d", part),
                        end,
                        failure,
                        meter));
            }
        } finally {
            stop.set(true);
            for (Thread session : load) {
                session.join();
            }
        }
        requireLoad(failure);
        long stopped = System.nanoTime();
        BooleanSupplier applied = pipeline.mark();
        new Patience(running, meter, CATCH_UP).until(applied::getAsBoolean);
        details.put("seconds behind at the end", (System.nanoTime() - stopped) / 1e9);
        double seconds = (System.nanoTime() - began) / 1e9;
        meter.end();
        return new Run(
                made.get() / seconds,
                details,
                meter.cpuSecondsPerMillion(made.get()),
                meter.peakMebibytes(),
                table.differences());
    }

    /** Follows it up to a moment. */
    private static Map<String, Double> part(
            Stage stage, JavaChild child, String name, long end, AtomicReference<Exception> failure, Meter meter)
            throws InterruptedException {
        Map<String, Double> details = new TreeMap<>();
        long applied = applied(stage);
        Usage usage = Usage.of(child.pid());
        while (System.nanoTime() < end) {
            child.requireAlive();
            requireLoad(failure);
            meter.sample();
            Thread.sleep(1_000);
            if (child.announced("heap") != null) {
                details.merge("heap, " + name, (double) child.count("heap"), Math::min);
            }
        }
        long changes = applied(stage) - applied;
        details.put("changes, " + name, (double) changes);
        if (changes > 0) {
            details.put("CPU µs a change, " + name, Usage.of(child.pid()).cpuSecondsSince(usage) * 1e6 / changes);
        }
        return details;
    }

    private static void requireLoad(AtomicReference<Exception> failure) {
        Exception failed = failure.get();
        if (failed != null) {
            throw new IllegalStateException("the load failed: " + failed.getMessage(), failed);
        }
    }

    private Duration length() {
        return quick ? QUICK : FULL;
    }

    private static long applied(Stage stage) {
        return Long.parseLong(
                String.valueOf(stage.destination().value("SELECT sum(changes_applied) FROM switchback.checkpoint")));
    }

    /** Makes changes without a pause. */
    private static void keepBusy(
            Stage stage, int session, AtomicBoolean stop, AtomicLong made, AtomicReference<Exception> failure) {
        try (Connection connection = stage.source().connect()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                made.addAndGet(Workload.changeInBulk(connection, session));
            }
        } catch (SQLException | RuntimeException e) {
            failure.set(e);
        }
    }
}
