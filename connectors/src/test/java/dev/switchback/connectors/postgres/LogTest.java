package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import dev.switchback.connectors.postgres.LogMessage.Heartbeat;
import dev.switchback.connectors.postgres.LogMessage.LeafTruncated;
import dev.switchback.connectors.postgres.LogMessage.Watermark;
import dev.switchback.transforms.schema.TableId;

/** What is written into a database's log, read back with a real slot; and what is known of slot and log. */
class LogTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final long STEP = dev.switchback.transforms.change.Watermark.STEP;
    private static final TableId ROOT = new TableId("public", "Root");

    private PostgresConnections database;
    private String slot;
    private Connection connection;

    @BeforeEach
    void aSlotThatReadsMessages() throws SQLException {
        PostgresSettings settings = SERVER.createDatabase();
        database = new PostgresConnections("source", settings);
        slot = settings.database();
        connection = database.open();
        execute(
                "CREATE SCHEMA switchback",
                "CREATE TABLE switchback.control (migration text PRIMARY KEY, watermark bigint NOT NULL DEFAULT 0)",
                "CREATE TABLE switchback.beat (migration text PRIMARY KEY, number bigint NOT NULL DEFAULT 0)",
                "INSERT INTO switchback.beat VALUES ('stores', 6)",
                "INSERT INTO switchback.control VALUES ('stores', 0), ('orders', " + 4 * STEP + ")",
                "CREATE TABLE \"Root\" (id int) PARTITION BY RANGE (id)",
                "CREATE TABLE low PARTITION OF \"Root\" FOR VALUES FROM (0) TO (10)",
                "CREATE TABLE high PARTITION OF \"Root\" FOR VALUES FROM (10) TO (99) PARTITION BY RANGE (id)",
                "CREATE TABLE high1 PARTITION OF high FOR VALUES FROM (10) TO (50)",
                "CREATE PUBLICATION none",
                "SELECT pg_create_logical_replication_slot('" + slot + "', 'pgoutput')");
    }

    @AfterEach
    void dropTheSlot() throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        new ReplicationSlot(slot).drop(connection);
        connection.close();
    }

    @Test
    void watermarksCountPerMigrationInTheOrderOfTheLog() throws SQLException {
        assertThat(new Watermarks("stores").emit(connection)).isEqualTo(STEP);
        assertThat(new Watermarks("orders").emit(connection)).isEqualTo(5 * STEP);
        assertThat(new Watermarks("stores").emit(connection)).isEqualTo(2 * STEP);
        new Watermarks("stores").heartbeat(connection);

        assertThat(messages())
                .containsExactly(
                        new Watermark("stores", STEP),
                        new Watermark("orders", 5 * STEP),
                        new Watermark("stores", 2 * STEP),
                        new Heartbeat("stores", 7));
        assertThat(query("SELECT watermark FROM switchback.control WHERE migration = 'stores'"))
                .isEqualTo(Long.toString(2 * STEP));
    }

    @Test
    void aWatermarkIsDurableWhenItIsReturnedEvenWhereCommitsAreNot() throws SQLException {
        execute("SET synchronous_commit = off");

        new Watermarks("stores").emit(connection);

        assertThat(messages()).containsExactly(new Watermark("stores", STEP));
        assertThat(query("SHOW synchronous_commit")).isEqualTo("off");
    }

    @Test
    void aWatermarkThatIsRolledBackWasNeverThere() throws SQLException {
        connection.setAutoCommit(false);
        new Watermarks("stores").emit(connection);
        connection.rollback();
        connection.setAutoCommit(true);

        assertThat(new Watermarks("stores").emit(connection)).isEqualTo(STEP);
        assertThat(messages()).containsExactly(new Watermark("stores", STEP));
    }

    @Test
    void aMigrationWithoutControlRowHasNoWatermarks() {
        assertThatThrownBy(() -> new Watermarks("unknown").emit(connection))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("unknown");
    }

    @Test
    void aMessageOfALaterKindIsPassedOver() {
        assertThat(LogMessage.parse("{\"kind\":\"later\",\"migration\":\"m\"}".getBytes(StandardCharsets.UTF_8)))
                .isEmpty();
    }

    @Test
    void truncatingALeafIsReportedAndTruncatingTheRootIsNot() throws SQLException {
        TruncateTriggers triggers = new TruncateTriggers(database, "stores");
        triggers.ensure(List.of(ROOT));

        execute("TRUNCATE low");
        execute("TRUNCATE \"Root\"");
        execute("TRUNCATE high");

        assertThat(messages()).containsExactly(truncated("low"), truncated("high1"));
    }

    @Test
    void aLeafBesideItsRootInOneStatementIsNotReportedInWhateverOrder() throws SQLException {
        new TruncateTriggers(database, "stores").ensure(List.of(ROOT));

        execute("TRUNCATE low, \"Root\"");
        execute("TRUNCATE \"Root\", high1");

        assertThat(messages()).isEmpty();
    }

    @Test
    void aLeafTruncatedBehindItsRootInTheSameTransactionIsReported() throws SQLException {
        new TruncateTriggers(database, "stores").ensure(List.of(ROOT));

        connection.setAutoCommit(false);
        execute("TRUNCATE \"Root\"", "INSERT INTO \"Root\" VALUES (5)", "TRUNCATE low", "TRUNCATE \"Root\"");
        connection.commit();
        connection.setAutoCommit(true);

        assertThat(messages()).containsExactly(truncated("low"));
    }

    @Test
    void aRootTruncatedAndRolledBackHidesNoLeaf() throws SQLException {
        new TruncateTriggers(database, "stores").ensure(List.of(ROOT));

        connection.setAutoCommit(false);
        execute("SAVEPOINT s", "TRUNCATE \"Root\"", "ROLLBACK TO s", "TRUNCATE low");
        connection.commit();
        connection.setAutoCommit(true);

        assertThat(messages()).containsExactly(truncated("low"));
    }

    @Test
    void aTruncateThatCascadesToTheRootIsNotReported() throws SQLException {
        execute(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "ALTER TABLE \"Root\" ADD FOREIGN KEY (id) REFERENCES parent");
        new TruncateTriggers(database, "stores").ensure(List.of(ROOT));

        execute("TRUNCATE parent CASCADE");

        assertThat(messages()).isEmpty();
    }

    @Test
    void itIsReportedWhoeverTruncatesAndHowever() throws SQLException {
        String role = SERVER.createRole("");
        execute("GRANT TRUNCATE ON low TO " + role, "REVOKE ALL ON SCHEMA switchback FROM PUBLIC");
        new TruncateTriggers(database, "stores").ensure(List.of(ROOT));

        execute("SET ROLE " + role, "TRUNCATE low", "RESET ROLE");
        execute("SET session_replication_role = replica", "TRUNCATE low", "RESET session_replication_role");

        assertThat(messages()).containsExactly(truncated("low"), truncated("low"));
    }

    @Test
    void aPartitionThatIsAddedOrTakenAwayLaterIsKnown() throws SQLException {
        TruncateTriggers triggers = new TruncateTriggers(database, "stores");
        assertThat(triggers.unguarded(connection, List.of(ROOT)))
                .containsExactlyInAnyOrder(ROOT, id("low"), id("high1"));
        triggers.ensure(List.of(ROOT));
        assertThat(triggers.unguarded(connection, List.of(ROOT))).isEmpty();

        execute("CREATE TABLE high2 PARTITION OF high FOR VALUES FROM (50) TO (99)");
        assertThat(triggers.unguarded(connection, List.of(ROOT))).containsExactly(id("high2"));
        triggers.ensure(List.of(ROOT));
        execute("TRUNCATE high2");

        execute("ALTER TABLE \"Root\" DETACH PARTITION low", "TRUNCATE low");
        assertThat(messages()).containsExactly(truncated("high2"));
    }

    @Test
    void everyMigrationHasTriggersOfItsOwnAndTheLastOneTakesTheFunctionAway() throws SQLException {
        TruncateTriggers stores = new TruncateTriggers(database, "stores");
        TruncateTriggers orders = new TruncateTriggers(database, "orders");
        stores.ensure(List.of(ROOT));
        orders.ensure(List.of(ROOT));
        execute("TRUNCATE \"Root\"", "TRUNCATE low");
        assertThat(messages())
                .containsExactlyInAnyOrder(truncated("low"), new LeafTruncated("orders", ROOT, id("low")));

        stores.drop(connection);
        execute("TRUNCATE low");
        assertThat(messages()).containsExactly(new LeafTruncated("orders", ROOT, id("low")));

        orders.drop(connection);
        orders.drop(connection);
        assertThat(query("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"))
                .isEqualTo("0");
        assertThat(query("SELECT to_regproc('switchback.report_truncate') IS NULL"))
                .isEqualTo("t");
    }

    @Test
    void creatingTheTriggersWaitsForAWriterWithoutHoldingOthersUp() throws Exception {
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO low VALUES (1)");
            Thread creating = new Thread(() -> new TruncateTriggers(database, "stores").ensure(List.of(ROOT)));
            creating.start();
            awaitTrue("SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'low'::regclass AND NOT granted)");

            execute("SET lock_timeout = '5s'", "INSERT INTO low VALUES (2)");

            writer.commit();
            creating.join(30_000);
            assertThat(creating.isAlive()).isFalse();
        }
        assertThat(new TruncateTriggers(database, "stores").unguarded(connection, List.of(ROOT)))
                .isEmpty();
    }

    @Test
    void aSlotsStateSaysHowFarItIsBehind() throws SQLException {
        ReplicationSlot.State before =
                new ReplicationSlot(slot).state(connection).orElseThrow();
        assertThat(before.database()).isEqualTo(slot);
        assertThat(before.plugin()).isEqualTo("pgoutput");
        assertThat(before.activePid()).isNull();
        assertThat(before.lost()).isNull();
        assertThat(before.confirmedLsn()).isPositive();

        execute("INSERT INTO low SELECT generate_series(0, 9) % 10 FROM generate_series(1, 1000)");

        ReplicationSlot.State after =
                new ReplicationSlot(slot).state(connection).orElseThrow();
        assertThat(after.confirmedLsn()).isEqualTo(before.confirmedLsn());
        assertThat(after.lagBytes()).isGreaterThan(before.lagBytes() + 100_000);
        assertThat(after.retainedBytes()).isGreaterThanOrEqualTo(after.lagBytes());
    }

    @Test
    void aSlotThatIsNotThereHasNoStateAndIsDroppedInPeace() throws SQLException {
        assertThat(new ReplicationSlot("no_such_slot").state(connection)).isEmpty();
        new ReplicationSlot("no_such_slot").drop(connection);
    }

    @Test
    void aTransactionThatBlocksASlotIsNamedWithItsAge() throws SQLException {
        try (Connection other = database.open();
                Statement statement = other.createStatement()) {
            int pid = other.unwrap(PGConnection.class).getBackendPID();
            other.setAutoCommit(false);
            statement.execute("INSERT INTO low VALUES (1)");
            statement.execute("SELECT pg_sleep(1.1)");

            List<SlotBlockers.Blocker> blockers = SlotBlockers.find(connection).stream()
                    .filter(blocker -> Integer.valueOf(pid).equals(blocker.pid()))
                    .toList();

            assertThat(blockers).hasSize(1);
            assertThat(blockers.get(0).age()).isGreaterThanOrEqualTo(Duration.ofSeconds(1));
            assertThat(SlotBlockers.problem("source x", "s", Duration.ofSeconds(5), blockers)
                            .what())
                    .matches("Replication slot s could not be created within 5 s: it waits for the transaction of pid "
                            + pid + " \\(user postgres, database " + slot + "\\), open for [0-9]+ s\\.");
            assertThat(SlotBlockers.problem("source x", "s", Duration.ofSeconds(5), blockers)
                            .remedy())
                    .contains("SELECT pg_terminate_backend(" + pid + ")");
        }
    }

    @Test
    void aRoleWithoutRightsSeesWhoBlocksThoughNotForHowLong() throws SQLException {
        String role = SERVER.createRole("");
        PostgresSettings restricted = SERVER.settings(slot, role, "secret");
        try (Connection other = database.open();
                Statement statement = other.createStatement();
                Connection poor = new PostgresConnections("source", restricted).open()) {
            int pid = other.unwrap(PGConnection.class).getBackendPID();
            other.setAutoCommit(false);
            statement.execute("INSERT INTO low VALUES (1)");

            assertThat(SlotBlockers.find(poor))
                    .filteredOn(blocker -> Integer.valueOf(pid).equals(blocker.pid()))
                    .singleElement()
                    .satisfies(blocker -> assertThat(blocker.age()).isNull())
                    .asString()
                    .isEqualTo("the transaction of pid " + pid + " (user postgres, database " + slot
                            + "), open for a time this role may not see");
        }
    }

    @Test
    void theLogsIdentityIsKnownToARoleThatMayOnlyReplicate() {
        String role = SERVER.createRole("REPLICATION");
        LogIdentity asSuperuser = LogIdentity.of(database);

        assertThat(LogIdentity.of(new PostgresConnections("source", SERVER.settings(slot, role, "secret"))))
                .isEqualTo(asSuperuser);
        assertThat(asSuperuser.systemId()).matches("\\d{15,}");
        assertThat(asSuperuser.timeline()).isEqualTo(1);
    }

    private static LogMessage truncated(String leaf) {
        return new LeafTruncated("stores", ROOT, id(leaf));
    }

    private static TableId id(String name) {
        return new TableId("public", name);
    }

    /** Reads what the slot has not given yet: pgoutput's message record is 'M', flags, LSN, prefix, length, content. */
    private List<LogMessage> messages() throws SQLException {
        String sql = "SELECT data FROM pg_logical_slot_get_binary_changes('" + slot
                + "', NULL, NULL, 'proto_version', '1', 'publication_names', 'none', 'messages', 'true')";
        List<LogMessage> messages = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                byte[] data = row.getBytes(1);
                if (data[0] == 'M') {
                    int content = 10 + LogMessage.PREFIX.length() + 1 + 4;
                    LogMessage.parse(Arrays.copyOfRange(data, content, data.length))
                            .ifPresent(messages::add);
                }
            }
        }
        return messages;
    }

    private void awaitTrue(String sql) throws SQLException {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!query(sql).equals("t")) {
            assertThat(System.nanoTime()).as("waiting for %s", sql).isLessThan(deadline);
        }
    }

    private void execute(String... statements) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        }
    }

    private String query(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
