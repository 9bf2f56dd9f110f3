package dev.switchback.benchmarks;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

import dev.switchback.benchmarks.contender.Contender;
import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.contender.Tally;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;

/** One contender catches up with the backlog once: how many changes a second. */
final class BacklogRun {

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
        } catch (RuntimeException | SQLException | AssertionError e) {
            // An AssertionError is what somebody waited for in vain.
            return Run.failed(e);
        }
    }

    private Run measure(Running running) throws SQLException, InterruptedException {
        Meter meter = Meter.of(stage, running);
        Patience patience =
                new Patience(running, meter, START.plusSeconds(stage.size().changes() / SLOWEST));
        long nanos;
        long logged;
        try (Marks marks = Marks.of(stage, running.tally())) {
            patience.until(() -> marks.begun() || stage.isReadUpTo(stage.countedFrom()));
            logged = -stage.destinationLog();
            long began = System.nanoTime();
            meter.begin();
            patience.until(marks::ended);
            nanos = System.nanoTime() - began;
            meter.end();
            logged += stage.destinationLog();
        }
        long changes = stage.size().changes() + (long) Workload.MARKS;
        Map<String, Double> details = new TreeMap<>(meter.details(nanos, changes));
        Tally tally = running.tally();
        if (tally == null) {
            details.put("bytes a change in the destination's log", (double) logged / changes);
        } else if (tally.topic() != null) {
            details.put("bytes a change in Kafka", (double) stage.topics().bytes(tally.topic()) / stage.backlog());
        }
        return new Run(
                changes * 1e9 / nanos,
                details,
                meter.cpuSecondsPerMillion(changes),
                meter.peakMebibytes(),
                tally == null ? stage.differences() : tally.wrong(stage.backlog()));
    }
}
