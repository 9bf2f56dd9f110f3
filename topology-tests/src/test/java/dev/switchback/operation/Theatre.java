package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.operation.KilledAnywhereTest.Case;
import dev.switchback.pipeline.cli.Switchback;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.ChildProcess.Command;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Two databases, a broker, a pipeline in a process of its own, and a site that writes, in which operations are played one
 * after the other and something goes wrong in each. Not thread-safe.
 */
final class Theatre implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Without a pipeline, an operator that is not yet at the fence waits for the way back to be proven: 90 s. */
    private static final Duration GIVES_UP_WITHIN = Duration.ofMinutes(2);

    /** What is promised: a fence without a living operator is open again then. */
    private static final Duration OPEN_AGAIN = KilledAnywhereTest.MAX_PAUSE.plusSeconds(5);

    private static final Duration AT_ONCE = Duration.ofSeconds(1);

    private static final double CHANGES_PER_SECOND = 600;

    private static final int LOGGED_LINES = 400;

    private final Platform platform = Platform.start("shop");
    private final Path file;
    private final Plan plan;
    private final KafkaAccess kafka;
    private final WriteLoad load;
    private final List<ChildProcess> pipelines = new ArrayList<>();
    private int operators;
    private int commands;
    private int moves;
    private boolean closed;

    /** @param members how many processes run the pipeline */
    Theatre(int members) {
        Site.create(platform);
        file = Site.file(platform, "kafka: {bootstrap.servers: \"" + platform.bootstrapServers() + "\"}");
        plan = Plan.of(MigrationFile.read(file, Map.of()));
        kafka = KafkaAccess.declared(plan.file()).orElseThrow();
        for (int member = 0; member < members; member++) {
            pipelines.add(startPipeline(member));
        }
        load = Site.write(platform, CHANGES_PER_SECOND);
        Await.until("the copy to be done", PATIENCE, () -> state().phase() == Phase.FOLLOWING);
    }

    private ChildProcess startPipeline(int member) {
        String name = "pipeline-" + member;
        String data = platform.directory().resolve(name).toString();
        return ChildProcess.start(
                Command.of(name, Switchback.class, "run", file.toString(), "--data", data), platform.directory());
    }

    /** The operation that may begin. */
    Operation due() {
        return state().settled() == Phase.SWITCHED ? Operation.REVERT : Operation.CUTOVER;
    }

    /** Plays an operation with this fault in it, until the migration is settled and the writes go on. */
    void play(Case one) {
        System.out.println(one);
        awaitReady(one.operation());
        Path goOn = platform.directory().resolve("go-on-" + ++operators);
        ChildProcess operator = ChildProcess.start(
                Command.of(
                        "operator-" + operators,
                        OperatorMain.class,
                        file.toString(),
                        one.operation().name(),
                        one.point(),
                        goOn.toString()),
                platform.directory());
        operator.awaitOutput(OperatorMain.AT + one.point(), PATIENCE);
        switch (one.fault()) {
            case OPERATOR_KILLED -> {
                operator.kill();
                writesGoOn(OPEN_AGAIN);
            }
            case OPERATOR_STALLED -> {
                operator.freeze();
                settle();
                operator.thaw();
                letGo(operator, goOn);
            }
            case PIPELINE_KILLED -> {
                pipelines.get(0).kill();
                goesOnInTime(operator, goOn);
                pipelines.set(0, startPipeline(0));
            }
            case PIPELINE_STALLED -> {
                pipelines.get(0).freeze();
                goesOnInTime(operator, goOn);
                pipelines.get(0).thaw();
            }
            case OPERATOR_AND_PIPELINE_KILLED -> {
                operator.kill();
                pipelines.forEach(ChildProcess::kill);
                requireStatusNamesIt(one);
                settleByCommand(one);
                writesGoOn(AT_ONCE);
                pipelines.replaceAll(killed -> startPipeline(pipelines.indexOf(killed)));
            }
            case OPERATOR_AND_NEW_SIDE_KILLED -> {
                operator.kill();
                server(one.operation().to()).kill();
                takesWrites(one.operation().from());
                server(one.operation().to()).start();
            }
            case ALL_BUT_OLD_SIDE_KILLED -> {
                operator.kill();
                pipelines.forEach(ChildProcess::kill);
                server(one.operation().to()).kill();
                settleByCommand(one);
                takesWrites(one.operation().from());
                server(one.operation().to()).start();
                pipelines.replaceAll(killed -> startPipeline(pipelines.indexOf(killed)));
            }
            case KAFKA_CUT_OFF -> {
                platform.stopBroker();
                letGo(operator, goOn);
                platform.startBroker();
            }
        }
        operator.close();
        settleIfUnderWay();
        if (state().settled() == one.operation().result()) {
            moves++;
        }
        writesGoOn(PATIENCE);
    }

    private void requireStatusNamesIt(Case one) {
        JsonNode status = json(ask("status", file.toString(), "--json")).path("operation");
        assertThat(status.path("step").asText())
                .as(status.toString())
                .isEqualTo(OperatorMain.reached(one.point()).toString());
        boolean finishes = OperatorMain.points().indexOf(one.point())
                        >= OperatorMain.points().indexOf(OperatorMain.SWITCHED)
                && !one.point().startsWith("und");
        assertThat(status.path("remedy").asText())
                .contains("switchback " + one.operation() + " FILE --take-over "
                        + (finishes ? "finishes it" : "undoes it"));
    }

    private void settleByCommand(Case one) {
        boolean finishes = state().applies() == one.operation().begins();

        Answer answer = ask(one.operation().toString(), file.toString(), "--take-over");

        assertThat(answer.exitCode()).as(answer.output()).isZero();
        assertThat(state().operation()).isEmpty();
        assertThat(state().settled() == one.operation().result())
                .as(answer.output())
                .isEqualTo(finishes);
    }

    private record Answer(int exitCode, String output) {}

    private static JsonNode json(Answer answer) {
        try {
            return new JsonMapper()
                    .readTree(answer.output()
                            .lines()
                            .filter(line -> line.startsWith("{"))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(answer.output())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Answer ask(String... arguments) {
        ChildProcess process = ChildProcess.start(
                Command.of("command-" + ++commands, Switchback.class, arguments), platform.directory());
        return new Answer(process.awaitExit(PATIENCE), process.output());
    }

    /** The site's writers hold connections to both sides, and wait for the one that is gone. */
    private void takesWrites(Side side) {
        Await.until(
                "the " + side + " to take writes",
                OPEN_AGAIN,
                () -> answered(() ->
                        server(side).execute("UPDATE item SET note = 'while the other side was gone' WHERE id = 1")));
    }

    private EmbeddedDatabase server(Side side) {
        return side == Side.SOURCE ? platform.source() : platform.destination();
    }

    /** An operation without a fault does what it should. */
    void playWithoutFault() {
        Operation operation = due();
        System.out.println(operation + " without a fault");
        pipelines.forEach(
                pipeline -> assertThat(pipeline.isAlive()).as(pipeline.output()).isTrue());
        awaitReady(operation);
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            Outcome outcome = new Cutover(operation, operations.parts(), Settings.DEFAULTS, Announcer.NOBODY).run();
            assertThat(outcome).isInstanceOf(Outcome.Done.class);
        }
        assertThat(state().settled()).isEqualTo(operation.result());
        moves++;
        writesGoOn(PATIENCE);
    }

    /** A pipeline that was killed just now has to start again, and catch up, before the check lets anything begin. */
    private void awaitReady(Operation operation) {
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            operations.parts().flow(operation.ends()).prove(authority(operations, operation.from()), () -> {});
            Await.until(
                    "nothing to be found that would stand in the way",
                    PATIENCE,
                    () -> operations.parts().findings().stream().allMatch(finding -> finding.problems(operation.ends())
                            .isEmpty()));
        }
    }

    private static Authority authority(Operations operations, Side side) {
        Control.Row row = operations.parts().side(side).control().read();
        return new Authority(row.epoch(), row.direction());
    }

    /** With Kafka there, an operator that lives lets nobody wait for longer than a dead one. */
    private void goesOnInTime(ChildProcess operator, Path goOn) {
        create(goOn);
        writesGoOn(OPEN_AGAIN);
        operator.awaitExit(GIVES_UP_WITHIN);
    }

    private static void letGo(ChildProcess operator, Path goOn) {
        create(goOn);
        operator.awaitExit(GIVES_UP_WITHIN);
    }

    private static void create(Path file) {
        try {
            Files.createFile(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writesGoOn(Duration within) {
        long before = load.transactions();
        Await.until("the writes to go on", within, () -> {
            load.rethrowFailure();
            return load.transactions() > before + Site.WRITERS;
        });
    }

    private void settleIfUnderWay() {
        Await.until("Kafka and the databases to answer", PATIENCE, () -> answered(this::state));
        if (state().operation().isPresent()) {
            Await.until(
                    "the operation to be settled",
                    PATIENCE,
                    () -> answered(this::settle) && state().operation().isEmpty());
        }
    }

    private static boolean answered(Runnable question) {
        try {
            question.run();
            return true;
        } catch (RuntimeException e) {
            return false;
        }
    }

    private void settle() {
        try (Operations operations = Operations.toSettle(plan.file(), kafka, Settings.DEFAULTS.maxPause())) {
            var unused = Cutover.settle(
                    operations.parts(), Settings.DEFAULTS, Announcer.NOBODY, "the first operator is gone");
        } catch (ProblemException e) {
            // Whatever keeps it from being settled now may be over the next time.
            System.out.println("not settled: " + e.getMessage());
        }
    }

    private MigrationState state() {
        try (Operations operations = Operations.toSettle(plan.file(), kafka, Settings.DEFAULTS.maxPause())) {
            return operations.parts().ledger().read();
        }
    }

    private EmbeddedDatabase truth() {
        return server(state().sourceOfTruth().orElseThrow());
    }

    /** How often operations have moved the writes. */
    int moves() {
        return moves;
    }

    long lost() {
        return Site.lost(truth(), load);
    }

    /** In how many runs of one side the writes were taken, by the servers' own clocks, which are one. */
    int sidesThatTookWrites() {
        return Integer.parseInt(truth().value(
                        "SELECT count(*) FROM (SELECT side, lag(side) OVER (ORDER BY at) AS before FROM receipt) r"
                                + " WHERE side IS DISTINCT FROM before"));
    }

    List<String> differences() {
        return TableCompare.compare(platform.source(), platform.destination(), Site.TABLES, 5).stream()
                .flatMap(table -> table.first().stream())
                .map(Object::toString)
                .toList();
    }

    /** Ends the writes, and drains. */
    void end() {
        load.close();
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            MigrationState state = operations.parts().ledger().read();
            long watermark = operations
                    .parts()
                    .side(state.sourceOfTruth().orElseThrow())
                    .control()
                    .watermark(authority(operations, state.sourceOfTruth().orElseThrow()));
            Await.until(
                    "the drain",
                    PATIENCE,
                    () -> operations.parts().flow(state.applies()).applied(watermark));
        }
    }

    /** What both servers are doing, what the last operator said, and the ends of the pipelines' logs. */
    String logs() {
        Stream<Path> files = Stream.concat(
                Stream.of(platform.directory().resolve("operator-" + operators + ".log")),
                IntStream.range(0, pipelines.size())
                        .mapToObj(member -> platform.directory().resolve("pipeline-" + member + "/switchback.log")));
        return Stream.concat(
                        Stream.of(Side.values()).map(this::activity),
                        files.filter(Files::exists)
                                .map(Theatre::lines)
                                .map(lines -> String.join(
                                        "\n", lines.subList(Math.max(0, lines.size() - LOGGED_LINES), lines.size()))))
                .collect(Collectors.joining("\n\n"));
    }

    /** Who is in a transaction at a server, and who waits for whom. */
    private String activity(Side side) {
        try {
            return side + ":\n"
                    + server(side)
                            .value(
                                    "SELECT string_agg(concat_ws(' | ', pid, application_name, state, wait_event,"
                                            + " 'waits for ' || nullif(pg_blocking_pids(pid)::text, '{}'),"
                                            + " clock_timestamp() - xact_start, left(query, 200)), E'\\n' ORDER BY xact_start)"
                                            + " FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()");
        } catch (RuntimeException e) {
            return side + ": " + e.getMessage();
        }
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            load.stop();
            pipelines.forEach(ChildProcess::close);
            platform.close();
        }
    }
}
