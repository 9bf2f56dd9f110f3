package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** Rows that keep each other from being written, as after one statement of a source whose constraint is deferrable. */
class ExchangeTest {

    private final DestinationFixture destination =
            new DestinationFixture("CREATE TABLE t (id int PRIMARY KEY, code text UNIQUE)");
    private final ApplySession session = destination.member();
    private final DestinationTable t = destination.table("t");

    @AfterEach
    void close() {
        destination.close();
    }

    @Test
    void aCycleIsWrittenInOneTransaction() {
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "c"), row(3, "a"));

        assertThat(session.exchange(first(held), held)).isTrue();

        assertThat(rows()).containsExactly("1|b", "2|c", "3|a", "4|d");
        assertThat(session.held(List.of(DestinationFixture.P0))).isEmpty();
    }

    @Test
    void whatIsHeldBecauseOfARowThatStaysIsLeftOut() {
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "a"), row(3, "d"));

        assertThat(session.exchange(first(held), held)).isTrue();

        assertThat(rows()).containsExactly("1|b", "2|a", "3|c", "4|d");
        assertThat(session.held(List.of(DestinationFixture.P0)))
                .extracting(HeldChange::sourceKey)
                .containsExactly("(3)");
    }

    @Test
    void whereNoneCanBeHelpedNothingHappens() {
        Map<HeldChange, Upsert> held = held(row(1, "d"), row(2, "d"));

        assertThat(session.exchange(first(held), held)).isFalse();

        assertThat(rows()).containsExactly("1|a", "2|b", "3|c", "4|d");
        assertThat(session.held(List.of(DestinationFixture.P0))).hasSize(2);
    }

    @Test
    void rowsThatReferToTheTableStay() {
        destination.execute("CREATE TABLE child (t int REFERENCES t ON DELETE CASCADE)");
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "a"));
        destination.execute("INSERT INTO child VALUES (1), (2)");

        assertThat(session.exchange(first(held), held)).isTrue();

        assertThat(destination.query("SELECT t FROM child ORDER BY t")).containsExactly("1", "2");
    }

    @Test
    void aRowWithAColumnOfItsOwnIsNotTakenOut() {
        destination.execute("ALTER TABLE t ADD COLUMN own text DEFAULT 'kept'");
        assertNotExchanged();
        assertThat(destination.query("SELECT DISTINCT own FROM t")).containsExactly("kept");
    }

    @Test
    void aRowOfATableWhoseTriggerWouldFireIsNotTakenOut() {
        destination.execute(
                "CREATE FUNCTION heard() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
                "CREATE TRIGGER hears BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION heard()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER hears");
        assertNotExchanged();
    }

    @Test
    void aRowOfATableWhoseForeignKeysAlwaysActIsNotTakenOut() {
        destination.execute(
                "CREATE TABLE child (t int REFERENCES t ON DELETE CASCADE)",
                "DO $$ DECLARE name text; BEGIN FOR name IN SELECT tgname FROM pg_trigger WHERE tgrelid = 't'::regclass"
                        + " LOOP EXECUTE format('ALTER TABLE t ENABLE ALWAYS TRIGGER %I', name); END LOOP; END $$");
        assertNotExchanged();
    }

    @Test
    void withoutTheReplicaRoleNoRowIsTakenOut() {
        String role = TestServer.shared().createRole("");
        destination.execute(
                "GRANT USAGE ON SCHEMA switchback TO " + role,
                "GRANT ALL ON ALL TABLES IN SCHEMA switchback TO " + role,
                "GRANT ALL ON ALL SEQUENCES IN SCHEMA switchback TO " + role,
                "GRANT ALL ON t TO " + role);
        PostgresSettings login = TestServer.shared().settings(destination.settings.database(), role, "secret");
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "a"));
        ApplySession ordinary = destination.open(DestinationFixture.destination(
                login, DestinationFixture.Bounds.SHORT, dev.switchback.connectors.spi.FaultPoints.NONE));
        ordinary.claim(List.of(DestinationFixture.P0));

        assertThat(ordinary.exchange(first(held), held)).isFalse();

        assertThat(rows()).containsExactly("1|a", "2|b", "3|c", "4|d");
    }

    @Test
    void rivalsAreThoseOfTheSameTableThatAUniqueValueKeepsBack() {
        destination.execute("ALTER TABLE t ADD CONSTRAINT no_x CHECK (code <> 'x')");
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "a"), row(3, "x"));
        List<HeldChange> changes = List.copyOf(held.keySet());

        assertThat(session.rivals(changes.get(0))).containsExactly(changes.get(1));
        assertThat(session.rivals(changes.get(2))).isEmpty();
    }

    private void assertNotExchanged() {
        Map<HeldChange, Upsert> held = held(row(1, "b"), row(2, "a"));

        assertThat(session.exchange(first(held), held)).isFalse();

        assertThat(rows()).containsExactly("1|a", "2|b", "3|c", "4|d");
        assertThat(session.held(List.of(DestinationFixture.P0))).hasSize(2);
    }

    /** Fills the table, and has these rows refused. */
    private Map<HeldChange, Upsert> held(Upsert... rows) {
        destination.apply(session, row(1, "a"), row(2, "b"), row(3, "c"), row(4, "d"));
        List<HeldChange> refused = destination.apply(session, rows);
        assertThat(refused).hasSize(rows.length);
        Map<HeldChange, Upsert> held = new LinkedHashMap<>();
        IntStream.range(0, rows.length).forEach(i -> held.put(refused.get(i), rows[i]));
        return held;
    }

    private static HeldChange first(Map<HeldChange, Upsert> held) {
        return held.keySet().iterator().next();
    }

    private List<String> rows() {
        return destination.query("SELECT id, code FROM t ORDER BY id");
    }

    private Upsert row(int id, String code) {
        return new Upsert(t, new Object[] {id, code});
    }
}
