package dev.switchback.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.function.BooleanSupplier;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;

/** Switchback beside itself: the same changes, by a pipeline that has copied the tables and goes on behind a backlog. */
final class Variants {

    /** Takes every row; that a large value may be left out of the log keeps it from being judged by one change alone. */
    private static final String FILTER = "account >= 0 OR note IS NULL";

    private static final int MANY = 400;
    private static final int MANY_QUICK = 20;
    private static final long POLL_MILLIS = 50;

    private final Size size;
    private final boolean quick;
    private final Path logs;
    private final PrintStream progress;

    /**
     * One way to run it.
     *
     * @param declared what the migration file says of each table
     * @param topics what it says of their topics
     */
    private record Variant(String name, int tables, String declared, String topics) {

        Variant(String name, int tables, String declared) {
            this(name, tables, declared, "{}");
        }

        String settings() {
            return topics.equals("{}") ? "all by default" : "topics: " + topics;
        }
    }

    Variants(Size size, boolean quick, Path logs, PrintStream progress) {
        this.size = size;
        this.quick = quick;
        this.logs = logs;
        this.progress = progress;
    }

    /** Through the mutation topic, and without. */
    Outcome joined() throws InterruptedException {
        return measure(
                Scenario.JOIN,
                new Variant(
                        "Switchback, through the mutation topic",
                        1,
                        "{select: SELECT * FROM bench WHERE " + FILTER + "}"),
                new Variant("Switchback, without", 1, "{}"));
    }

    /** Many tables, and one. */
    Outcome tables() throws InterruptedException {
        int many = quick ? MANY_QUICK : MANY;
        return measure(
                Scenario.TABLES,
                new Variant("Switchback, " + many + " tables", many, "{}", quick ? "{shared: true}" : "{}"),
                new Variant("Switchback, 1 table", 1, "{}"));
    }

    private Outcome measure(Scenario scenario, Variant ours, Variant... others) throws InterruptedException {
        Map<Variant, List<Run>> runs = new LinkedHashMap<>();
        for (int i = 0; i < size.runs(); i++) {
            for (Variant variant : variants(ours, others)) {
                runs.computeIfAbsent(variant, key -> new ArrayList<>()).add(run(variant));
            }
        }
        List<Standing> standings = new ArrayList<>();
        runs.forEach((variant, its) -> standings.add(new Standing(variant.name(), variant.settings(), its)));
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", Machine.here().toString());
        facts.put("size", size.toString());
        return new Outcome(
                scenario.name().toLowerCase(Locale.ROOT),
                scenario.what(),
                "changes/s",
                quick,
                facts,
                standings.get(0),
                standings.subList(1, standings.size()));
    }

    private static List<Variant> variants(Variant ours, Variant... others) {
        List<Variant> all = new ArrayList<>(List.of(others));
        all.add(0, ours);
        return all;
    }

    private Run run(Variant variant) throws InterruptedException {
        try (Stage stage = Stage.open(size, logs)) {
            ManyTables all = ManyTables.create(stage, variant.tables());
            Run run;
            try (OwnPipeline pipeline = OwnPipeline.copied(stage, all, variant.declared(), variant.topics())) {
                all.changeFast(size.warmUp());
                String begin = stage.logEnd();
                all.changeFast(size.changes());
                long end = pipeline.mark();
                run = catchUp(stage, pipeline, all, begin, end);
            } catch (IllegalStateException | CompletionException | AssertionError e) {
                run = Run.failed(String.valueOf(e.getMessage()));
            }
            progress.printf(
                    Locale.ROOT,
                    "  %-40s %s%n",
                    variant.name(),
                    run.right() ? String.format(Locale.ROOT, "%,.0f changes/s", run.value()) : "WRONG: " + run.wrong());
            return run;
        }
    }

    private Run catchUp(Stage stage, OwnPipeline pipeline, ManyTables all, String begin, long end)
            throws InterruptedException {
        stage.source().execute("CHECKPOINT");
        stage.destination().execute("VACUUM ANALYZE", "CHECKPOINT");
        try (JavaChild child = pipeline.start()) {
            Map<String, Long> processes = new LinkedHashMap<>(stage.processes());
            processes.put(child.name(), child.pid());
            Meter meter = new Meter(processes);
            await(child, meter, () -> stage.isReadUpTo(begin));
            meter.begin();
            long began = System.nanoTime();
            await(child, meter, () -> pipeline.applied(end));
            long nanos = System.nanoTime() - began;
            meter.end();
            return new Run(
                    size.changes() * 1e9 / nanos,
                    Map.of("seconds", nanos / 1e9),
                    meter.cpuSecondsPerMillion(size.changes()),
                    meter.peakMebibytes(),
                    all.differences());
        }
    }

    private static void await(JavaChild child, Meter meter, BooleanSupplier reached) throws InterruptedException {
        while (!reached.getAsBoolean()) {
            child.requireAlive();
            meter.sample();
            Thread.sleep(POLL_MILLIS);
        }
    }
}
