package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.CaptureSettings.Tuning;
import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;

/** The slot: created in time or not at all, moved behind Kafka only, let go of when capture closes; outages. */
class CaptureSlotTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.start("shop");
    }

    @AfterEach
    void bringBack() {
        platform.source().start();
        platform.startBroker();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureRig rig(String table) {
        CaptureRig rig = new CaptureRig(table, platform.source(), platform.bootstrapServers(), "public." + table);
        rig.tuning = tuning(Duration.ofSeconds(60), Duration.ofSeconds(20));
        return rig;
    }

    private static Tuning tuning(Duration slotCreation, Duration answer) {
        return new Tuning(
                4096,
                8192,
                64 << 20,
                Duration.ofMillis(2),
                Duration.ofSeconds(1),
                slotCreation,
                answer,
                Duration.ofMillis(50),
                Duration.ofMillis(500),
                Duration.ofSeconds(8));
    }

    @Test
    void anOldTransactionKeepsTheSlotFromBeingCreated() throws Exception {
        platform.source().execute("CREATE TABLE blocked (id int PRIMARY KEY)");
        try (Connection old = platform.source().connect();
                CaptureRig rig = rig("blocked")) {
            old.setAutoCommit(false);
            old.createStatement().execute("INSERT INTO blocked VALUES (1)");
            int pid = old.unwrap(org.postgresql.PGConnection.class).getBackendPID();
            rig.tuning = tuning(Duration.ofSeconds(2), Duration.ofSeconds(20));
            rig.publish().start();
            rig.awaitPhase(Phase.SNAPSHOTTING);
            Instant began = Instant.now();
            Await.until("the slot to be under way", PATIENCE, () -> rig.slotValue("count(*)")
                    .equals("1"));

            rig.awaitPhase(Phase.HALTED);
            assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(12));
            assertThat(rig.state().problems()).singleElement().satisfies(problem -> {
                assertThat(problem.what())
                        .contains("could not be created within 2 s")
                        .contains("the transaction of pid " + pid)
                        .containsPattern("open for \\d+ s");
                assertThat(problem.remedy()).contains("pg_terminate_backend(" + pid + ")");
            });
            Await.until("the slot to be gone", PATIENCE, () -> rig.slotValue("count(*)")
                    .equals("0"));
            old.rollback();
        }
    }

    @Test
    void othersTransactionsMoveTheSlotWhileTheTableIsIdle() {
        platform.source().execute("CREATE TABLE idle (id int PRIMARY KEY)", "CREATE TABLE busy (id int, body text)");
        try (CaptureRig rig = rig("idle").publish().startStreaming()) {
            platform.source().execute("INSERT INTO busy SELECT i, repeat('x', 1000) FROM generate_series(1, 2000) i");
            long end = Long.parseLong(platform.source().value("SELECT pg_current_wal_lsn() - '0/0'"));

            Await.until(
                    "the slot to pass what others wrote",
                    PATIENCE,
                    () -> Long.parseLong(rig.slotValue("confirmed_flush_lsn - '0/0'")) >= end);
            assertThat(rig.changes("public.idle")).isEmpty();
        }
    }

    @Test
    void theSlotDoesNotMoveAheadOfKafka() {
        platform.source().execute("CREATE TABLE ahead (id int PRIMARY KEY)");
        boolean[] down = new boolean[1];
        try (CaptureRig rig = rig("ahead")) {
            rig.faults = point -> {
                if (down[0]) {
                    throw new IllegalStateException("Kafka is away");
                }
            };
            rig.publish().startStreaming();
            down[0] = true;
            long before = Long.parseLong(platform.source().value("SELECT pg_current_wal_lsn() - '0/0'"));
            platform.source().execute("INSERT INTO ahead SELECT generate_series(1, 1000)");
            Await.until("some tries", PATIENCE, () -> rig.state().restarts() >= 2);

            assertThat(Long.parseLong(rig.slotValue("confirmed_flush_lsn - '0/0'")))
                    .isLessThanOrEqualTo(before);
            down[0] = false;
            rig.awaitCaughtUp();
            assertThat(rig.changes("public.ahead")).hasSize(1000);
        }
    }

    @Test
    void captureGoesOnAfterDatabaseAndBrokerWereAway() {
        platform.source().execute("CREATE TABLE outage (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("outage").publish().startStreaming()) {
            platform.source().execute("INSERT INTO outage VALUES (1)");
            platform.source().kill();
            Await.until("a restart", PATIENCE, () -> rig.state().phase() == Phase.RESTARTING);
            assertThat(rig.state().reason()).isNotEmpty();
            platform.source().start();
            platform.source().execute("INSERT INTO outage VALUES (2)");
            rig.awaitCaughtUp();

            platform.source().dropConnections();
            platform.source().execute("INSERT INTO outage VALUES (3)");
            rig.awaitCaughtUp();

            platform.stopBroker();
            platform.source().execute("INSERT INTO outage VALUES (4)");
            platform.startBroker();
            rig.awaitCaughtUp();

            assertThat(rig.replayed("public.outage", "id")).isEqualTo(rig.rows("outage", List.of("id"), "id"));
        }
    }

    @Test
    void closingEndsInTimeAndLeavesNoSessionEvenWithoutKafka() {
        platform.source().execute("CREATE TABLE closing (id int PRIMARY KEY)");
        CaptureRig rig = rig("closing").publish().startStreaming();
        platform.stopBroker();
        platform.source().execute("INSERT INTO closing VALUES (1)");
        Instant began = Instant.now();
        rig.close();

        assertThat(Duration.between(began, Instant.now())).isLessThan(Duration.ofSeconds(9));
        Await.until("the slot to be free", Duration.ofSeconds(2), () -> rig.slotValue("active")
                .equals("f"));
        assertThat(rig.state().phase()).isEqualTo(Phase.CLOSED);
    }

    @Test
    void aSourceThatDoesNotAnswerShowsInTheLiveness() {
        platform.source().execute("CREATE TABLE frozen (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("frozen")) {
            rig.tuning = tuning(Duration.ofSeconds(60), Duration.ofSeconds(3));
            rig.publish().startStreaming();
            Instant frozen = Instant.now();
            platform.source().freeze();

            Await.until(
                    "capture to notice",
                    PATIENCE,
                    () -> rig.state().phase() == Phase.RESTARTING || rig.state().restarts() > 0);
            assertThat(rig.state().alive()).isBefore(frozen.plusSeconds(25));
            platform.source().thaw();
            platform.source().execute("INSERT INTO frozen VALUES (1)");
            rig.awaitCaughtUp();
            assertThat(rig.changes("public.frozen")).hasSize(1);
        }
    }

    @Test
    void aSecondCaptureWaitsAndTakesOver() {
        platform.source().execute("CREATE TABLE pair (id int PRIMARY KEY)");
        try (CaptureRig first = rig("pair").publish().startStreaming();
                CaptureRig second = rig("pair")) {
            second.start();
            Await.until(
                    "the second to be turned away",
                    PATIENCE,
                    () -> second.state().restarts() > 1);
            platform.source().execute("INSERT INTO pair VALUES (1)");
            first.awaitCaughtUp();
            assertThat(first.state().restarts()).isZero();

            first.stop();
            second.awaitPhase(Phase.STREAMING);
            platform.source().execute("INSERT INTO pair VALUES (2)");
            second.awaitCaughtUp();
            assertThat(second.state().commitLsn()).isPositive();
        }
    }

    /** Between its look at the slot and its reading of it, a capture fences others off: were two there, both would. */
    @Test
    void aCaptureThatIsStillStartingKeepsOthersAway() {
        platform.source().execute("CREATE TABLE twins (id int PRIMARY KEY)");
        try (CaptureRig earlier = rig("twins").publish().startStreaming()) {
            earlier.stop();
        }
        SlowStore schemas = new SlowStore();
        try (CaptureRig slow = rig("twins");
                CaptureRig quick = rig("twins")) {
            slow.schemas = schemas;
            slow.start();
            Await.until("the first to stand between look and reading", PATIENCE, () -> schemas.asked.getCount() == 0);
            quick.start();
            Await.until(
                    "the second to be turned away",
                    PATIENCE,
                    () -> quick.state().restarts() > 2);
            assertThat(quick.state().reason()).contains("another capture");

            schemas.go.countDown();
            platform.source().execute("INSERT INTO twins SELECT generate_series(1, 100)");
            slow.awaitCaughtUp();
            assertThat(slow.state().restarts()).isZero();
            assertThat(quick.state().changes()).isZero();
            assertThat(slow.changes("public.twins")).hasSize(100);
        }
    }

    /** Lets the first schema be registered when it is told to. */
    private static final class SlowStore implements SchemaStore {
        private final MemorySchemaStore plain = new MemorySchemaStore();
        private final CountDownLatch asked = new CountDownLatch(1);
        private final CountDownLatch go = new CountDownLatch(1);

        @Override
        public int register(String subject, Schema schema) {
            asked.countDown();
            try {
                if (!go.await(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                    throw new AssertionError("never let go");
                }
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                throw new IllegalStateException(interrupted);
            }
            return plain.register(subject, schema);
        }

        @Override
        public Schema byId(int id) {
            return plain.byId(id);
        }

        @Override
        public void close() {}
    }
}
