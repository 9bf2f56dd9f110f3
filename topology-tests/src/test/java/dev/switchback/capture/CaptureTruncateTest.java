package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.atomic.AtomicLong;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Watermark;

/** A TRUNCATE reaches Kafka only when the destination has applied what came before it, and lets nothing overtake it. */
class CaptureTruncateTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureRig rig(String table) {
        return new CaptureRig(table, platform.source(), platform.bootstrapServers(), "public." + table);
    }

    private static List<Operation> operations(CaptureRig rig, String table) {
        return rig.changes("public." + table).stream().map(Change::operation).toList();
    }

    @Test
    void aTruncateWaitsForTheDestinationOnBothSides() {
        platform.source().execute("CREATE TABLE cleared (id int PRIMARY KEY)");
        AtomicLong applied = new AtomicLong(Long.MAX_VALUE);
        ConcurrentSkipListSet<Long> asked = new ConcurrentSkipListSet<>();
        try (CaptureRig rig = rig("cleared")) {
            rig.drain = watermark -> {
                asked.add(watermark);
                return watermark <= applied.get();
            };
            rig.publish().startStreaming();
            applied.set(0);
            platform.source()
                    .execute("INSERT INTO cleared VALUES (1)", "TRUNCATE cleared", "INSERT INTO cleared VALUES (2)");

            rig.awaitPhase(Phase.WAITING_FOR_DRAIN);
            Await.until("the first wait", PATIENCE, () -> asked.size() == 1);
            assertThat(operations(rig, "cleared")).containsExactly(Operation.INSERT);
            for (int partition = 0; partition < CaptureRig.PARTITIONS; partition++) {
                assertThat(rig.reader().watermarks("cleared.forward.public.cleared", partition))
                        .extracting(Watermark::id)
                        .containsExactly(asked.first());
            }

            applied.set(asked.first());
            Await.until("the second wait", PATIENCE, () -> asked.size() == 2);
            Await.until("the truncate to be in Kafka", PATIENCE, () -> operations(rig, "cleared")
                    .contains(Operation.TRUNCATE));
            assertThat(operations(rig, "cleared"))
                    .as("the insert, and the truncate in each partition")
                    .hasSize(1 + CaptureRig.PARTITIONS);

            applied.set(Long.MAX_VALUE);
            rig.awaitCaughtUp();
            assertThat(operations(rig, "cleared")).hasSize(2 + CaptureRig.PARTITIONS);
            assertThat(asked).hasSize(2);
        }
    }

    @Test
    void aWaitThatIsInterruptedGoesOnAtTheNextStart() {
        platform.source().execute("CREATE TABLE patient (id int PRIMARY KEY)");
        AtomicLong applied = new AtomicLong(Long.MAX_VALUE);
        ConcurrentSkipListSet<Long> asked = new ConcurrentSkipListSet<>();
        try (CaptureRig rig = rig("patient")) {
            rig.drain = watermark -> {
                asked.add(watermark);
                return watermark <= applied.get();
            };
            rig.publish().startStreaming();
            applied.set(0);
            platform.source()
                    .execute("INSERT INTO patient VALUES (1)", "TRUNCATE patient", "INSERT INTO patient VALUES (2)");
            Await.until("the first wait", PATIENCE, () -> asked.size() == 1);
            rig.stop();
            rig.start();
            Await.until("the wait to go on", PATIENCE, () -> rig.state().phase() == Phase.WAITING_FOR_DRAIN);
            assertThat(operations(rig, "patient")).containsExactly(Operation.INSERT);

            applied.set(asked.first());
            Await.until("another wait", PATIENCE, () -> asked.size() == 2);
            applied.set(Long.MAX_VALUE);
            rig.awaitCaughtUp();

            assertThat(operations(rig, "patient"))
                    .filteredOn(operation -> operation != Operation.TRUNCATE)
                    .containsExactly(Operation.INSERT, Operation.INSERT);
            assertThat(operations(rig, "patient")).hasSize(2 + CaptureRig.PARTITIONS);
        }
    }

    @Test
    void aWatermarkReachesEveryPartitionBehindTheChangesBeforeIt() {
        platform.source().execute("CREATE TABLE marked (id int PRIMARY KEY)");
        register("marked");
        register("other");
        try (CaptureRig rig = rig("marked").publish().startStreaming()) {
            platform.source().execute("INSERT INTO marked SELECT generate_series(1, 50)");
            long id = emit("marked");
            emit("other");
            platform.source().execute("INSERT INTO marked SELECT generate_series(51, 100)");
            rig.awaitCaughtUp();

            rig.events("public.marked").forEach(events -> {
                int at = events.indexOf(events.stream()
                        .filter(Watermark.class::isInstance)
                        .findFirst()
                        .orElseThrow());
                assertThat(((Watermark) events.get(at)).id()).isEqualTo(id);
                assertThat(events.subList(0, at)).allSatisfy(event -> assertThat(
                                (int) ((Change) event).after().value("id"))
                        .isLessThanOrEqualTo(50));
                assertThat(events.subList(at + 1, events.size())).allSatisfy(event -> assertThat(
                                (int) ((Change) event).after().value("id"))
                        .isGreaterThan(50));
            });
        }
    }

    private static void register(String migration) {
        try (var connection = platform.source().connect()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, migration);
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static long emit(String migration) {
        try (var connection = platform.source().connect()) {
            return new dev.switchback.connectors.postgres.Watermarks(migration).emit(connection);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void anInterruptedSnapshotBeginsAnewBehindATruncate() {
        platform.source()
                .execute(
                        "CREATE TABLE again (id int PRIMARY KEY, body text)",
                        "INSERT INTO again SELECT i, repeat('x', 500) FROM generate_series(1, 30000) i");
        try (CaptureRig rig = rig("again")) {
            rig.faults = point -> {
                if (rig.state().changes() > 5000 && rig.state().restarts() == 0) {
                    throw new IllegalStateException("interrupted");
                }
            };
            rig.publish().start();
            Await.until("the interruption", PATIENCE, () -> rig.state().restarts() == 1);
            platform.source().execute("DELETE FROM again WHERE id <= 20000");
            rig.awaitPhase(Phase.STREAMING);
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.again", "id")).isEqualTo(rig.rows("again", List.of("id", "body"), "id"));
        }
    }
}
