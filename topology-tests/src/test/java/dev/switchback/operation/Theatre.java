package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

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

    /** What is promised: a fence without a living operator is open again then. */
    private static final Duration OPEN_AGAIN = KilledAnywhereTest.MAX_PAUSE.plusSeconds(5);

    private static final double CHANGES_PER_SECOND = 600;

    private final Platform platform = Platform.start("shop");
    private final Path file;
    private final Plan plan;
    private final KafkaAccess kafka;
    private final WriteLoad load;
    private ChildProcess pipeline;
    private int operators;
    private int moves;
    private boolean closed;

    Theatre() {
        Site.create(platform);
        file = Site.file(platform, "kafka: {bootstrap.servers: \"" + platform.bootstrapServers() + "\"}");
        plan = Plan.of(MigrationFile.read(file, Map.of()));
        kafka = KafkaAccess.declared(plan.file()).orElseThrow();
        pipeline = startPipeline();
        load = Site.write(platform, CHANGES_PER_SECOND);
        Await.until("the copy to be done", PATIENCE, () -> state().phase() == Phase.FOLLOWING);
    }

    private ChildProcess startPipeline() {
        String data = platform.directory().resolve("data").toString();
        return ChildProcess.start(
                Command.of("pipeline", Switchback.class, "run", file.toString(), "--data", data), platform.directory());
    }

    /** Plays the operation that is due, with this fault in it, until the migration is settled and the writes go on. */
    void play(Case one) {
        MigrationState before = state();
        Operation operation = due(before);
        System.out.println(operation + ": " + one.fault() + " at " + one.point());
        awaitReady(operation);
        Path goOn = platform.directory().resolve("go-on-" + ++operators);
        ChildProcess operator = ChildProcess.start(
                Command.of(
                        "operator-" + operators,
                        OperatorMain.class,
                        file.toString(),
                        operation.name(),
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
                pipeline.kill();
                letGo(operator, goOn);
                pipeline = startPipeline();
            }
            case KAFKA_CUT_OFF -> {
                platform.stopBroker();
                letGo(operator, goOn);
                platform.startBroker();
            }
        }
        operator.close();
        settleIfUnderWay();
        if (state().settled() == operation.result()) {
            moves++;
        }
        writesGoOn(PATIENCE);
    }

    /** After all that, an operation without a fault does what it should. */
    void playWithoutFault() {
        Operation operation = due(state());
        assertThat(pipeline.isAlive()).as(pipeline.output()).isTrue();
        awaitReady(operation);
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            new Cutover(operation, operations.parts(), Settings.DEFAULTS, Announcer.NOBODY).run();
        }
        assertThat(state().settled()).isEqualTo(operation.result());
        moves++;
        writesGoOn(PATIENCE);
    }

    /** A pipeline that was killed just now has to start again, and catch up, before the check lets anything begin. */
    private void awaitReady(Operation operation) {
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            operations.parts().flow(operation.ends()).prove(authority(operations, operation.from()));
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

    private static Operation due(MigrationState state) {
        return state.settled() == Phase.SWITCHED ? Operation.REVERT : Operation.CUTOVER;
    }

    private static void letGo(ChildProcess operator, Path goOn) {
        try {
            Files.createFile(goOn);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        operator.awaitExit(PATIENCE);
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
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            var unused = Cutover.settle(
                    operations.parts(), Settings.DEFAULTS, Announcer.NOBODY, "the first operator is gone");
        } catch (ProblemException e) {
            // Whatever keeps it from being settled now may be over the next time.
            System.out.println("not settled: " + e.getMessage());
        }
    }

    private MigrationState state() {
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            return operations.parts().ledger().read();
        }
    }

    private EmbeddedDatabase truth() {
        return state().sourceOfTruth().orElseThrow() == Side.SOURCE ? platform.source() : platform.destination();
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

    @Override
    public void close() {
        if (!closed) {
            closed = true;
            load.stop();
            pipeline.close();
            platform.close();
        }
    }
}
