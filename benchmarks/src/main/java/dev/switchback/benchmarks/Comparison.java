package dev.switchback.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

import org.jspecify.annotations.Nullable;

import dev.switchback.benchmarks.contender.Contender;
import dev.switchback.benchmarks.contender.SwitchbackFlow;
import dev.switchback.benchmarks.machine.Profile;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.benchmarks.stage.Stage;

/** Lets the contenders of a scenario run in turn. */
final class Comparison {

    private final boolean quick;
    private final Predicate<Contender> invited;
    private final PrintStream progress;
    private final Rounds rounds;
    private final Facts facts;
    private int runs;

    /**
     * @param invited who may take part
     */
    Comparison(boolean quick, Predicate<Contender> invited, PrintStream progress, Rounds rounds, Facts facts) {
        this.quick = quick;
        this.invited = invited;
        this.progress = progress;
        this.rounds = rounds;
        this.facts = facts;
    }

    /** Everybody catches up with the same backlog, on a stage that has one. */
    Outcome catchUp(Scenario scenario, Stage stage, SwitchbackFlow flow) throws InterruptedException {
        List<Contender> contenders = contenders(scenario, flow);
        Map<Contender, Run> unprepared = unprepared(contenders, stage);
        Map<Contender, List<Run>> all = inTurn(
                contenders,
                contender -> unprepared.containsKey(contender)
                        ? unprepared.get(contender)
                        : new BacklogRun(stage, contender, nextName()).measure());
        return outcome(scenario.name().toLowerCase(Locale.ROOT), scenario.what(), "changes/s", stage, all);
    }

    /** Everybody follows the same load, on a stage without a backlog. */
    Outcome follow(Scenario scenario, Stage stage, SwitchbackFlow flow, int rate) throws InterruptedException {
        List<Contender> contenders = contenders(scenario, flow);
        Map<Contender, List<Run>> all =
                inTurn(contenders, contender -> new LatencyRun(stage, contender, nextName(), rate).measure());
        String name = scenario.name().toLowerCase(Locale.ROOT) + "-" + rate;
        return outcome(name, scenario.what() + " " + rate + " changes/s.", "ms (p99)", stage, all);
    }

    /**
     * Everybody catches up once more while recording what it spends its time on.
     *
     * @param texts where {@code SCENARIO-JVM.txt} goes
     */
    void profile(Scenario scenario, Stage stage, SwitchbackFlow flow, Path texts) throws InterruptedException {
        for (Contender contender : contenders(scenario, flow)) {
            Path recordings = stage.directory().resolve("recordings-" + nextName());
            try {
                Files.createDirectories(recordings);
                stage.record(recordings);
                Run run = new BacklogRun(stage, contender, nextName()).measure();
                progress.printf("  %-36s profiled%s%n", contender.name(), run.right() ? "" : ", WRONG: " + run.wrong());
                Profile.write(recordings, texts, scenario.name().toLowerCase(Locale.ROOT), facts.here());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } finally {
                stage.record(null);
            }
        }
    }

    /** Who cannot run, with a run that says why. */
    private static Map<Contender, Run> unprepared(List<Contender> contenders, Stage stage) {
        Map<Contender, Run> failed = new HashMap<>();
        for (Contender contender : contenders) {
            try {
                contender.prepare(stage);
            } catch (RuntimeException | AssertionError e) {
                // An AssertionError is what somebody waited for in vain.
                failed.put(contender, Run.failed(e));
            }
        }
        return failed;
    }

    private List<Contender> contenders(Scenario scenario, SwitchbackFlow flow) {
        return scenario.contenders(flow).stream().filter(invited).toList();
    }

    private interface Attempt {
        Run by(Contender contender) throws InterruptedException;
    }

    private Map<Contender, List<Run>> inTurn(List<Contender> contenders, Attempt attempt) throws InterruptedException {
        Map<Contender, List<Run>> all = new LinkedHashMap<>();
        rounds.play(contenders, contender -> {
            Run run = attempt.by(contender);
            all.computeIfAbsent(contender, who -> new ArrayList<>()).add(run);
            progress.printf(
                    Locale.ROOT,
                    "  %-36s %s%n",
                    contender.name(),
                    run.right()
                            ? String.format(Locale.ROOT, "%,.1f %s", run.value(), run.details())
                            : "WRONG: " + run.wrong());
        });
        return all;
    }

    // Also the name of a replication slot and of a subscription.
    private String nextName() {
        return "run" + ++runs;
    }

    private Outcome outcome(String name, String what, String unit, Stage stage, Map<Contender, List<Run>> all) {
        @Nullable Standing ours = null;
        List<Standing> peers = new ArrayList<>();
        for (Map.Entry<Contender, List<Run>> entry : all.entrySet()) {
            Contender contender = entry.getKey();
            Standing standing = new Standing(contender.name(), contender.settings(), entry.getValue());
            if (contender.ours()) {
                ours = standing;
            } else {
                peers.add(standing);
            }
        }
        return new Outcome(name, what, unit, quick, facts.of(stage), ours, peers);
    }
}
