package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** GENERATED ALWAYS identity columns take the source's values, although no UPDATE may set them. */
class IdentityTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE by_key (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)",
            "CREATE TABLE beside (k int PRIMARY KEY, number bigint GENERATED ALWAYS AS IDENTITY, v text, own text,"
                    + " twice text GENERATED ALWAYS AS (v || v) STORED)",
            "CREATE TABLE child (k int REFERENCES beside ON DELETE CASCADE)");

    @AfterEach
    void close() {
        destination.close();
    }

    @Test
    void inTheKey() {
        ApplySession session = destination.member();
        DestinationTable table = destination.table("by_key");

        destination.apply(session, new Upsert(table, new Object[] {7L, "a"}));
        destination.apply(
                session, new Upsert(table, new Object[] {7L, "b"}), new Upsert(table, new Object[] {9L, "c"}));

        assertThat(destination.query("SELECT * FROM by_key ORDER BY id")).containsExactly("7|b", "9|c");
    }

    @Test
    void besideTheKey() {
        ApplySession session = destination.member();
        DestinationTable table = besideWithoutOwn();
        destination.apply(
                session,
                new Upsert(table, new Object[] {1, 100L, "a"}),
                new Upsert(table, new Object[] {2, 200L, "b"}),
                new Upsert(table, new Object[] {3, 300L, "c"}));
        destination.execute("UPDATE beside SET own = 'own' || k", "INSERT INTO child VALUES (1), (2), (3)");

        assertThat(destination.apply(
                        session,
                        new Upsert(table, new Object[] {1, 101L, "A"}),
                        new Upsert(table, new Object[] {2, 200L, "B"}),
                        new Patch(table, new Object[] {3, 303L, Absent.VALUE}),
                        new Upsert(table, new Object[] {4, 400L, "D"})))
                .isEmpty();

        assertThat(destination.query("SELECT k, number, v, own, twice FROM beside ORDER BY k"))
                .containsExactly("1|101|A|own1|AA", "2|200|B|own2|BB", "3|303|c|own3|cc", "4|400|D|null|DD");
        assertThat(destination.query("SELECT count(*) FROM child")).containsExactly("3");
    }

    @Test
    void withoutTheReplicaRoleAChangedIdentityIsHeldBecauseTheDeleteWouldCascade() {
        String role = TestServer.shared().createRole("");
        destination.execute(
                "GRANT ALL ON ALL TABLES IN SCHEMA public, switchback TO " + role,
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA public, switchback TO " + role,
                "GRANT USAGE ON SCHEMA public, switchback TO " + role);
        PostgresDestination limited = DestinationFixture.destination(
                TestServer.shared().settings(destination.settings.database(), role, "secret"),
                DestinationFixture.Bounds.SHORT,
                FaultPoints.NONE);
        ApplySession session = destination.open(limited);
        session.claim(java.util.List.of(DestinationFixture.P0));
        DestinationTable table = besideWithoutOwn();
        destination.apply(
                session, new Upsert(table, new Object[] {1, 100L, "a"}), new Upsert(table, new Object[] {2, 200L, "b"
                }));
        destination.execute("INSERT INTO child VALUES (1), (2)");

        assertThat(DestinationFixture.reasons(destination.apply(
                        session,
                        new Upsert(table, new Object[] {1, 101L, "A"}),
                        new Upsert(table, new Object[] {2, 200L, "B"}))))
                .singleElement()
                .asString()
                .contains("GENERATED ALWAYS AS IDENTITY", "session_replication_role");

        assertThat(destination.query("SELECT k, number, v FROM beside ORDER BY k"))
                .containsExactly("1|100|a", "2|200|B");
        assertThat(destination.query("SELECT count(*) FROM child")).containsExactly("2");
        assertThat(limited.notices()).singleElement().asString().contains("triggers", "foreign keys", role);
    }

    /** As a mapping that leaves the column {@code own} to the destination. */
    private DestinationTable besideWithoutOwn() {
        DestinationTable all = destination.table("beside");
        return new DestinationTable(
                all.id(),
                all.columns().stream()
                        .filter(column -> !column.name().equals("own"))
                        .toList(),
                all.key());
    }
}
