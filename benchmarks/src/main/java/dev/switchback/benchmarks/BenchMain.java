package dev.switchback.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

import dev.switchback.benchmarks.contender.ConnectWorker;
import dev.switchback.benchmarks.contender.SwitchbackFlow;
import dev.switchback.benchmarks.machine.Machine;
import dev.switchback.benchmarks.report.Outcome;
import dev.switchback.benchmarks.report.Results;
import dev.switchback.benchmarks.stage.Size;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.pipeline.cli.BadUsage;
import dev.switchback.transforms.problem.Problem;

/** The {@code bench} verb, kept out of the product. */
@Command(
        name = "switchback bench",
        mixinStandardHelpOptions = true,
        version = "Switchback 0.1.0-SNAPSHOT",
        description = "Runs Switchback side by side with what its users would pick instead, and writes"
                + " benchmarks/RESULTS.md.")
public final class BenchMain implements Callable<Integer> {

    /** Where {@code RESULTS.md} goes; the launcher sets it. */
    private static final String HOME = "switchback.bench.home";

    private static final int WRONG = 1;

    /** What a run has on disk at most, that of {@code tables} with its four pairs of databases, and some more. */
    private static final long ROOM_GIB = 30;

    private static final long ROOM_QUICK_GIB = 5;

    @Parameters(
            paramLabel = "SCENARIO",
            description = "${COMPLETION-CANDIDATES}; all of them by default.",
            completionCandidates = Names.class)
    private List<String> scenarios = List.of();

    @Option(
            names = "--quick",
            description = "A small run that shows whether everything works; its figures mean nothing.")
    private boolean quick;

    @Option(names = "--json", description = "Print one JSON object a scenario.")
    private boolean json;

    @Option(
            names = "--profile",
            description =
                    "In capture, apply, stream, join and tables one more run of each contender, with Java's Flight"
                            + " Recorder, into benchmarks/profiles; where RESULTS.md is written.")
    private boolean profile;

    @Option(
            names = "--runs",
            paramLabel = "N",
            description =
                    "Runs of each contender (default: 3, or 1 with --quick). With fewer than 3 nothing is written to"
                            + " RESULTS.md.")
    private @Nullable Integer runs;

    @Option(
            names = "--only",
            paramLabel = "TEXT",
            description = "Only contenders whose name contains this, and in join and tables the first, beside which the"
                    + " others stand; nothing is written to RESULTS.md then.")
    private String only = "";

    @Option(
            names = "--step",
            description = "Wait for Enter before each round of runs: for a machine that is not always calm.")
    private boolean stepwise;

    @Spec
    private CommandSpec spec;

    private BenchMain() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchMain())
                .setParameterExceptionHandler(new BadUsage())
                .setExecutionExceptionHandler(BenchMain::failed)
                .execute(arguments));
    }

    private static int failed(Exception e, CommandLine line, ParseResult result) {
        line.getErr()
                .println("switchback: the benchmark cannot go on: " + e.getMessage() + ". What every JVM said is in "
                        + logs());
        e.printStackTrace(line.getErr());
        return Problem.Kind.INTERNAL.exitCode();
    }

    @Override
    public Integer call() throws InterruptedException {
        try {
            return measure();
        } catch (AssertionError e) {
            throw new IllegalStateException(e.getMessage(), e); // What somebody waited for in vain.
        }
    }

    private int measure() throws InterruptedException {
        if (runs != null && runs < 1) {
            throw new ParameterException(spec.commandLine(), "--runs wants a number above 0");
        }
        if (profile && !kept()) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--profile writes into benchmarks/profiles, which needs every contender and at least "
                            + Size.FULL.runs() + " runs: leave out --only and --runs, or --profile");
        }
        EnumSet<Scenario> wanted = wanted();
        String missing = missing();
        if (!missing.isEmpty()) {
            System.err.println("switchback: " + missing);
            return WRONG;
        }
        Size base = quick ? Size.QUICK : Size.FULL;
        Size size = runs == null ? base : base.withRuns(runs);
        PrintStream progress = json ? System.err : System.out;
        Facts facts = Facts.before(quick ? Machine.here() : Machine.onceCalm(progress));
        Rounds rounds = new Rounds(size.runs(), new Step(stepwise, progress));
        Comparison comparison = new Comparison(quick, contender -> invited(contender.name()), progress, rounds, facts);
        boolean allRight = true;
        EnumSet<Scenario> backlog = EnumSet.copyOf(wanted);
        backlog.removeAll(EnumSet.of(
                Scenario.MAPPING, Scenario.JOIN, Scenario.TABLES, Scenario.SOAK, Scenario.LATENCY, Scenario.CUTOVER));
        if (wanted.contains(Scenario.MAPPING)) {
            progress.println("mapping");
            for (Outcome outcome : new Mappings(quick, facts).measure()) {
                allRight &= publish(outcome);
            }
        }
        if (!backlog.isEmpty()) {
            progress.println("Preparing two databases, a broker and a backlog…");
            try (Stage stage = Stage.open(size, logs())) {
                SwitchbackFlow flow = SwitchbackFlow.begin(stage);
                stage.fill();
                stage.makeBacklog();
                for (Scenario scenario : backlog) {
                    progress.println(scenario.name().toLowerCase(Locale.ROOT));
                    allRight &= publish(comparison.catchUp(scenario, stage, flow));
                    Path profiles = profiles();
                    // By several members each does what one does.
                    if (profiles != null && scenario != Scenario.SCALE) {
                        comparison.profile(scenario, stage, flow, profiles);
                    }
                }
            }
        }
        if (wanted.contains(Scenario.LATENCY)) {
            for (int rate : size.rates()) {
                progress.println("Preparing two databases and a broker…");
                try (Stage stage = Stage.open(size, logs())) {
                    SwitchbackFlow flow = SwitchbackFlow.begin(stage);
                    stage.fill();
                    stage.keepRows();
                    progress.println("latency at " + rate + " changes/s");
                    allRight &= publish(comparison.follow(Scenario.LATENCY, stage, flow, rate));
                }
            }
        }
        if (wanted.contains(Scenario.JOIN)) {
            progress.println("join");
            allRight &= publish(variants(size, progress, rounds, facts).joined());
        }
        if (wanted.contains(Scenario.TABLES)) {
            progress.println("tables");
            allRight &= publish(variants(size, progress, rounds, facts).tables());
        }
        if (wanted.contains(Scenario.SOAK)) {
            progress.println("soak");
            allRight &= publish(new SoakRun(size, quick, logs(), progress, facts).measure());
        }
        if (wanted.contains(Scenario.CUTOVER)) {
            for (Outcome outcome : new Moves(quick, progress, facts).measure()) {
                allRight &= publish(outcome);
            }
        }
        return allRight ? 0 : WRONG;
    }

    /** What is not there that the benchmark needs, and would later look like a contender's fault; empty if all is. */
    private String missing() {
        if (!Files.exists(Path.of("/proc/self/stat"))) {
            return "the benchmark needs Linux: what a process uses is read from /proc, which is not there";
        }
        String connect = ConnectWorker.missing();
        if (!connect.isEmpty()) {
            return connect;
        }
        Path scratch = Path.of(System.getProperty("java.io.tmpdir"));
        long wanted = quick ? ROOM_QUICK_GIB : ROOM_GIB;
        try {
            long free = Files.getFileStore(scratch).getUsableSpace() >> 30;
            return free >= wanted
                    ? ""
                    : scratch + ", where databases and broker keep their files, has " + free + " GiB free, and "
                            + wanted + " are needed: set SWITCHBACK_OPTS=-Djava.io.tmpdir=… to a place that has more";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EnumSet<Scenario> wanted() {
        EnumSet<Scenario> wanted = EnumSet.noneOf(Scenario.class);
        for (String name : scenarios) {
            wanted.add(Stream.of(Scenario.values())
                    .filter(scenario -> scenario.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> new ParameterException(
                            spec.commandLine(),
                            "there is no scenario \"" + name + "\", only " + String.join(", ", new Names()))));
        }
        return wanted.isEmpty() ? EnumSet.allOf(Scenario.class) : wanted;
    }

    private Variants variants(Size size, PrintStream progress, Rounds rounds, Facts facts) {
        return new Variants(size, quick, logs(), progress, rounds, profiles(), this::invited, facts);
    }

    private boolean invited(String contender) {
        return contender.toLowerCase(Locale.ROOT).contains(only.toLowerCase(Locale.ROOT));
    }

    /** Whether anybody took part and Switchback did right. */
    private boolean publish(Outcome outcome) {
        if (outcome.ours() == null && outcome.peers().isEmpty()) {
            System.err.println("In " + outcome.scenario() + " nobody's name contains '" + only + "'.");
            return false;
        }
        if (json) {
            PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
            out.println(Results.json(outcome));
        }
        if (kept()) {
            new Results(results()).keep(outcome);
        }
        return outcome.wrong().isEmpty();
    }

    /** Whether everybody is to take part, and often enough, so that something is written. */
    private boolean kept() {
        return only.isEmpty() && (quick || runs == null || runs >= Size.FULL.runs());
    }

    /** What means nothing must not lie where figures do. */
    private Path results() {
        return quick ? home().resolve("target").resolve("quick") : home();
    }

    private @Nullable Path profiles() {
        return profile ? results().resolve("profiles") : null;
    }

    private static Path logs() {
        return home().resolve("target").resolve("logs");
    }

    /** Where the benchmark's sources and results are. */
    static Path home() {
        return Path.of(System.getProperty(HOME, "benchmarks"));
    }

    /** Scenarios as people write them. */
    static final class Names implements Iterable<String> {
        @Override
        public Iterator<String> iterator() {
            return Stream.of(Scenario.values())
                    .map(scenario -> scenario.name().toLowerCase(Locale.ROOT))
                    .iterator();
        }
    }
}
