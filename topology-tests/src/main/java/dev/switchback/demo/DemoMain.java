package dev.switchback.demo;

import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

import dev.switchback.pipeline.cli.BadUsage;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.transforms.problem.ProblemException;

/** The {@code demo} verb, kept out of the product jar. */
@Command(
        name = "switchback demo",
        mixinStandardHelpOptions = true,
        version = "Switchback 0.1.0-SNAPSHOT",
        description =
                "Moves a shop under write load from one PostgreSQL to another, cuts over, reverts, cuts over, compares every row.",
        footer = {"", "Exit codes: 0 equal, 1 differences found, 2 bad usage, 4 internal error."})
public final class DemoMain implements Callable<Integer> {

    private static final int DIFFERENT = 1;
    private static final int INTERNAL = 4;

    private static final int ATTEMPTS = 3;

    @Option(
            names = "--corrupt",
            description = "Change one row of the destination behind Switchback's back; the demo must find it.")
    private boolean corrupt;

    @Option(names = "--json", description = "Print the result as one JSON object, on the last line.")
    private boolean json;

    @Option(
            names = "--seconds",
            paramLabel = "N",
            defaultValue = "15",
            description = "How long the writers go on once everything is copied (default: ${DEFAULT-VALUE}).")
    private int seconds;

    @Option(names = "--debug", description = "Show stack traces where something fails.")
    private boolean debug;

    private final Screen screen = Screen.standard();

    private DemoMain() {}

    public static void main(String[] args) {
        System.exit(execute(new PrintWriter(System.err, true, StandardCharsets.UTF_8), args));
    }

    static int execute(PrintWriter err, String... args) {
        return new CommandLine(new DemoMain())
                .setErr(err)
                .setParameterExceptionHandler(new BadUsage())
                .execute(args);
    }

    @Override
    public Integer call() {
        try {
            DemoResult result = new Demo(
                            screen,
                            Duration.ofSeconds(seconds),
                            List.of(Operation.CUTOVER, Operation.REVERT, Operation.CUTOVER),
                            ATTEMPTS,
                            corrupt)
                    .run();
            if (json) {
                screen.line(result.json());
            }
            return result.equal() ? 0 : DIFFERENT;
        } catch (ProblemException e) {
            e.problems().forEach(problem -> screen.failed(problem.toString()));
            return e.exitCode();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return INTERNAL;
        } catch (SQLException | RuntimeException | AssertionError e) {
            screen.failed("the demo failed: " + e + (debug ? "" : "; with --debug it shows where"));
            if (debug) {
                e.printStackTrace();
            }
            return INTERNAL;
        }
    }
}
