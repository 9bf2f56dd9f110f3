package dev.switchback.capture;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TruncateTriggers;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** Where capture stops for good: everything before the place is in Kafka, nothing behind it, and the message says why. */
class CaptureHaltTest {

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

    private static Problem onlyProblem(CaptureRig rig) {
        rig.awaitPhase(Phase.HALTED);
        assertThat(rig.state().problems()).hasSize(1);
        return rig.state().problems().get(0);
    }

    private static List<Object> ids(CaptureRig rig, String table) {
        return rig.changes("public." + table).stream()
                .map(change -> change.after().value("id"))
                .toList();
    }

    /** FORWARD would copy the tables again; for REVERSE nobody copies, and what came since the offset would be missing. */
    @Test
    void theWayBackWithoutItsStoredOffsetHaltsOnceSomethingOfItWasApplied() throws Exception {
        platform.source().execute("CREATE TABLE forgotten (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("forgotten");
                Admin kafka = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            rig.flow = new Flow("forgotten", Direction.REVERSE);
            rig.drain = watermark -> false;
            rig.publish().startStreaming().stop();
            kafka.deleteTopics(List.of(rig.flow.offsetsTopic())).all().get();
            rig.startStreaming().stop();

            kafka.deleteTopics(List.of(rig.flow.offsetsTopic())).all().get();
            rig.drain = watermark -> true;
            rig.start();

            assertThat(onlyProblem(rig).what()).contains("is gone from Kafka, and changes of it were applied before");
        }
    }

    @Test
    void anAlteredTableHaltsAtItsPlaceInTheLog() {
        platform.source().execute("CREATE TABLE altered (id int PRIMARY KEY, name varchar(20), price numeric(10,2))");
        try (CaptureRig rig = rig("altered").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO altered VALUES (1, 'before', 1)",
                            "ALTER TABLE altered ADD COLUMN note text, DROP COLUMN name,"
                                    + " ALTER COLUMN price TYPE numeric(12,2)",
                            "INSERT INTO altered VALUES (2, 2, 'behind')");

            assertThat(onlyProblem(rig).what())
                    .contains("public.altered")
                    .contains("column name (character varying(20)) was dropped")
                    .contains("column note (text) was added")
                    .contains("the type of column price (numeric(10,2)) is now numeric(12,2)");
            assertThat(ids(rig, "altered")).containsExactly(1);
        }
    }

    @Test
    void aTableAlteredWhileCaptureWasAwayHaltsAtItsPlaceEvenIfNobodyWritesToIt() {
        platform.source().execute("CREATE TABLE meanwhile (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("meanwhile").publish().startStreaming()) {
            rig.stop();
            platform.source()
                    .execute(
                            "INSERT INTO meanwhile VALUES (1)", "ALTER TABLE meanwhile ADD COLUMN extra int DEFAULT 5");
            rig.start();

            assertThat(onlyProblem(rig).what()).contains("column extra (integer) was added");
            assertThat(ids(rig, "meanwhile")).containsExactly(1);
        }
    }

    @Test
    void aTableWithAnotherPrimaryKeyHalts() {
        platform.source().execute("CREATE TABLE rekeyed (id int PRIMARY KEY, o int NOT NULL UNIQUE, v int)");
        try (CaptureRig rig = rig("rekeyed").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO rekeyed VALUES (1, 1, 1), (2, 2, 2)",
                            "ALTER TABLE rekeyed DROP CONSTRAINT rekeyed_pkey, ADD PRIMARY KEY (o)",
                            "DELETE FROM rekeyed WHERE o = 2");

            // By the change that lacks the key, or by a look at the catalogue, whichever is first.
            assertThat(onlyProblem(rig).what()).contains("public.rekeyed").contains("primary key");
        }
    }

    /** The update's old key is in no log, so the row would stand at the destination twice. */
    @Test
    void aKeyThatWasNotLoggedForAWhileHaltsAlthoughItIsAgain() {
        platform.source().execute("CREATE TABLE unlogged (id int PRIMARY KEY, o int NOT NULL UNIQUE)");
        try (CaptureRig rig = rig("unlogged").publish().startStreaming()) {
            rig.stop();
            platform.source()
                    .execute(
                            "INSERT INTO unlogged VALUES (1, 1)",
                            "ALTER TABLE unlogged REPLICA IDENTITY USING INDEX unlogged_o_key",
                            "UPDATE unlogged SET id = 2",
                            "ALTER TABLE unlogged REPLICA IDENTITY DEFAULT");
            rig.start();

            assertThat(onlyProblem(rig).what()).contains("public.unlogged").contains("primary key");
            assertThat(ids(rig, "unlogged")).containsExactly(1);
        }
    }

    @Test
    void aColumnThatIsDroppedAndAddedAgainHalts() {
        platform.source().execute("CREATE TABLE again (id int PRIMARY KEY, v int)");
        try (CaptureRig rig = rig("again").publish().startStreaming()) {
            platform.source()
                    .execute("INSERT INTO again VALUES (1, 1)", "ALTER TABLE again DROP COLUMN v, ADD COLUMN v int");

            assertThat(onlyProblem(rig).what()).contains("public.again").contains("column v dropped and added again");
        }
    }

    @Test
    void aPublicationThatWasCreatedAgainWhileCaptureWasAwayIsAGap() {
        platform.source().execute("CREATE TABLE unpublished (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("unpublished").publish().startStreaming()) {
            rig.stop();
            platform.source().execute("DROP PUBLICATION " + rig.flow.slot(), "INSERT INTO unpublished VALUES (1)");
            rig.publish().start();

            assertThat(onlyProblem(rig).what()).contains("public.unpublished").contains("created again");
            assertThat(ids(rig, "unpublished")).isEmpty();
        }
    }

    /** A copy of its files that is put back, and whose log then grows beyond what was captured. */
    @Test
    void aSourceThatWasPutBackFromACopyIsAGap(@TempDir Path copies) {
        EmbeddedDatabase source = platform.source();
        source.execute("CREATE TABLE putback (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("putback")) {
            rig.tuning = CaptureRig.heartbeatEvery(Duration.ofMillis(200));
            rig.publish().startStreaming();
            rig.stop();
            source.stop();
            source.saveTo(copies.resolve("copy"));
            source.start();
            rig.start();
            rig.awaitPhase(Phase.STREAMING);
            String beats = "SELECT number FROM switchback.beat WHERE migration = 'putback'";
            long before = Long.parseLong(source.value(beats));
            source.execute("INSERT INTO putback SELECT generate_series(1, 1000)");
            Await.until("a heartbeat", Duration.ofSeconds(60), () -> Long.parseLong(source.value(beats)) > before);
            rig.awaitCaughtUp();
            rig.stop();
            source.stop();
            source.restoreFrom(copies.resolve("copy"));
            source.start();
            for (int i = 0; i < 3; i++) {
                source.execute("SELECT pg_logical_emit_message(true, 'growth', '')", "SELECT pg_switch_wal()");
            }
            rig.start();

            assertThat(onlyProblem(rig).what())
                    .contains("last heartbeat is number")
                    .contains("an older state of itself");
        }
    }

    @Test
    void aRenamedTableIsNotPassedOver() {
        platform.source().execute("CREATE TABLE oldname (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("oldname").publish().startStreaming()) {
            platform.source()
                    .execute(
                            "INSERT INTO oldname VALUES (1)",
                            "ALTER TABLE oldname RENAME TO newname",
                            "INSERT INTO newname VALUES (2)");

            assertThat(onlyProblem(rig).what()).contains("renamed");
            assertThat(ids(rig, "oldname")).containsExactly(1);
        }
    }

    @Test
    void aPartitionTruncatedByItselfHalts() {
        platform.source()
                .execute(
                        "CREATE SCHEMA IF NOT EXISTS switchback",
                        "CREATE TABLE parted (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE parted_low PARTITION OF parted FOR VALUES FROM (0) TO (100)",
                        "CREATE TABLE parted_high PARTITION OF parted FOR VALUES FROM (100) TO (200)");
        new TruncateTriggers(new PostgresConnections("source", platform.source().settings()), "parted")
                .ensure(List.of(TableId.parse("public.parted")));
        try (CaptureRig rig = rig("parted").publish().startStreaming()) {
            platform.source().execute("INSERT INTO parted VALUES (1), (101)", "TRUNCATE parted");
            rig.awaitCaughtUp();
            platform.source().execute("INSERT INTO parted VALUES (2), (102)", "TRUNCATE parted_low");

            assertThat(onlyProblem(rig).what()).contains("public.parted_low").contains("truncated by itself");
            assertThat(rig.replayed("public.parted", "id")).containsOnlyKeys("[2]", "[102]");
        }
    }

    @Test
    void aRecordThatIsTooLargeStopsEverythingBehindIt() {
        platform.source().execute("CREATE TABLE large (id int PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("large")) {
            rig.topics = new CaptureSettings.Topics(CaptureRig.PARTITIONS, (short) 1, Duration.ofDays(1), 200_000);
            rig.publish().startStreaming();
            platform.source()
                    .execute(
                            "INSERT INTO large VALUES (1, 'small')",
                            "INSERT INTO large VALUES (2, repeat('x', 500000))",
                            "INSERT INTO large VALUES (3, 'small')");

            Problem problem = onlyProblem(rig);
            assertThat(problem.where()).isEqualTo("public.large (id=2)");
            assertThat(problem.what()).containsPattern("5000\\d\\d bytes");
            assertThat(problem.remedy()).contains("max.message.bytes").contains("large.forward.public.large");
            assertThat(ids(rig, "large")).doesNotContain(2, 3);
        }
    }

    /** In one batch of a backlog, so that nothing but the watermark meets what the large one has done to the producer. */
    @Test
    void aRecordThatIsTooLargeIsNamedWhereAWatermarkFollowsIt() throws SQLException {
        platform.source().execute("CREATE TABLE followed (id bytea PRIMARY KEY, body text)");
        try (CaptureRig rig = rig("followed")) {
            rig.topics = new CaptureSettings.Topics(CaptureRig.PARTITIONS, (short) 1, Duration.ofDays(1), 200_000);
            rig.publish().startStreaming();
            rig.stop();
            platform.source().execute("INSERT INTO followed VALUES ('\\x0a0b', repeat('x', 500000))");
            try (Connection connection = platform.source().connect()) {
                new Watermarks(rig.flow.migration()).emit(connection);
            }
            rig.start();

            assertThat(onlyProblem(rig).where()).isEqualTo("public.followed (id=\\x0a0b)");
        }
    }

    @Test
    void aSlotThatWasDroppedIsAGap() {
        platform.source().execute("CREATE TABLE dropped (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("dropped").publish().startStreaming()) {
            rig.stop();
            platform.source().execute("SELECT pg_drop_replication_slot('" + rig.flow.slot() + "')");
            rig.start();

            assertThat(onlyProblem(rig).what()).contains(rig.flow.slot()).contains("not there any more");
            assertThat(rig.slotValue("count(*)")).isEqualTo("0");
        }
    }

    @Test
    void aSlotThatWasCreatedAgainIsAGap() {
        platform.source().execute("CREATE TABLE recreated (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("recreated").publish().startStreaming()) {
            rig.stop();
            platform.source()
                    .execute(
                            "SELECT pg_drop_replication_slot('" + rig.flow.slot() + "')",
                            "INSERT INTO recreated VALUES (1)",
                            "SELECT pg_create_logical_replication_slot('" + rig.flow.slot() + "', 'pgoutput')");
            rig.start();

            assertThat(onlyProblem(rig).what()).contains("created again");
            assertThat(ids(rig, "recreated")).isEmpty();
        }
    }

    @Test
    void anotherServerIsAnotherLog() {
        platform.source().execute("CREATE TABLE elsewhere (id int PRIMARY KEY)");
        platform.destination().execute("CREATE TABLE elsewhere (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("elsewhere").publish().startStreaming()) {
            rig.stop();
        }
        try (CaptureRig rig =
                new CaptureRig("elsewhere", platform.destination(), platform.bootstrapServers(), "public.elsewhere")) {
            rig.publish().start();

            assertThat(onlyProblem(rig).what()).contains("not the one that was captured");
        }
    }

    @Test
    void aPromotedServerIsAnotherLog() {
        platform.source().execute("CREATE TABLE promoted (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("promoted").publish().startStreaming()) {
            rig.stop();
            platform.source().stop();
            platform.source().promote();
            platform.source().execute("INSERT INTO promoted VALUES (1)");
            rig.start();

            Problem problem = onlyProblem(rig);
            assertThat(problem.what())
                    .contains("not the one that was captured")
                    .containsPattern("it was (\\d+)/(\\d+) \\(system identifier/timeline\\) and is now \\1/(?!\\2 )");
            assertThat(problem.remedy()).contains("Start the migration anew");
            assertThat(rig.slotValue("count(*)")).isEqualTo("1");
            assertThat(ids(rig, "promoted")).isEmpty();
        }
    }

    @Test
    void aTableThatJoinsLaterWasNeverCopied() {
        platform.source()
                .execute("CREATE TABLE first (id int PRIMARY KEY)", "CREATE TABLE second (id int PRIMARY KEY)");
        try (CaptureRig rig = rig("first").publish().startStreaming()) {
            rig.stop();
        }
        try (CaptureRig rig = new CaptureRig(
                "first", platform.source(), platform.bootstrapServers(), "public.first", "public.second")) {
            rig.start();

            assertThat(onlyProblem(rig).what()).contains("public.second").contains("was not part of the migration");
        }
    }
}
