package dev.switchback.operation;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;

/**
 * An operator's process that stops at one point of its operation, says so, and goes on when it is told to. Arguments: the
 * migration file, the operation, the point, the file whose appearance tells it to go on.
 */
final class OperatorMain {

    static final String AT = "AT ";
    static final String SWITCHED = "switched";
    static final String UNDOING = "undoing";
    static final String UNDONE = "undone";

    private OperatorMain() {}

    /**
     * Every point at which it may stop, in order. Where a step has ended and the next one has not begun, nothing happens
     * but for the ledger.
     */
    static List<String> points() {
        List<String> points = new ArrayList<>();
        for (Step step : Step.values()) {
            if (step == Step.TURN) {
                points.add("done " + Step.SEQUENCES);
                points.add(SWITCHED);
            }
            points.add("begun " + step);
        }
        points.add("done " + Step.HOOKS);
        points.add(UNDOING);
        points.add(UNDONE);
        return points;
    }

    /** Those at which the fence is closed, or about to be, and the commit point not passed. */
    static List<String> beforeCommit() {
        List<String> points = points();
        return points.subList(points.indexOf("begun " + Step.FENCE), points.indexOf(SWITCHED));
    }

    /** The step that status names when it ends at this point. */
    static Step reached(String point) {
        return Arrays.stream(Step.values())
                .filter(step -> point.endsWith(" " + step))
                .findFirst()
                .orElse(Step.SEQUENCES);
    }

    public static void main(String[] arguments) {
        MigrationFile file = MigrationFile.read(Path.of(arguments[0]), Map.of());
        Operation operation = Operation.valueOf(arguments[1]);
        Settings settings = Settings.DEFAULTS.pauseOf(KilledAnywhereTest.MAX_PAUSE);
        try (Operations operations =
                Operations.open(Plan.of(file), KafkaAccess.declared(file).orElseThrow(), settings.maxPause())) {
            Gate gate = new Gate(arguments[2], Path.of(arguments[3]));
            Cutover cutover = new Cutover(operation, operations.parts(), settings, gate);
            gate.stops(cutover);
            System.out.println("OUTCOME " + cutover.run());
        } catch (RuntimeException e) {
            System.out.println("FAILED " + e);
        }
    }

    private static final class Gate implements Announcer {
        private final String point;
        private final Path goOn;
        private Optional<Cutover> stopped = Optional.empty();

        Gate(String point, Path goOn) {
            this.point = point;
            this.goOn = goOn;
        }

        /** It is undone only where something is in the way. */
        void stops(Cutover cutover) {
            stopped = point.equals(UNDOING) || point.equals(UNDONE) ? Optional.of(cutover) : Optional.empty();
        }

        @Override
        public void begun(Step step) {
            at("begun " + step);
        }

        @Override
        public void done(Step step, Duration took) {
            if (step == Step.SEQUENCES) {
                stopped.ifPresent(Cutover::stop);
            }
            at("done " + step);
        }

        @Override
        public void switched() {
            at(SWITCHED);
        }

        @Override
        public void undoing(String why) {
            at(UNDOING);
        }

        @Override
        public void undone() {
            at(UNDONE);
        }

        private void at(String reached) {
            if (!reached.equals(point)) {
                return;
            }
            System.out.println(AT + reached);
            while (!Files.exists(goOn)) {
                try {
                    TimeUnit.MILLISECONDS.sleep(5);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
