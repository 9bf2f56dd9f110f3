package dev.switchback.benchmarks;

import java.io.PrintStream;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

import dev.switchback.benchmarks.machine.Machine;
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
    private final Machine machine;

    /** @param machine as it was before anything ran */
    Moves(boolean quick, PrintStream progress, Machine machine) {
        this.quick = quick;
        this.progress = progress;
        this.machine = machine;
    }

    /** One outcome for the way there, one for the way back, with a run for each move. */
    List<Outcome> measure() throws InterruptedException {
        try {
            DemoResult result = Demo.roundTrips(quick ? 1 : ROUND_TRIPS, progress);
            List<Outcome> outcomes = new ArrayList<>();
            for (Operation operation : Operation.values()) {
                outcomes.add(outcome(operation, result));
            }
            return outcomes;
        } catch (SQLException e) {
            throw new IllegalStateException("the demo's platform failed: " + e.getMessage(), e);
        }
    }

    private Outcome outcome(Operation operation, DemoResult result) {
        List<Run> runs = result.moves().stream()
                .filter(move -> move.operation() == operation)
                .map(move -> run(move, result))
                .toList();
        Map<String, String> facts = Facts.of(machine);
        facts.put("load", String.format(Locale.ROOT, "%,.0f row changes/s by 8 writers", result.changesPerSecond()));
        facts.put(
                "every pause, ms",
                runs.stream().map(run -> (long) run.value()).toList().toString());
        return new Outcome(
                operation.toString(),
                Scenario.CUTOVER.what(),
                "ms",
                quick,
                facts,
                new Standing("Switchback", "all by default; databases, broker and writers share the machine", runs),
                List.of());
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
