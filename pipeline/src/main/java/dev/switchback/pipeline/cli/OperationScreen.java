package dev.switchback.pipeline.cli;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.around.Announcers;
import dev.switchback.pipeline.migration.around.WebhookAnnouncer;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.operation.Timings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/** An operation as its operator sees it. Used once. */
final class OperationScreen {

    private static final JsonMapper JSON = new JsonMapper();

    private final Environment environment;
    private final OperationOptions options;
    private final Operation operation;
    private final CountDownLatch ended = new CountDownLatch(1);
    private Timings timings = new Timings(Announcer.NOBODY);

    OperationScreen(Environment environment, OperationOptions options, Operation operation) {
        this.environment = environment;
        this.options = options;
        this.operation = operation;
    }

    int run() {
        if (options.takeOver() && options.dryRun()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.BAD_INPUT,
                    operation.toString(),
                    "--take-over and --dry-run do not go together.",
                    "See switchback status for what is under way, and whether it will be finished or undone."));
        }
        try {
            return operate();
        } finally {
            ended.countDown();
        }
    }

    private int operate() {
        MigrationFile file = options.migration().read(environment);
        KafkaAccess kafka = KafkaAccess.existing(file, options.migration().data());
        Announcer screen = new StepLines(options.json() ? environment.err() : environment.out());
        try (WebhookAnnouncer webhooks = new WebhookAnnouncer(
                        file.migration() + ": " + operation, file.operations().announcements());
                Operations operations = open(file, kafka)) {
            timings = new Timings(new Announcers(List.of(screen, webhooks)));
            if (options.takeOver()) {
                return takeOver(file, operations.parts());
            }
            return options.looksOnly() ? look(operations.parts()) : move(file, operations.parts());
        } catch (OvertakenException overtaken) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            operation.toString(),
                            "Somebody else, maybe the running pipeline, acted at the same moment ("
                                    + overtaken.getMessage() + ").",
                            "See switchback status for where it stands, and call it again."),
                    overtaken);
        } catch (InDoubtException doubt) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.UNREACHABLE,
                            operation.toString(),
                            timings.inDoubt(operation, options.takeOver()) + " (" + doubt.getMessage() + ").",
                            "See that Kafka is up, then run switchback " + operation + " --take-over, which finds out"
                                    + " and ends it; where a fence is closed, the running pipeline does so by itself."),
                    doubt);
        } catch (NotInChargeException lost) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            operation.toString(),
                            "It is no longer in your hands: " + lost.getMessage() + ".",
                            "See switchback status for where it stands, and switchback ledger for who did what."),
                    lost);
        }
    }

    /** Whoever takes over is not kept from it by what would only stand in a new operation's way. */
    private Operations open(MigrationFile file, KafkaAccess kafka) {
        Duration within = options.settings().maxPause();
        return options.takeOver()
                ? Operations.toSettle(file, kafka, within)
                : Operations.open(Plan.of(file), kafka, within);
    }

    private int takeOver(MigrationFile file, Parts parts) {
        try {
            var unused =
                    ended(Cutover.settle(parts, options.settings(), timings, "taken over by switchback " + operation));
            return 0;
        } catch (ProblemException failure) {
            throw withStanding(file, parts, failure);
        }
    }

    /** What failed matters less than who can write now, and what ends it. */
    private static ProblemException withStanding(MigrationFile file, Parts parts, ProblemException failure) {
        try {
            MigrationState state = parts.ledger().read();
            List<Problem> problems = new ArrayList<>(failure.problems());
            state.operation()
                    .ifPresent(running -> problems.add(new Problem(
                            Problem.Kind.REFUSED,
                            running.operation().toString(),
                            new Standing(file.migration(), state).toString(),
                            Standing.remedy(running))));
            return new ProblemException(problems, failure);
        } catch (ProblemException silent) {
            return failure;
        }
    }

    private int look(Parts parts) {
        List<Problem> problems = new ArrayList<>();
        try {
            Cutover.requireFree(parts.ledger().read(), operation);
        } catch (ProblemException taken) {
            problems.addAll(taken.problems());
        }
        for (Parts.Finding finding : parts.findings()) {
            List<Problem> found = finding.problems(operation.ends());
            problems.addAll(found);
            if (!options.json()) {
                environment.out().println((found.isEmpty() ? "  ok       " : "  refused  ") + finding.subject());
            }
        }
        parts.findings().stream()
                .flatMap(finding -> finding.notices(operation.ends()).stream())
                .forEach(notice -> environment.err().println("Note: " + notice));
        int exit = environment.report(problems);
        if (options.json()) {
            ObjectNode json = JSON.createObjectNode().put("operation", operation.toString());
            json.put("dryRun", true).put("ready", problems.isEmpty());
            ArrayNode list = json.putArray("problems");
            problems.forEach(problem -> list.add(problem.toString()));
            environment.out().println(json);
        } else if (!options.dryRun()) {
            environment
                    .out()
                    .println("Nothing was changed. "
                            + (problems.isEmpty()
                                    ? "To give the writes to the " + operation.to() + ", add --yes."
                                    : "Remove what stands in the way first."));
        }
        return exit;
    }

    private int move(MigrationFile file, Parts parts) {
        Cutover cutover = new Cutover(operation, parts, options.settings(), timings);
        Thread hook = new Thread(() -> stop(cutover), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return ended(cutover.run());
        } catch (ProblemException failure) {
            throw withStanding(file, parts, failure);
        }
    }

    /** Ctrl-C: before the commit point it is undone, behind it finished, and announced; all that takes a moment. */
    private void stop(Cutover cutover) {
        cutover.stop();
        try {
            ended.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private int ended(Outcome outcome) {
        if (options.json()) {
            environment.out().println(json(outcome));
        } else {
            environment.out().println(sentence(outcome));
        }
        return outcome instanceof Outcome.Done ? 0 : Problem.Kind.REFUSED.exitCode();
    }

    private String sentence(Outcome outcome) {
        String truth = "the " + truth(outcome.state()) + " takes writes";
        String pause = timings.pause()
                .map(time -> "; they were refused for at most " + TimeSpan.text(time))
                .orElse("");
        return outcome instanceof Outcome.Undone undone
                ? "Undone: " + undone.why() + (undone.why().endsWith(".") ? "" : ".") + " Now " + truth + pause + "."
                : "Done: " + truth + pause + ".";
    }

    private static String truth(MigrationState state) {
        return state.sourceOfTruth().map(Side::toString).orElse("neither side");
    }

    private ObjectNode json(Outcome outcome) {
        ObjectNode json = JSON.createObjectNode().put("operation", operation.toString());
        json.put("outcome", outcome instanceof Outcome.Done ? "done" : "undone");
        if (outcome instanceof Outcome.Undone undone) {
            json.put("why", undone.why());
        }
        json.put("phase", outcome.state().phase().toString());
        json.put("sourceOfTruth", truth(outcome.state()));
        timings.pause().map(Duration::toMillis).ifPresent(millis -> json.put("pauseMillis", millis));
        ArrayNode steps = json.putArray("steps");
        timings.steps().forEach(step -> steps.addObject()
                .put("step", step.step().toString())
                .put("millis", step.took().toMillis()));
        return json;
    }
}
