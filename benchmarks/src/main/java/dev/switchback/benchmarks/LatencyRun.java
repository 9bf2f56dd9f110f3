package dev.switchback.benchmarks;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import dev.switchback.benchmarks.contender.Contender;
import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Workload;
import dev.switchback.platform.WriteLoad;

/** One contender follows a constant load once: how long a committed row takes to be seen at the destination. */
final class LatencyRun {

    private static final int WRITERS = 4;
    /** So many rows a second are looked for, whatever the load. */
    private static final int PROBES_PER_SECOND = 200;

    private static final Duration START = Duration.ofMinutes(4);
    private static final long START_PAUSE_MILLIS = 50;
    private static final Duration CATCH_UP = Duration.ofSeconds(90);

    /** Who is no further behind has caught up with what came while it started. */
    private static final Duration CAUGHT_UP = Duration.ofSeconds(1);

    /** Within so long behind the warm-up; else it is counted as it is. */
    private static final Duration CATCH_UP_UNDER_LOAD = Duration.ofMinutes(3);

    /** The least of the load's rate that must have been made. */
    private static final double MADE = 0.98;

    private final Stage stage;
    private final Contender contender;
    private final String name;
    private final int rate;

    LatencyRun(Stage stage, Contender contender, String name, int changesPerSecond) {
        this.stage = stage;
        this.contender = contender;
        this.name = name;
        this.rate = changesPerSecond;
    }

    /** The run, whose value is the 99th percentile in milliseconds. */
    Run measure() throws InterruptedException {
        stage.resetRows();
        try (Running running = contender.start(stage, name);
                Probes probes = new Probes(stage.source(), stage.destination())) {
            Run run = measure(running, probes);
            running.requireAlive();
            return run;
        } catch (RuntimeException | SQLException | AssertionError e) {
            // An AssertionError is what somebody waited for in vain.
            return Run.failed(e);
        }
    }

    private Run measure(Running running, Probes probes) throws SQLException, InterruptedException {
        Size size = stage.size();
        Meter meter = Meter.of(stage, running);
        awaitStart(probes, running);
        Instant begin;
        long changes;
        int missing;
        double loadedSeconds;
        long loadBegan = System.nanoTime();
        try (WriteLoad load = WriteLoad.start(
                stage.source(),
                WRITERS,
                name.hashCode(),
                (double) rate / Workload.TRANSACTION,
                (connection, random, writer, number) -> write(connection, random, probes))) {
            pause(size.latencyWarmUp(), meter, running, probes);
            awaitCaughtUp(meter, running, probes);
            loadedSeconds = (System.nanoTime() - loadBegan) / 1e9;
            meter.begin();
            begin = Instant.now();
            long before = load.changes();
            pause(size.latency(), meter, running, probes);
            meter.end();
            changes = load.changes() - before;
            missing = probes.missing();
        }
        double made = changes * 1e9 / size.latency().toNanos();
        String wrong = awaitAll(probes);
        if (wrong.isEmpty() && made < MADE * rate) {
            wrong = String.format(Locale.ROOT, "only %,.0f changes a second could be made beside it", made);
        }
        probes.close();
        Map<String, Double> details = new TreeMap<>(percentiles(probes.delays(begin, size.latency())));
        details.put("changes/s", made);
        details.put("seconds of load before", loadedSeconds);
        details.put("probes behind at the end", (double) missing);
        return new Run(
                details.getOrDefault("p99", Double.POSITIVE_INFINITY),
                details,
                meter.cpuSecondsPerMillion(changes),
                meter.peakMebibytes(),
                wrong);
    }

    /** Some changes, until one arrives: how long a contender takes to start is not what is measured. */
    private void awaitStart(Probes probes, Running running) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + START.toNanos();
        try (Connection connection = stage.source().connect()) {
            Random random = new Random(name.hashCode());
            while (!probes.anySeen()) {
                running.requireAlive();
                probes.requireAlive();
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("nothing had arrived after " + START.toSeconds() + " s");
                }
                write(connection, random, probes);
                Thread.sleep(START_PAUSE_MILLIS);
            }
        }
    }

    /** What came while it started was more than it follows later: who has that still before it is not measured yet. */
    private static void awaitCaughtUp(Meter meter, Running running, Probes probes)
            throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP_UNDER_LOAD.toNanos();
        while (probes.behind().compareTo(CAUGHT_UP) > 0 && System.nanoTime() < deadline) {
            pause(CAUGHT_UP, meter, running, probes);
        }
    }

    private int write(Connection connection, Random random, Probes probes) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("SELECT bench_transaction()")) {
            rows.next();
            if (random.nextInt(rate / Workload.TRANSACTION) < PROBES_PER_SECOND) {
                probes.expect(rows.getLong(1));
            }
            return Workload.TRANSACTION;
        }
    }

    private static void pause(Duration span, Meter meter, Running running, Probes probes)
            throws SQLException, InterruptedException {
        long end = System.nanoTime() + span.toNanos();
        while (System.nanoTime() < end) {
            running.requireAlive();
            probes.requireAlive();
            meter.sample();
            Thread.sleep(Math.max(1, Math.min(200, (end - System.nanoTime()) / 1_000_000)));
        }
    }

    /** Waits until everything has arrived, of which the last may be no probe; what is different when time is up. */
    private String awaitAll(Probes probes) throws SQLException, InterruptedException {
        long deadline = System.nanoTime() + CATCH_UP.toNanos();
        while (probes.missing() > 0) {
            probes.requireAlive();
            if (System.nanoTime() > deadline) {
                return "fell behind: had not caught up " + CATCH_UP.toSeconds() + " s after the load had ended";
            }
            Thread.sleep(20);
        }
        String differences = stage.differences();
        while (!differences.isEmpty() && System.nanoTime() < deadline) {
            differences = stage.differences();
        }
        return differences;
    }

    private static Map<String, Double> percentiles(List<Double> inOrder) {
        if (inOrder.isEmpty()) {
            return Map.of();
        }
        int part = Math.max(1, inOrder.size() / 6);
        return Map.of(
                "p50", percentile(inOrder, 0.5),
                "p99", percentile(inOrder, 0.99),
                "max", percentile(inOrder, 1),
                "p50 of the first sixth", percentile(inOrder.subList(0, part), 0.5),
                "p50 of the last sixth", percentile(inOrder.subList(inOrder.size() - part, inOrder.size()), 0.5));
    }

    private static double percentile(List<Double> values, double share) {
        List<Double> sorted = values.stream().sorted().toList();
        return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
}
