package dev.switchback.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.BenchmarkResult;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

import dev.switchback.benchmarks.mapping.MappingBenchmark;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;

/** One row through a mapping, by JMH: each kind of mapping an outcome, each fork a run. */
final class Mappings {

    private static final String ALLOCATED = "gc.alloc.rate.norm";

    private final boolean quick;
    private final Facts facts;

    Mappings(boolean quick, Facts facts) {
        this.quick = quick;
        this.facts = facts;
    }

    List<Outcome> measure() {
        var options = new OptionsBuilder()
                .include(MappingBenchmark.class.getName())
                .forks(quick ? 1 : 3)
                .warmupIterations(iterations())
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(iterations())
                .measurementTime(TimeValue.seconds(1))
                .addProfiler(GCProfiler.class)
                .verbosity(VerboseMode.SILENT)
                .build();
        try {
            List<Outcome> outcomes = new ArrayList<>();
            for (RunResult result : new Runner(options).run()) {
                outcomes.add(outcome(result));
            }
            return outcomes;
        } catch (RunnerException e) {
            throw new IllegalStateException("JMH failed: " + e.getMessage(), e);
        }
    }

    private int iterations() {
        return quick ? 1 : 5;
    }

    private Outcome outcome(RunResult result) {
        List<Run> runs = result.getBenchmarkResults().stream()
                .map(fork -> new Run(
                        fork.getPrimaryResult().getScore(),
                        Map.of("bytes allocated", allocated(fork)),
                        Map.of(),
                        Map.of(),
                        ""))
                .toList();
        Map<String, String> known = facts.here();
        known.put(
                "JMH",
                "average time, " + runs.size() + " forks, " + iterations()
                        + " iterations of a second each behind as many that warm up");
        return new Outcome(
                "mapping-" + result.getPrimaryResult().getLabel(),
                Scenario.MAPPING.what(),
                "ns",
                quick,
                known,
                new Standing("Switchback", "ten columns; the SELECT is in MappingBenchmark", runs),
                List.of());
    }

    @SuppressWarnings("rawtypes") // JMH's own
    private static double allocated(BenchmarkResult fork) {
        return fork.getSecondaryResults().entrySet().stream()
                .filter(result -> result.getKey().endsWith(ALLOCATED))
                .mapToDouble(result -> result.getValue().getScore())
                .findFirst()
                .orElseThrow();
    }
}
