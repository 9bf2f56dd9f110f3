package dev.switchback.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

import org.apache.kafka.clients.admin.Admin;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.FaultPoints.Point;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.faults.FaultAt.Fault;
import dev.switchback.faults.Roles.Members;
import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;
import dev.switchback.platform.WriteLoad;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A migration of {@link FaultTables} between real databases, with a process for capture and one for each of two members
 * of apply, under write load since the snapshot is done; and what must be true of it in the end.
 */
final class FaultRun implements AutoCloseable {

    static final String CAPTURE = "capture";
    static final String APPLY_A = "apply_a";
    static final String APPLY_B = "apply_b";
    static final String CARELESS = "careless";

    static final Duration PATIENCE = Duration.ofMinutes(4);

    private static final long MARK_NANOS = 2_000_000_000;
    private static final double TRANSACTIONS_PER_SECOND = 120;

    final Platform platform;
    private final Admin admin;
    private final FaultMigration migration;
    final Roles roles;
    private final long seed;
    private final Random random;
    private WriteLoad load;
    private final OwnerWatch owners;
    private final List<String> kills = new ArrayList<>();
    private RowWatch watch;

    FaultRun(long seed, Members members) {
        this.seed = seed;
        this.random = new Random(seed);
        this.platform = Platform.start("faults");
        FaultTables.create(platform.source());
        FaultTables.create(platform.destination());
        FaultTables.seed(platform.source());
        for (String member : List.of(APPLY_A, APPLY_B, CARELESS)) {
            platform.destination().createUser(member, "SUPERUSER");
        }
        this.migration = FaultMigration.create(platform);
        this.roles = new Roles(platform, migration, members);
        this.owners = OwnerWatch.on(platform.destination());
        this.admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()));
    }

    /** Starts every role, waits for the snapshot to be applied, and starts to watch and to write. */
    FaultRun begin() {
        List.of(CAPTURE, APPLY_A, APPLY_B).forEach(roles::start);
        awaitDrain();
        watch = RowWatch.on(platform.destination());
        load = WriteLoad.start(
                platform.source(), FaultTables.WRITERS, seed, TRANSACTIONS_PER_SECOND, new FaultTables());
        awaitWrites(300);
        return this;
    }

    /** Lets the process whose point it is die when it has passed the point some times, while the others run. */
    void endAt(Point point, int passes) {
        String name = processOf(point);
        roles.process(name).kill();
        roles.start(name, FaultAt.properties(point, passes, Fault.DIE));
        roles.startEnded();
        Await.until(name + " to die at " + point, PATIENCE, () -> {
            load.rethrowFailure();
            return !roles.process(name).isAlive();
        });
        assertThat(roles.process(name).awaitExit(PATIENCE))
                .as(roles.messages(name))
                .isEqualTo(FaultAt.EXIT_CODE);
        kills.add(name + " at " + point + ", passed " + passes + " times");
    }

    /** Lets capture die behind its commits until what it has stored lies within a transaction larger than a writer's. */
    void endCaptureWithinATransaction() {
        StoredOffsets stored = new StoredOffsets(platform.bootstrapServers());
        for (int tries = 0; tries < 10; tries++) {
            // One commit never takes the whole. If the first ones bring nothing that was not sent before, a second may.
            endAt(Point.AFTER_KAFKA_COMMIT, tries < 3 ? 0 : 1);
            if (stored.ordinal() > FaultTables.CHANGES_PER_TRANSACTION) {
                return;
            }
        }
        throw new AssertionError("capture never stood within a large transaction");
    }

    private static String processOf(Point point) {
        return point.name().endsWith("KAFKA_COMMIT") ? CAPTURE : APPLY_A;
    }

    /** Kills a process at a random moment at which its death cuts something off, and starts it again. */
    void killAtWork(String name) {
        freezeAtWork(name);
        roles.process(name).kill();
        LockSupport.parkNanos(random.nextInt(1_000) * 1_000_000L);
        roles.start(name);
        awaitAtWork(name);
    }

    /** Stops a process, by a signal, at a random moment at which its death would cut something off. */
    void freezeAtWork(String name) {
        for (int tries = 0; tries < 200; tries++) {
            LockSupport.parkNanos((20 + random.nextInt(400)) * 1_000_000L);
            roles.process(name).freeze();
            String work = inFlight(name);
            if (!work.isEmpty()) {
                kills.add(name + " with " + work);
                return;
            }
            roles.process(name).thaw();
        }
        throw new AssertionError(name + " never had anything under way\n" + roles.messages(name));
    }

    private String inFlight(String name) {
        InFlight look = inFlight();
        if (name.equals(CAPTURE)) {
            return look.captureTransaction() ? "an open Kafka transaction" : "";
        }
        if (look.destinationTransaction(name)) {
            return "an open transaction at the destination";
        }
        return look.destinationAheadOfKafka(name) ? "changes applied that Kafka will hand out again" : "";
    }

    InFlight inFlight() {
        return new InFlight(admin, platform.destination(), owners);
    }

    /** What every process that was killed or stopped had under way. */
    List<String> kills() {
        return List.copyOf(kills);
    }

    /** The input partitions whose checkpoints a member was the last to write. */
    Set<String> ownedBy(String member) {
        return owners.ownedBy(member);
    }

    /** How often an input partition has gone over from one member of apply to another. */
    long moves() {
        return owners.moves();
    }

    /** Waits until a process has done something new since it was started. */
    void awaitAtWork(String name) {
        roles.process(name).awaitOutput(name.equals(CAPTURE) ? CaptureMain.COMMITTED : ApplyMain.FLUSHED, PATIENCE);
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
                roles.requireAlive();
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
            throw new AssertionError(e.getMessage() + "\n" + roles.messages(), e);
        }
    }

    /** Ends the writers, waits for the drain, and checks all that was promised. */
    void verify() {
        Outcome outcome = outcome(Duration.ofSeconds(90));
        outcome.assertUnharmed("seed " + seed + " " + kills);
    }

    /** Ends the writers, waits for the drain, and sees that a promise was broken. */
    void verifyHarm() {
        assertThat(outcome(Duration.ofSeconds(5)).harm())
                .as("seed %d, without the safeguard", seed)
                .isNotEmpty();
    }

    /** @param patience for held changes to be applied */
    private Outcome outcome(Duration patience) {
        load.close();
        awaitDrain();
        long deadline = System.nanoTime() + patience.toNanos();
        Await.until("held changes to be applied", PATIENCE, () -> held().isEmpty() || System.nanoTime() > deadline);
        Outcome outcome = Outcome.of(platform, load, watch, held());
        Map<String, Long> counts =
                kills.stream().collect(Collectors.groupingBy(kill -> kill, TreeMap::new, Collectors.counting()));
        System.err.println("seed " + seed + "; " + kills.size() + " faults: " + counts + "; partitions moved " + moves()
                + " times; " + load.changes() + " changes written; " + outcome);
        return outcome;
    }

    TableSchema schema(TableId table) {
        return migration.plan().tables().stream()
                .map(each -> each.from().schema())
                .filter(schema -> schema.id().equals(table))
                .findFirst()
                .orElseThrow();
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

    @Override
    public void close() {
        if (load != null) {
            load.stop();
        }
        roles.close();
        admin.close(Duration.ZERO);
        platform.close();
    }
}
