package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Batch.Progress;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.ProblemException;

/** Schema switchback: created once, by whoever comes first, and read by everybody. */
class ControlSchemaTest {

    private final PostgresSettings settings = TestServer.shared().createDatabase();

    @Test
    void aMigrationStartsOpenInForwardDirection() throws SQLException {
        prepare(settings);
        try (Connection connection = open()) {
            assertThat(ControlSchema.control(connection, "stores"))
                    .contains(new ControlRow("stores", ControlSchema.FIRST_EPOCH, Direction.FORWARD, false, 0, 0));
            assertThat(ControlSchema.control(connection, "others")).isEmpty();
        }
    }

    @Test
    void isReadAsEmptyWhereItIsNot() throws SQLException {
        try (Connection connection = open()) {
            assertThat(ControlSchema.control(connection, "stores")).isEmpty();
            assertThat(ControlSchema.checkpoints(connection, DestinationFixture.FLOW))
                    .isEmpty();
        }
    }

    /** What was declared counts once something was applied; a table's name may be one in both directions. */
    @Test
    void mappingsAreRememberedOfEachDirectionOnceItHasApplied() throws SQLException {
        prepare(settings);
        Flow there = new Flow("stores", Direction.FORWARD);
        Flow back = new Flow("stores", Direction.REVERSE);
        try (Connection connection = open()) {
            ControlSchema.bindMappings(connection, there, Map.of("public.t", "one"));
            assertThat(ControlSchema.bindMappings(connection, there, Map.of("public.t", "two")))
                    .isEqualTo(Map.of("public.t", "two"));
            ControlSchema.bindMappings(connection, back, Map.of("public.t", "three"));
            assertThat(ControlSchema.mappings(connection, there)).isEmpty();

            TestServer.execute(
                    settings,
                    "INSERT INTO switchback.checkpoint (migration, direction, topic, topic_id, partition, owner)"
                            + " SELECT 'stores', d, 'x', 'y', 0, gen_random_uuid() FROM (VALUES ('forward'), ('reverse')) v (d)");

            assertThat(ControlSchema.bindMappings(connection, there, Map.of("public.t", "four")))
                    .isEqualTo(Map.of("public.t", "two"));
            assertThat(ControlSchema.mappings(connection, there)).isEqualTo(Map.of("public.t", "two"));
            assertThat(ControlSchema.mappings(connection, back)).isEqualTo(Map.of("public.t", "three"));
            assertThat(ControlSchema.mappings(connection, new Flow("another", Direction.FORWARD)))
                    .isEmpty();
        }
    }

    @Test
    void aSecondStartChangesNothing() throws SQLException {
        prepare(settings);
        TestServer.execute(settings, "UPDATE switchback.control SET epoch = 5, watermark = 9, fence = 'fenced'");

        prepare(settings);

        try (Connection connection = open()) {
            assertThat(ControlSchema.control(connection, "stores"))
                    .contains(new ControlRow("stores", 5, Direction.FORWARD, true, 9, 0));
            assertThat(connection.getAutoCommit()).isTrue();
        }
    }

    @Test
    void manyProcessesMayCreateItAtOnce() throws Exception {
        int processes = 8;
        CyclicBarrier start = new CyclicBarrier(processes);
        ExecutorService threads = Executors.newFixedThreadPool(processes);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < processes; i++) {
                all.add(threads.submit(() -> {
                    try (Connection connection = open()) {
                        start.await();
                        ControlSchema.create(connection);
                        ControlSchema.register(connection, "stores");
                    }
                    return null;
                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            threads.shutdownNow();
        }
        try (Connection connection = open()) {
            assertThat(ControlSchema.control(connection, "stores")).isPresent();
        }
    }

    @Test
    void aNewerOneIsRefused() {
        prepare(settings);
        TestServer.execute(settings, "INSERT INTO switchback.version (version) VALUES (99)");

        assertThatThrownBy(() -> prepare(settings))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("version 99")
                .hasMessageContaining("newer Switchback");
    }

    @Test
    void aRoleThatMayNotCreateItIsToldTheGrant() {
        String role = TestServer.shared().createRole("");
        PostgresSettings limited = TestServer.shared().settings(settings.database(), role, "secret");

        assertThatThrownBy(() -> prepare(limited))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("GRANT CREATE ON DATABASE \"" + settings.database() + "\" TO \"" + role + "\"");

        TestServer.execute(settings, "CREATE SCHEMA switchback AUTHORIZATION " + role);
        prepare(limited);
        prepare(limited);
    }

    @Test
    void aDrainHasComeThroughWhenItsWatermarkIsAppliedEverywhere() {
        prepare(settings);
        try (PostgresDestination destination = destination(settings);
                ApplySession session = destination.open(DestinationFixture.FLOW);
                PostgresDrain drain = new PostgresDrain(
                        new PostgresConnections("destination", settings),
                        DestinationFixture.FLOW,
                        () -> List.of(DestinationFixture.P0, DestinationFixture.P1))) {
            session.claim(List.of(DestinationFixture.P0));
            advance(
                    session,
                    new Advance(DestinationFixture.P0, Checkpoint.START, new Checkpoint(3, 5), new Progress(0, 0, 0)));
            assertThat(drain.applied(5)).as("P1 has never been claimed").isFalse();

            session.claim(List.of(DestinationFixture.P1));
            advance(
                    session,
                    new Advance(DestinationFixture.P1, Checkpoint.START, new Checkpoint(1, 4), new Progress(0, 0, 0)));
            assertThat(drain.applied(4)).isTrue();
            assertThat(drain.applied(5)).isFalse();

            TestServer.execute(
                    settings,
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
                            + " AND pid <> pg_backend_pid()");
            assertThatThrownBy(() -> drain.applied(4)).isInstanceOf(DestinationException.class);
            assertThat(drain.applied(4)).as("asked again").isTrue();
        }
    }

    private static void advance(ApplySession session, Advance advance) {
        assertThat(session.apply(new Batch(List.of(), List.of(), List.of(advance))))
                .isEmpty();
    }

    private Connection open() {
        return new PostgresConnections("destination", settings).open();
    }

    private static void prepare(PostgresSettings settings) {
        destination(settings).prepare("stores");
    }

    private static PostgresDestination destination(PostgresSettings settings) {
        return DestinationFixture.destination(settings, DestinationFixture.Bounds.SHORT, FaultPoints.NONE);
    }
}
