package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.faults.FaultAt.Fault;
import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.platform.WriteLoad;

/**
 * A migration of {@link FaultTables} between real databases, with a process for capture and one for each of two members
 * of apply, under write load since the snapshot is done; and what must be true of it in the end.
 */
final class FaultRun implements AutoCloseable {

    static final String CAPTURE = "capture";
    static final String APPLY_A = "apply_a";
    static final String APPLY_B = "apply_b";

    static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final long MARK_NANOS = 2_000_000_000;
    private static final double TRANSACTIONS_PER_SECOND = 120;

    final Platform platform;
    private final Admin admin;
    private final FaultMigration migration;
    private final long seed;
    private final Random random;
    private final Members members;
    private final Map<String, ChildProcess> running = new LinkedHashMap<>();
    private WriteLoad load;
    private RowWatch watch;

    /** What becomes of the partitions of a member of apply that has died. */
    enum Members {
        /** It keeps its name: they wait until it is back. */
        STATIC,
        /** They move to another member when its session expires. */
        DYNAMIC
    }

    FaultRun(long seed, Members members) {
        this.seed = seed;
        this.random = new Random(seed);
        this.members = members;
        this.platform = Platform.start("faults");
        FaultTables.create(platform.source());
        FaultTables.create(platform.destination());
        FaultTables.seed(platform.source());
        for (String member : List.of(APPLY_A, APPLY_B)) {
            platform.destination().createUser(member, "SUPERUSER");
        }
        this.migration = FaultMigration.create(platform);
        this.admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()));
    }

    /** Starts every role, waits for the snapshot to be applied, and starts to watch and to write. */
    FaultRun begin() {
        List.of(CAPTURE, APPLY_A, APPLY_B).forEach(this::start);
        awaitDrain();
        watch = RowWatch.on(platform.destination());
        load = WriteLoad.start(
                platform.source(), FaultTables.WRITERS, seed, TRANSACTIONS_PER_SECOND, new FaultTables());
        awaitWrites(300);
        return this;
    }

    /** Starts a process that is not running. */
    void start(String name) {
        start(name, Map.of());
    }

    /** Starts a process with further system properties. */
    void start(String name, Map<String, String> further) {
        ChildProcess earlier = running.get(name);
        if (earlier != null && earlier.isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        Map<String, String> properties = new HashMap<>(migration.properties());
        properties.putAll(further);
        ChildProcess.Command command = name.equals(CAPTURE)
                ? ChildProcess.Command.of(name, CaptureMain.class)
                : ChildProcess.Command.of(
                        name,
                        ApplyMain.class,
                        name,
                        members.name(),
                        platform.directory().resolve("state-" + name).toString());
        running.put(name, ChildProcess.start(command.withProperties(properties), platform.directory()));
    }

    ChildProcess process(String name) {
        return running.get(name);
    }

    /** Kills a process and forgets it: from here on it need not live. */
    void stop(String name) {
        running.remove(name).kill();
    }

    /** Lets the process whose point it is die when it has passed the point some times, and starts it again. */
    void dieAt(Point point, int passes) {
        endAt(point, passes);
        String name = processOf(point);
        start(name);
        awaitAtWork(name);
    }

    /** Lets the process whose point it is die when it has passed the point some times. */
    void endAt(Point point, int passes) {
        String name = processOf(point);
        process(name).kill();
        start(name, FaultAt.properties(point, passes, Fault.DIE));
        Await.until(name + " to die at " + point, PATIENCE, () -> {
            load.rethrowFailure();
            return !process(name).isAlive();
        });
        assertThat(process(name).awaitExit(PATIENCE)).as(messages(name)).isEqualTo(FaultAt.EXIT_CODE);
    }

    private static String processOf(Point point) {
        return point.name().endsWith("KAFKA_COMMIT") ? CAPTURE : APPLY_A;
    }

    /**
     * Kills a process at a random moment at which its death cuts something off, and starts it again.
     *
     * @return what it cut off
     */
    String killAtWork(String name) {
        for (int tries = 0; tries < 200; tries++) {
            LockSupport.parkNanos((20 + random.nextInt(400)) * 1_000_000L);
            process(name).freeze();
            String work = inFlight(name);
            if (!work.isEmpty()) {
                process(name).kill();
                LockSupport.parkNanos(random.nextInt(1_000) * 1_000_000L);
                start(name);
                awaitAtWork(name);
                return name + " with " + work;
            }
            process(name).thaw();
        }
        throw new AssertionError(name + " never had anything under way\n" + messages(name));
    }

    private String inFlight(String name) {
        InFlight look = new InFlight(admin, platform.destination());
        if (name.equals(CAPTURE)) {
            return look.captureTransaction() ? "an open Kafka transaction" : "";
        }
        if (look.destinationTransaction(name)) {
            return "an open transaction at the destination";
        }
        return look.destinationAheadOfKafka() ? "changes applied that Kafka will hand out again" : "";
    }

    /** Waits until a process has done something new since it was started. */
    void awaitAtWork(String name) {
        process(name).awaitOutput(name.equals(CAPTURE) ? CaptureMain.COMMITTED : ApplyMain.FLUSHED, PATIENCE);
    }

    /** Waits until the writers have committed this many further row changes. */
    void awaitWrites(long changes) {
        long wanted = load.changes() + changes;
        Await.until(changes + " further changes", PATIENCE, () -> {
            load.rethrowFailure();
            return load.changes() >= wanted;
        });
    }

    /** Waits until everything that the source has committed by now is applied, while every process lives. */
    void awaitDrain() {
        long watermark = mark();
        long[] nextMark = {System.nanoTime() + MARK_NANOS};
        try (Connection connection = platform.destination().connect()) {
            Await.until("watermark " + watermark + " to be applied on every partition", PATIENCE, () -> {
                requireAlive();
                // One that was written before there was a slot never arrives, but one behind it does.
                if (System.nanoTime() > nextMark[0]) {
                    nextMark[0] = System.nanoTime() + MARK_NANOS;
                    mark();
                }
                List<InputPartition> inputs = FaultMigration.inputs(admin);
                return ControlSchema.checkpoints(connection, FaultMigration.FLOW).stream()
                                .filter(row -> inputs.contains(row.input())
                                        && row.checkpoint().watermark() >= watermark)
                                .count()
                        == inputs.size();
            });
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + messages(), e);
        }
    }

    /** Ends the writers, waits for the drain, and checks all that was promised. */
    void verify() {
        load.close();
        awaitDrain();
        Await.until("held changes to be applied, not " + held(), Duration.ofSeconds(90), () -> held().isEmpty());
        assertThat(watch.backwards())
                .as("rows that moved backwards, seed %d", seed)
                .isEmpty();
        TableCompare.assertEqual(platform.source(), platform.destination(), FaultTables.TABLES);
        assertThat(watch.seen()).isPositive();
        for (int writer = 0; writer < FaultTables.WRITERS; writer++) {
            String last = platform.destination().value("SELECT number FROM progress WHERE writer = " + writer);
            assertThat(Long.parseLong(last)).isGreaterThanOrEqualTo(load.acknowledged(writer) - 1);
        }
    }

    Admin admin() {
        return admin;
    }

    WriteLoad load() {
        return load;
    }

    private List<String> held() {
        String held = platform.destination()
                .value("SELECT string_agg(concat_ws(' ', topic, partition, \"offset\", source_key_text,"
                        + " destination_key_text, reason, attempts), E'\\n' ORDER BY id)"
                        + " FROM (SELECT * FROM switchback.held ORDER BY id LIMIT 20) h");
        return held == null ? List.of() : held.lines().toList();
    }

    private long mark() {
        try (Connection connection = platform.source().connect()) {
            return new Watermarks(FaultMigration.FLOW.migration()).emit(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void requireAlive() {
        running.forEach((name, process) -> {
            if (!process.isAlive()) {
                throw new AssertionError(name + " has ended by itself");
            }
        });
    }

    private String messages() {
        return running.keySet().stream().map(this::messages).collect(Collectors.joining("\n"));
    }

    /** What a process has printed, without its progress. */
    private String messages(String name) {
        return process(name)
                .output()
                .lines()
                .filter(line -> !line.startsWith(ApplyMain.FLUSHED) && !line.equals(CaptureMain.COMMITTED))
                .collect(Collectors.joining("\n", "--- " + name + "\n", ""));
    }

    @Override
    public void close() {
        if (load != null) {
            load.stop();
        }
        running.values().forEach(ChildProcess::close);
        admin.close(Duration.ZERO);
        platform.close();
    }
}
