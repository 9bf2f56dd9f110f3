package dev.switchback.connectors.postgres.fence;

import static dev.switchback.connectors.postgres.fence.FencedDatabase.OWN;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.StringReader;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

@Timeout(60)
class TriggerFenceTest {

    private final FencedDatabase database = new FencedDatabase(
            List.of("public.t", "public.p"),
            "CREATE TABLE t (id int PRIMARY KEY, name text)",
            "INSERT INTO t VALUES (1, 'one')",
            "CREATE TABLE other (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE)",
            "CREATE VIEW v AS SELECT * FROM t",
            "CREATE FUNCTION f() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'INSERT INTO t VALUES (9)'",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE TABLE low PARTITION OF p FOR VALUES FROM (0) TO (10)",
            "CREATE TABLE high PARTITION OF p FOR VALUES FROM (10) TO (99) PARTITION BY RANGE (id)",
            "CREATE TABLE high1 PARTITION OF high FOR VALUES FROM (10) TO (50)");
    private final TriggerFence fence = database.fence;

    @Test
    void armedItRefusesNothing() {
        fence.arm(OWN);

        assertThat(fence.closed()).isFalse();
        assertThat(fence.check()).isEmpty();
        database.execute(
                "INSERT INTO t VALUES (2)",
                "UPDATE t SET name = 'x'",
                "TRUNCATE t CASCADE",
                "INSERT INTO p VALUES (5)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "INSERT INTO t VALUES (2)",
                "INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING",
                "UPDATE t SET name = 'x'",
                "UPDATE t SET name = 'x' WHERE false",
                "DELETE FROM t",
                "TRUNCATE t CASCADE",
                "MERGE INTO t USING (SELECT 1 AS id) s ON s.id = t.id WHEN MATCHED THEN DELETE",
                "WITH gone AS (DELETE FROM t RETURNING id) SELECT * FROM gone",
                "INSERT INTO v VALUES (3)",
                "SELECT f()",
                "DO $$ BEGIN EXECUTE 'DELETE FROM t'; END $$",
                "INSERT INTO p VALUES (5)",
                "INSERT INTO low VALUES (5)",
                "INSERT INTO high VALUES (15)",
                "INSERT INTO high1 VALUES (15)",
                "TRUNCATE high1",
                "COPY t FROM PROGRAM 'echo 4'"
            })
    void closedItRefusesEveryWayToWriteEvenToASuperuserAndInReplicaRole(String write) {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(database.refusal(write)).startsWith("40001 ERROR: migration stores: table public.");
        assertThat(database.refusal("SET session_replication_role = replica", write))
                .startsWith("40001 ERROR: migration stores: table public.");
    }

    @Test
    void closedItRefusesACopyFromTheClient() throws SQLException {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        try (Connection connection = database.open()) {
            PGConnection copying = connection.unwrap(PGConnection.class);
            assertThatThrownBy(() -> copying.getCopyAPI().copyIn("COPY t FROM STDIN", new StringReader("7\tseven\n")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("takes no writes now");
        }
    }

    @Test
    void closedItRefusesARoleThatOwnsTheTable() {
        String owner = TestServer.shared().createRole("");
        database.execute("ALTER TABLE t OWNER TO " + owner);
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(database.refusal("SET ROLE " + owner, "UPDATE t SET name = 'x'"))
                .startsWith("40001");
    }

    @Test
    void closedItLetsEverybodyReadAndWriteOtherTables() {
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(database.value("SELECT name FROM t WHERE id = 1 FOR UPDATE")).isEqualTo("one");
        database.execute("CREATE TABLE else_where (id int)", "INSERT INTO else_where VALUES (1)");
    }

    @Test
    void aCascadeFromATableThatIsNotDeclaredIsRefused() {
        database.execute(
                "CREATE TABLE parent (id int PRIMARY KEY)",
                "INSERT INTO parent VALUES (1)",
                "ALTER TABLE t ADD FOREIGN KEY (id) REFERENCES parent ON DELETE CASCADE");
        fence.arm(OWN);
        fence.close(OWN, SOON);

        assertThat(database.refusal("DELETE FROM parent")).startsWith("40001");
    }

    @Test
    void aTransactionThatBeganBeforeTheFenceIsRefusedBehindIt() throws SQLException {
        fence.arm(OWN);
        try (Connection early = database.open();
                var statement = early.createStatement();
                var prepared = early.prepareStatement("INSERT INTO t VALUES (?)")) {
            prepared.unwrap(PGStatement.class).setPrepareThreshold(1);
            for (int id = 100; id < 110; id++) {
                prepared.setInt(1, id);
                prepared.execute();
            }
            early.setAutoCommit(false);
            early.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            statement.execute("SELECT count(*) FROM other");

            fence.close(OWN, SOON);

            prepared.setInt(1, 110);
            assertThatThrownBy(prepared::execute).hasMessageContaining("takes no writes now");
        }
    }

    @Test
    void theTokenLetsASessionThroughAndAnotherMigrationsDoesNot() {
        database.execute("INSERT INTO switchback.apply_token (migration) VALUES ('orders')");
        fence.arm(OWN);
        fence.close(OWN, SOON);
        String carry =
                "SELECT set_config('switchback.token', token, false) FROM switchback.apply_token WHERE migration = ";

        assertThat(database.refusal(carry + "'stores'", "INSERT INTO t VALUES (2)"))
                .isEmpty();
        assertThat(database.refusal(carry + "'stores'", "SET session_replication_role = replica", "TRUNCATE high1"))
                .isEmpty();
        assertThat(database.refusal(carry + "'orders'", "INSERT INTO t VALUES (3)"))
                .startsWith("40001");
        assertThat(database.refusal("SET switchback.token = ''", "INSERT INTO t VALUES (3)"))
                .startsWith("40001");
    }

    @Test
    void theTokenIsForSwitchbackAloneEvenWhereDefaultsGiveEverythingAway() {
        String role = TestServer.shared().createRole("");
        FencedDatabase generous = new FencedDatabase(
                List.of("public.t"),
                "CREATE TABLE t (id int)",
                "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO " + role,
                "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC",
                "CREATE SCHEMA switchback",
                "GRANT ALL ON SCHEMA switchback TO " + role);

        assertThat(generous.refusal("SET ROLE " + role, "SELECT * FROM switchback.control"))
                .isEmpty();
        assertThat(generous.refusal("SET ROLE " + role, "SELECT * FROM switchback.apply_token"))
                .startsWith("42501");
        assertThat(generous.value("SELECT length(token) >= 32 FROM switchback.apply_token"))
                .isEqualTo("t");
    }

    @Test
    void openedItTakesWritesAgainAndTheControlRowSaysSo() {
        fence.arm(OWN);
        fence.close(OWN, SOON);
        assertThat(fence.closed()).isTrue();
        assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("fenced");

        fence.open(OWN, SOON);

        assertThat(fence.closed()).isFalse();
        assertThat(database.value("SELECT fence FROM switchback.control")).isEqualTo("open");
        database.execute("INSERT INTO t VALUES (2)", "INSERT INTO high1 VALUES (15)");
    }

    @Test
    void everyOperationMayBeRepeated() {
        fence.arm(OWN);
        fence.arm(OWN);
        fence.open(OWN, SOON);
        fence.close(OWN, SOON);
        fence.close(OWN, SOON);
        assertThat(fence.closed()).isTrue();
        fence.open(OWN, SOON);
        fence.open(OWN, SOON);
        assertThat(fence.closed()).isFalse();
    }

    /** Behind a cutover's commit point nobody could write on either side until it has ended. */
    @Test
    void whatWouldHoldUpItsOpeningIsFound() throws SQLException {
        fence.arm(OWN);
        fence.close(OWN, SOON);
        assertThat(fence.heldUp()).isEmpty();
        try (Connection writer = database.open()) {
            writer.setAutoCommit(false);
            writer.createStatement().execute("LOCK TABLE t IN ROW EXCLUSIVE MODE");
            assertThat(fence.heldUp()).isEmpty();
        }
        try (Connection maintenance = database.open()) {
            maintenance.setAutoCommit(false);
            maintenance.createStatement().execute("CREATE INDEX ON t (name)");
            assertThat(fence.heldUp())
                    .extracting(Problem::what)
                    .singleElement()
                    .asString()
                    .contains("Table public.t is held by pid", "before it opens");
        }
        fence.open(OWN, SOON);
    }

    @Test
    void whatSomebodyChangedByHandIsNoticedAndPutRight() {
        fence.arm(OWN);
        database.execute("ALTER TABLE t ENABLE TRIGGER switchback_stores_fence");
        assertThat(fence.check())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("by hand on public.t");
        fence.arm(OWN);
        assertThat(fence.check()).isEmpty();

        fence.close(OWN, SOON);
        database.execute("ALTER TABLE low DISABLE TRIGGER ALL");
        assertThat(fence.closed()).isFalse();
        fence.close(OWN, SOON);
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void aTriggerThatWasReplacedCountsAsMissing() {
        fence.arm(OWN);
        database.execute(
                "DROP TRIGGER switchback_stores_fence ON t",
                "CREATE TRIGGER switchback_stores_fence BEFORE DELETE ON t FOR EACH STATEMENT"
                        + " EXECUTE FUNCTION switchback.refuse_write('stores')");

        assertThatThrownBy(() -> fence.close(OWN, SOON)).hasMessageContaining("no trigger on public.t");
        fence.arm(OWN);
        fence.close(OWN, SOON);
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void aPartitionAttachedAfterArmingKeepsItFromClosing() {
        fence.arm(OWN);
        database.execute("CREATE TABLE high2 PARTITION OF high FOR VALUES FROM (50) TO (99)");

        assertThat(fence.check())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("public.high2");
        assertThatThrownBy(() -> fence.close(OWN, SOON))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("no trigger on public.high2");
        assertThat(fence.closed()).isFalse();
        database.execute("INSERT INTO t VALUES (2)");

        fence.arm(OWN);
        fence.close(OWN, SOON);
        assertThat(database.refusal("INSERT INTO high2 VALUES (60)")).startsWith("40001");
    }

    @Test
    void aPartitionAttachedWhileItIsClosedIsNoticedAndClosedByArming() {
        fence.arm(OWN);
        fence.close(OWN, SOON);
        database.execute("CREATE TABLE high2 PARTITION OF high FOR VALUES FROM (50) TO (99)");
        assertThat(fence.closed()).isFalse();

        fence.arm(OWN);

        assertThat(fence.closed()).isTrue();
        assertThat(database.refusal("INSERT INTO high2 VALUES (60)")).startsWith("40001");
    }

    @Test
    void anotherEpochOrDirectionChangesNothing() {
        fence.arm(OWN);
        PostgresControl control = new PostgresControl(database.database, FencedDatabase.MIGRATION);
        assertThat(control.raise(2)).isTrue();
        Authority raised = new Authority(2, Direction.FORWARD);

        assertThatThrownBy(() -> fence.close(OWN, SOON)).isInstanceOf(NotInChargeException.class);
        assertThatThrownBy(() -> new TriggerFence(
                                database.database, FencedDatabase.MIGRATION, List.of(TableId.parse("public.other")))
                        .arm(OWN))
                .isInstanceOf(NotInChargeException.class);
        assertThatThrownBy(() -> fence.close(new Authority(2, Direction.REVERSE), SOON))
                .isInstanceOf(NotInChargeException.class);
        assertThat(fence.closed()).isFalse();

        fence.close(raised, SOON);
        assertThatThrownBy(() -> fence.open(OWN, SOON)).isInstanceOf(NotInChargeException.class);
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void twoMigrationsOfOneTableHaveFencesOfTheirOwn() throws SQLException {
        try (Connection connection = database.open()) {
            ControlSchema.register(connection, "orders");
        }
        TriggerFence orders = new TriggerFence(database.database, "orders", List.of(TableId.parse("public.t")));
        fence.arm(OWN);
        orders.arm(OWN);
        fence.close(OWN, SOON);
        orders.close(OWN, SOON);
        fence.open(OWN, SOON);

        assertThat(database.refusal("INSERT INTO t VALUES (2)")).contains("migration orders");
        orders.open(OWN, SOON);
        assertThat(database.refusal("INSERT INTO t VALUES (2)")).isEmpty();
    }

    @Test
    void aTableThatASubscriptionFillsIsRefused() {
        FencedDatabase publisher = new FencedDatabase(
                List.of(), "CREATE TABLE t (id int PRIMARY KEY, name text)", "CREATE PUBLICATION p FOR TABLE t");
        String connection = "host=localhost port=" + publisher.settings.port() + " user=postgres dbname="
                + publisher.settings.database();
        fence.arm(OWN);
        database.execute("CREATE SUBSCRIPTION s CONNECTION '" + connection + "' PUBLICATION p"
                + " WITH (create_slot = false, slot_name = NONE, enabled = false, connect = false)");
        database.execute(
                "SET allow_system_table_mods = on",
                "INSERT INTO pg_subscription_rel (srsubid, srrelid, srsubstate)"
                        + " SELECT s.oid, 't'::regclass, 'r' FROM pg_subscription s WHERE subname = 's'");
        try {
            assertThat(fence.check())
                    .extracting(Problem::what)
                    .singleElement()
                    .asString()
                    .contains("public.t is filled by a subscription");
        } finally {
            database.execute("DROP SUBSCRIPTION s");
        }
    }

    @Test
    void aRoleThatDoesNotOwnATableIsToldBeforehand() {
        String role = TestServer.shared().createRole("");
        database.execute(
                "GRANT ALL ON t TO " + role,
                "GRANT ALL ON SCHEMA switchback TO " + role,
                "GRANT ALL ON ALL TABLES IN SCHEMA switchback TO " + role);
        TriggerFence poor = new TriggerFence(
                new PostgresConnections(
                        "source", TestServer.shared().settings(database.settings.database(), role, "secret")),
                FencedDatabase.MIGRATION,
                List.of(TableId.parse("public.t")));

        assertThat(poor.check())
                .extracting(Problem::what)
                .anyMatch(what -> what.contains("may not enable triggers on public.t"));
    }
}
