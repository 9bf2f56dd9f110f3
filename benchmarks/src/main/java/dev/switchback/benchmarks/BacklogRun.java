package dev.switchback.benchmarks;

import java.sql.SQLException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

import dev.switchback.benchmarks.contender.Contender;
import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;

/** One contender catches up with the backlog once: how many changes a second. */
final class BacklogRun {

    private static final long POLL_MILLIS = 20;
    private static final Duration START = Duration.ofMinutes(4);
    /** Who is slower than this is given up. */
    private static final int SLOWEST = 1_500;

    private final Stage stage;
    private final Contender contender;
    private final String name;

    BacklogRun(Stage stage, Contender contender, String name) {
        this.stage = stage;
        this.contender = contender;
        this.name = name;
    }

    Run measure() throws InterruptedException {
        stage.resetDestination();
        try (Running running = contender.start(stage, name)) {
            return measure(running);
        } catch (IllegalStateException | SQLException | AssertionError e) {
            // An AssertionError is what somebody waited for in vain.
            return Run.failed(String.valueOf(e.getMessage()));
        }
    }

    private Run measure(Running running) throws SQLException, InterruptedException {
        Map<String, Long> processes = new LinkedHashMap<>(stage.processes());
        running.children().forEach(child -> processes.put(child.name(), child.pid()));
        Meter meter = new Meter(processes);
        long nanos;
        try (Marks marks = Marks.of(stage, running.changes())) {
            Wait wait = new Wait(running, marks, meter);
            wait.until(() -> marks.begun() || stage.isReadUpTo(stage.countedFrom()));
            meter.begin();
            long began = System.nanoTime();
            wait.until(marks::ended);
            nanos = System.nanoTime() - began;
            meter.end();
        }
        long changes = stage.size().changes() + (long) Workload.MARKS;
        return new Run(
                changes * 1e9 / nanos,
                Map.of("seconds", nanos / 1e9),
                meter.cpuSecondsPerMillion(changes),
                meter.peakMebibytes(),
                wrong(running));
    }

    private String wrong(Running running) {
        LongSupplier changes = running.changes();
        if (changes == null) {
            return stage.differences();
        }
        long expected = (long) stage.size().warmUp() + stage.size().changes() + 2 * Workload.MARKS;
        long seen = changes.getAsLong();
        return seen == expected ? "" : "saw " + seen + " changes of " + expected;
    }

    /** What a contender has or has not reached yet. */
    private interface Condition {
        boolean holds() throws SQLException;
    }

    /** Waits for the contender, with one limit for all of it. */
    private final class Wait {
        private final Running running;
        private final Marks marks;
        private final Meter meter;
        private final long deadline = System.nanoTime()
                + START.plusSeconds((stage.size().warmUp() + stage.size().changes()) / SLOWEST)
                        .toNanos();

        Wait(Running running, Marks marks, Meter meter) {
            this.running = running;
            this.marks = marks;
            this.meter = meter;
        }

        void until(Condition condition) throws SQLException, InterruptedException {
            while (!condition.holds()) {
                running.requireAlive();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("did not get there in time; it passed " + marks.reached());
                }
                meter.sample();
                Thread.sleep(POLL_MILLIS);
            }
        }
    }
}
