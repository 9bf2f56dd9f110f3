package dev.switchback.benchmarks;

import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.ManyTables;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;

/** The same changes in one table and spread over many: what a change costs must not depend on how many there are. */
final class TablesRun {

    private static final int MANY = 400;
    private static final int MANY_QUICK = 20;
    private static final long POLL_MILLIS = 200;

    private final Size size;
    private final boolean quick;
    private final Path logs;
    private final PrintStream progress;

    TablesRun(Size size, boolean quick, Path logs, PrintStream progress) {
        this.size = size;
        this.quick = quick;
        this.logs = logs;
        this.progress = progress;
    }

    Outcome measure() throws InterruptedException {
        int many = quick ? MANY_QUICK : MANY;
        List<Run> spread = new ArrayList<>();
        List<Run> one = new ArrayList<>();
        for (int i = 0; i < size.runs(); i++) {
            spread.add(run(many));
            one.add(run(1));
        }
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("machine", Machine.here().toString());
        facts.put("size", size.toString());
        return new Outcome(
                "tables",
                Scenario.TABLES.what(),
                "changes/s",
                quick,
                facts,
                new Standing("Switchback, " + many + " tables", "all by default", spread),
                List.of(new Standing("Switchback, 1 table", "all by default", one)));
    }

    private Run run(int tables) throws InterruptedException {
        try (Stage stage = Stage.open(size, logs)) {
            ManyTables all = ManyTables.create(stage, tables);
            Run run;
            try (OwnPipeline pipeline = OwnPipeline.copied(stage, all)) {
                all.change(size.warmUp());
                long begin = pipeline.mark();
                all.change(size.changes());
                long end = pipeline.mark();
                run = catchUp(stage, pipeline, all, begin, end);
            } catch (IllegalStateException | AssertionError e) {
                run = Run.failed(String.valueOf(e.getMessage()));
            }
            progress.printf(
                    Locale.ROOT,
                    "  %d tables: %s%n",
                    tables,
                    run.right() ? String.format(Locale.ROOT, "%,.0f changes/s", run.value()) : "WRONG: " + run.wrong());
            return run;
        }
    }

    private Run catchUp(Stage stage, OwnPipeline pipeline, ManyTables all, long begin, long end)
            throws InterruptedException {
        stage.source().execute("CHECKPOINT");
        stage.destination().execute("VACUUM ANALYZE", "CHECKPOINT");
        try (JavaChild child = pipeline.start()) {
            Map<String, Long> processes = new LinkedHashMap<>(stage.processes());
            processes.put(child.name(), child.pid());
            Meter meter = new Meter(processes);
            await(child, meter, pipeline, begin);
            meter.begin();
            long began = System.nanoTime();
            await(child, meter, pipeline, end);
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

    private static void await(JavaChild child, Meter meter, OwnPipeline pipeline, long mark)
            throws InterruptedException {
        while (!pipeline.applied(mark)) {
            child.requireAlive();
            meter.sample();
            Thread.sleep(POLL_MILLIS);
        }
    }
}
