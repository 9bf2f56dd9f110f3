package dev.switchback.pipeline.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IFactory;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The {@code switchback} command. */
@Command(
        name = "switchback",
        mixinStandardHelpOptions = true,
        version = "Switchback 0.1.0-SNAPSHOT",
        description = "Moves live tables from one database to another while applications keep writing.",
        synopsisSubcommandLabel = "VERB",
        commandListHeading = "%nVerbs:%n",
        subcommands = {
            RunVerb.class,
            StatusVerb.class,
            CutoverVerb.class,
            RevertVerb.class,
            ReleaseVerb.class,
            AbortVerb.class,
            LedgerVerb.class,
            HeldVerb.class,
            CompleteVerb.class,
            SchemaVerb.class,
            TestVerb.class,
            DemoVerb.class
        },
        footer = {
            "",
            "Examples:",
            "  switchback demo",
            "  switchback run stores.yaml",
            "  switchback status stores.yaml --json",
            "",
            "Exit codes: 0 done; 1 refused, or differences found; 2 bad usage or a bad file;",
            "3 a system is unreachable or rejects the login; 4 internal error."
        })
public final class Switchback implements Runnable {

    static final int INTERNAL = Problem.Kind.INTERNAL.exitCode();

    @Option(names = "--debug", scope = ScopeType.INHERIT, description = "Show stack traces where something fails.")
    private boolean debug;

    @Spec
    private CommandSpec spec;

    private final Environment environment;

    private Switchback(Environment environment) {
        this.environment = environment;
    }

    public static void main(String[] args) {
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(execute(new Environment(out, err, System.getenv(), Switchback::outIsTerminal), args));
    }

    // System.console() asks about standard input as well, and means something else from Java 22 on.
    private static boolean outIsTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /** Runs a verb and returns the exit code; prints nothing but to the environment's writers. */
    static int execute(Environment environment, String... args) {
        Switchback root = new Switchback(environment);
        CommandLine line = new CommandLine(root, root.new Verbs())
                .setOut(environment.out())
                .setErr(environment.err())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setParameterExceptionHandler(new BadUsage())
                .setExecutionExceptionHandler(root::failed);
        return line.execute(args);
    }

    @Override
    public void run() {
        spec.commandLine().usage(environment.out());
    }

    private int failed(Exception e, CommandLine line, ParseResult result) {
        if (debug) {
            e.printStackTrace(environment.err());
        }
        if (e instanceof ProblemException problems) {
            return environment.report(problems.problems());
        }
        environment
                .err()
                .println("switchback: it failed itself (" + e + "). Report this with the output of the same command and"
                        + " --debug.");
        return INTERNAL;
    }

    /** Gives each verb its environment. */
    private final class Verbs implements IFactory {

        @Override
        public <K> K create(Class<K> type) throws Exception {
            Map<Class<?>, Object> verbs = Map.ofEntries(
                    Map.entry(RunVerb.class, new RunVerb(environment)),
                    Map.entry(StatusVerb.class, new StatusVerb(environment)),
                    Map.entry(CutoverVerb.class, new CutoverVerb(environment)),
                    Map.entry(RevertVerb.class, new RevertVerb(environment)),
                    Map.entry(ReleaseVerb.class, new ReleaseVerb(environment)),
                    Map.entry(AbortVerb.class, new AbortVerb(environment)),
                    Map.entry(LedgerVerb.class, new LedgerVerb(environment)),
                    Map.entry(HeldVerb.class, new HeldVerb(environment)),
                    Map.entry(CompleteVerb.class, new CompleteVerb(environment)),
                    Map.entry(SchemaVerb.class, new SchemaVerb(environment)),
                    Map.entry(TestVerb.class, new TestVerb(environment)));
            Object verb = verbs.get(type);
            return verb == null ? CommandLine.defaultFactory().create(type) : type.cast(verb);
        }
    }
}
