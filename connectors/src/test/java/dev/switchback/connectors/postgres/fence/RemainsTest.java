package dev.switchback.connectors.postgres.fence;

import static dev.switchback.connectors.postgres.fence.FencedDatabase.MIGRATION;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.OWN;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.connectors.postgres.fence.Remains.Kind;
import dev.switchback.connectors.postgres.fence.Remains.Remnant;
import dev.switchback.transforms.schema.TableId;

@Timeout(60)
class RemainsTest {

    private final FencedDatabase database = new FencedDatabase(
            List.of("public.t", "public.p"),
            "CREATE TABLE t (id int PRIMARY KEY)",
            "CREATE TABLE p (id int) PARTITION BY RANGE (id)",
            "CREATE SCHEMA \"a.b\"",
            "CREATE TABLE \"a.b\".\"Low\" PARTITION OF p FOR VALUES FROM (0) TO (10)");
    private final Remains remains = new Remains(database.database, MIGRATION);

    private List<String> names() {
        return remains.list().stream()
                .map(each -> each.kind() + " " + each.name())
                .toList();
    }

    @Test
    void everythingIsFoundInTheOrderInWhichItGoesAndNothingIsLeft() {
        database.fence.arm(OWN);
        database.fence.close(OWN, SOON);
        database.execute(
                "CREATE PUBLICATION switchback_stores_forward FOR TABLE t",
                "SELECT pg_create_logical_replication_slot('switchback_stores_forward', 'pgoutput')");

        assertThat(names())
                .containsExactly(
                        "slot switchback_stores_forward",
                        "publication switchback_stores_forward",
                        "trigger switchback_stores_fence on a.b.Low",
                        "trigger switchback_stores_fence on public.p",
                        "trigger switchback_stores_fence on public.t",
                        "rows apply_token",
                        "rows beat",
                        "rows control",
                        "schema switchback");
        assertThat(remains.list())
                .extracting(Remnant::what)
                .anyMatch(what -> what.startsWith("the closed fence: without it applications may write"));

        remains.list().forEach(remains::remove);
        remains.list().forEach(remains::remove);

        assertThat(names()).isEmpty();
        database.execute("INSERT INTO t VALUES (1)", "INSERT INTO p VALUES (1)");
        assertThat(database.value("SELECT count(*) FROM pg_namespace WHERE nspname = 'switchback'"))
                .isEqualTo("0");
    }

    @Test
    void whatAnotherMigrationUsesStays() throws SQLException {
        try (Connection connection = database.open()) {
            ControlSchema.register(connection, "stores_two");
        }
        TriggerFence other = new TriggerFence(database.database, "stores_two", List.of(TableId.parse("public.t")));
        other.arm(OWN);
        other.close(OWN, SOON);
        database.fence.arm(OWN);

        remains.list().forEach(remains::remove);

        assertThat(names()).isEmpty();
        assertThat(other.closed()).isTrue();
        assertThat(database.refusal("INSERT INTO t VALUES (1)")).startsWith("40001");
    }

    @Test
    void theSchemaStaysWhileATriggerCallsIntoIt() {
        database.fence.arm(OWN);
        List<Remnant> found = remains.list();
        Remnant schema = found.get(found.size() - 1);

        assertThatThrownBy(() -> remains.remove(schema)).hasMessageContaining("Triggers still call what is in it");

        found.forEach(remains::remove);
        assertThat(names()).isEmpty();
    }

    @Test
    void revokedPrivilegesAreGivenBack() {
        String app = TestServer.shared().createRole("");
        database.execute("GRANT INSERT ON t TO " + app);
        RevokeFence fence =
                new RevokeFence(database.database, MIGRATION, List.of(TableId.parse("public.t")), List.of(app));
        fence.arm(OWN);
        fence.close(OWN, SOON);
        assertThat(remains.list()).extracting(Remnant::kind).contains(Kind.PRIVILEGE);

        remains.list().forEach(remains::remove);

        assertThat(database.refusal("SET ROLE " + app, "INSERT INTO t VALUES (1)"))
                .isEmpty();
    }

    @Test
    void whereNothingEverRanThereIsNothing() {
        database.execute("DROP SCHEMA switchback CASCADE");
        assertThat(names()).isEmpty();
        assertThat(remains.membersSeenWithin(Duration.ofSeconds(10))).isEmpty();
    }

    @Test
    void whoHasBeenSeenOfLateIsNamed() {
        database.execute(
                "INSERT INTO switchback.member (migration, direction, member, report) VALUES ('stores', 'reverse', 'm1', '{}')",
                "INSERT INTO switchback.member (migration, direction, member, report, seen_at)"
                        + " VALUES ('stores', 'forward', 'm2', '{}', now() - interval '1 minute')");
        assertThat(remains.membersSeenWithin(Duration.ofSeconds(10))).containsExactly("m1");
    }
}
