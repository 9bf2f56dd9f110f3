package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TruncateTriggers;
import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.schema.TableId;

/** Partitions that come and go while capture runs, or while it is away, never take or bring rows in silence. */
class CapturePartitionTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static Platform platform;

    @BeforeAll
    static void start() throws SQLException {
        platform = Platform.start("shop");
        try (Connection connection = platform.source().connect()) {
            ControlSchema.create(connection);
        }
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static CaptureRig rig(String table) {
        platform.source()
                .execute(
                        "CREATE TABLE " + table + " (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE " + table + "_1 PARTITION OF " + table + " FOR VALUES FROM (0) TO (100)",
                        "INSERT INTO " + table + " VALUES (1)");
        return new CaptureRig(table, platform.source(), platform.bootstrapServers(), "public." + table).publish();
    }

    private static void assertHalts(CaptureRig rig, String why) {
        rig.awaitPhase(Phase.HALTED);
        assertThat(rig.state().problems()).singleElement().satisfies(problem -> {
            assertThat(problem.what()).contains(why);
            assertThat(problem.remedy()).contains("Start the migration anew");
        });
    }

    private static void awaitGuarded(String table) {
        TruncateTriggers triggers = new TruncateTriggers(
                new PostgresConnections("source", platform.source().settings()), table);
        Await.until("all partitions to have their triggers", PATIENCE, () -> {
            try (Connection connection = platform.source().connect()) {
                return triggers.unguarded(connection, List.of(TableId.parse("public." + table)))
                        .isEmpty();
            }
        });
    }

    @Test
    void aPartitionAddedWhileCaptureRunsIsCapturedAndItsTruncateHalts() {
        try (CaptureRig rig = rig("grown").startStreaming()) {
            platform.source()
                    .execute(
                            "CREATE TABLE grown_2 PARTITION OF grown FOR VALUES FROM (100) TO (200)",
                            "INSERT INTO grown VALUES (100)");
            awaitGuarded("grown");
            rig.awaitCaughtUp();
            assertThat(rig.replayed("public.grown", "id")).containsOnlyKeys("[1]", "[100]");
            assertThat(rig.state().phase()).isEqualTo(Phase.STREAMING);

            platform.source().execute("TRUNCATE grown_2");
            assertHalts(rig, "public.grown_2 of public.grown was truncated by itself");
        }
    }

    @Test
    void aPartitionAttachedWithRowsHalts() {
        try (CaptureRig rig = rig("joined").startStreaming()) {
            platform.source()
                    .execute(
                            "CREATE TABLE joined_2 AS SELECT 100 AS id",
                            "ALTER TABLE joined_2 ADD PRIMARY KEY (id)",
                            "ALTER TABLE joined ATTACH PARTITION joined_2 FOR VALUES FROM (100) TO (200)");

            assertHalts(rig, "public.joined_2 was attached with rows in it");
        }
    }

    /** A cutover takes everything in front of a watermark for moved. */
    @Test
    void aWatermarkDoesNotPassAPartitionAttachedWithRowsInFrontOfIt() {
        try (CaptureRig rig = rig("marked").startStreaming()) {
            platform.source()
                    .execute(
                            "CREATE TABLE marked_2 AS SELECT 100 AS id",
                            "ALTER TABLE marked_2 ADD PRIMARY KEY (id)",
                            "ALTER TABLE marked ATTACH PARTITION marked_2 FOR VALUES FROM (100) TO (200);"
                                    + " SELECT pg_logical_emit_message(true, 'switchback',"
                                    + " '{\"kind\":\"watermark\",\"migration\":\"" + rig.flow.migration()
                                    + "\",\"id\":65536}')");

            assertHalts(rig, "public.marked_2 was attached with rows in it");
            assertThat(rig.events("public.marked"))
                    .allSatisfy(partition -> assertThat(partition).noneMatch(Watermark.class::isInstance));
        }
    }

    @Test
    void aPartitionDroppedWhileCaptureIsAwayHaltsAtEveryStart() {
        try (CaptureRig rig = rig("shrunk").startStreaming()) {
            rig.stop();
            platform.source().execute("DROP TABLE shrunk_1");
            for (int starts = 0; starts < 2; starts++) {
                rig.start();
                assertHalts(rig, "public.shrunk_1 was detached or dropped");
                rig.stop();
            }
        }
    }
}
