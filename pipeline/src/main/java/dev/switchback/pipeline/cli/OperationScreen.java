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
    private Timings timings = new Timings(Announcer.NOBODY);

    OperationScreen(Environment environment, OperationOptions options, Operation operation) {
        this.environment = environment;
        this.options = options;
        this.operation = operation;
    }

    int run() {
        MigrationFile file = options.migration().read(environment);
        Plan plan = Plan.of(file);
        KafkaAccess kafka = KafkaAccess.existing(file, options.migration().data());
        Announcer screen = new StepLines(options.json() ? environment.err() : environment.out());
        try (WebhookAnnouncer webhooks = new WebhookAnnouncer(
                        file.migration() + ": " + operation, file.operations().announcements());
                Operations operations =
                        Operations.open(plan, kafka, options.settings().maxPause())) {
            timings = new Timings(new Announcers(List.of(screen, webhooks)));
            if (options.takeOver()) {
                var unused = ended(Cutover.settle(
                        operations.parts(), options.settings(), timings, "taken over by switchback " + operation));
                return 0;
            }
            return options.looksOnly() ? look(operations.parts()) : move(operations.parts());
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
                            timings.inDoubt(operation) + " (" + doubt.getMessage() + ").",
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

    private int look(Parts parts) {
        MigrationState state = parts.ledger().read();
        List<Problem> problems = new ArrayList<>();
        if (!operation.mayBegin(state.phase())) {
            problems.add(new Problem(
                    Problem.Kind.REFUSED,
                    operation.toString(),
                    "A migration that is " + state.phase() + " cannot begin a " + operation + ".",
                    "See switchback status for where it stands."));
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

    private int move(Parts parts) {
        Cutover cutover = new Cutover(operation, parts, options.settings(), timings);
        CountDownLatch ended = new CountDownLatch(1);
        Thread hook = new Thread(() -> stop(cutover, ended), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        try {
            return ended(cutover.run());
        } finally {
            ended.countDown();
        }
    }

    /** Ctrl-C: before the commit point it is undone, behind it finished; either takes a moment. */
    private static void stop(Cutover cutover, CountDownLatch ended) {
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
