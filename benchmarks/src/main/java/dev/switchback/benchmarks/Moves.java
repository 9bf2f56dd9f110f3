package dev.switchback.benchmarks;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;

import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Run;
import dev.switchback.benchmarks.report.Standing;
import dev.switchback.demo.Demo;
import dev.switchback.demo.DemoResult;
import dev.switchback.demo.DemoResult.Move;
import dev.switchback.pipeline.migration.Operation;

/**
 * Cutovers and reverts, in turn, on the demo's platform and under its load. No peer goes back, so there is nobody to
 * compare with.
 */
final class Moves {

    private static final int ROUND_TRIPS = 10;

    private final boolean quick;
    private final PrintStream progress;
    private final Facts facts;

    Moves(boolean quick, PrintStream progress, Facts facts) {
        this.quick = quick;
        this.progress = progress;
        this.facts = facts;
    }

    /** One outcome for the way there, one for the way back, with a run for each move. */
    List<Outcome> measure() throws InterruptedException {
        Map<String, String> known = facts.here();
        try {
            DemoResult result = Demo.roundTrips(quick ? 1 : ROUND_TRIPS, progress);
            known.put(
                    "load", String.format(Locale.ROOT, "%,.0f row changes/s by 8 writers", result.changesPerSecond()));
            return outcomes(known, operation -> result.moves().stream()
                    .filter(move -> move.operation() == operation)
                    .map(move -> run(move, result))
                    .toList());
        } catch (SQLException | RuntimeException e) {
            // One move that was undone ends all of it.
            return outcomes(known, operation -> List.of(Run.failed(e)));
        }
    }

    private List<Outcome> outcomes(Map<String, String> known, Function<Operation, List<Run>> moved) {
        List<Outcome> outcomes = new ArrayList<>();
        for (Operation operation : Operation.values()) {
            List<Run> runs = moved.apply(operation);
            Map<String, String> all = new LinkedHashMap<>(known);
            all.put(
                    "every pause, ms",
                    runs.stream().map(run -> (long) run.value()).toList().toString());
            outcomes.add(new Outcome(
                    operation.toString(),
                    Scenario.CUTOVER.what(),
                    "ms",
                    quick,
                    all,
                    new Standing("Switchback", "all by default; databases, broker and writers share the machine", runs),
                    List.of()));
        }
        return outcomes;
    }

    private static Run run(Move move, DemoResult result) {
        Map<String, Double> steps = new TreeMap<>();
        move.steps()
                .forEach(took -> steps.put(took.step().toString(), took.took().toNanos() / 1e6));
        String wrong = result.equal()
                ? ""
                : result.differences() + " rows differ, " + result.lost() + " acknowledged transactions are lost";
        return new Run(move.pauseMillis(), steps, Map.of(), Map.of(), wrong);
    }
}
