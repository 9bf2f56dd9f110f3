package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.problem.ProblemException;

/** What the destination refuses is found and held; everything else of the batch goes on. */
class RefusedRowsTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v >= 0), code text UNIQUE, price numeric(6,2))");
    private final ApplySession session = destination.member();
    private final DestinationTable t = destination.table("t");

    @AfterEach
    void close() {
        destination.close();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void exactlyTheBadRowsOfABatchAreHeld(long seed) {
        Random random = new Random(seed);
        int size = 1 + random.nextInt(300);
        Set<Integer> bad = new TreeSet<>();
        for (int i = random.nextInt(12); i > 0; i--) {
            bad.add(random.nextInt(size));
        }
        Mutation[] mutations = new Mutation[size];
        for (int i = 0; i < size; i++) {
            mutations[i] = row(i, bad.contains(i) ? -1 : i, null);
        }

        List<HeldChange> held = destination.apply(session, mutations);

        assertThat(held.stream().map(HeldChange::destinationKey))
                .containsExactlyElementsOf(bad.stream().map(i -> "(" + i + ")").toList());
        assertThat(destination.query("SELECT id FROM t ORDER BY id")).hasSize(size - bad.size());
        assertThat(destination.query("SELECT count(*) FROM t WHERE v < 0")).containsExactly("0");
        assertThat(destination.query("SELECT destination_key_text FROM switchback.held ORDER BY \"offset\""))
                .containsExactlyElementsOf(bad.stream().map(i -> "(" + i + ")").toList());
        assertThat(destination.query("SELECT next_offset FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("" + size);
    }

    @Test
    void theReasonIsTheServersOwn() {
        List<HeldChange> held = destination.apply(session, row(1, -5, null));

        assertThat(held).singleElement().satisfies(change -> {
            assertThat(change.reason()).contains("violates check constraint \"t_v_check\"", "Failing row contains");
            assertThat(change.table()).isEqualTo("public.t");
            assertThat(change.sourceKey()).isEqualTo("(1)");
        });
        assertThat(destination.query("SELECT sqlstate, attempts, retry_at > held_at FROM switchback.held"))
                .containsExactly("23514|1|t");
    }

    @Test
    void aPatchOfARowThatIsNotThereIsHeldAndNeverInserted() {
        destination.apply(session, row(1, 1, "a"), row(3, 3, "c"));

        List<HeldChange> held = destination.apply(session, patch(1, 11), patch(2, 22), patch(3, 33));

        assertThat(held).singleElement().satisfies(change -> {
            assertThat(change.destinationKey()).isEqualTo("(2)");
            assertThat(change.reason()).contains("not there");
        });
        assertThat(destination.query("SELECT id, v, code FROM t ORDER BY id")).containsExactly("1|11|a", "3|33|c");
    }

    @Test
    void aValueThatTheColumnWouldRoundIsHeld() {
        List<HeldChange> held = destination.apply(
                session,
                new Upsert(t, new Object[] {1, 1, "a", "1.25"}),
                new Upsert(t, new Object[] {2, 2, "b", "1.255"}),
                new Upsert(t, new Object[] {3, 3, "c", "1.5000"}));

        assertThat(DestinationFixture.reasons(held)).singleElement().asString().contains("1.255", "rounded");
        assertThat(destination.query("SELECT id, price FROM t ORDER BY id")).containsExactly("1|1.25", "3|1.50");
    }

    @ParameterizedTest
    @ValueSource(strings = {"ff", "c3", "00", "eda080"}) // no beginning, no end, no character, half a surrogate pair
    void aTextThatIsNoneIsHeld(String bytes) {
        byte[] record = HexFormat.of().parseHex("41" + bytes + "42");

        List<HeldChange> held = destination.apply(
                session,
                new Upsert(t, new Object[] {1, 1, new Utf8Text(record, 0, 1), "1"}),
                new Upsert(t, new Object[] {2, 2, new Utf8Text(record, 1, record.length - 2), "2"}),
                new Upsert(t, new Object[] {3, 3, new Utf8Text(record, record.length - 1, 1), "3"}));

        assertThat(held.stream().map(HeldChange::destinationKey)).containsExactly("(2)");
        assertThat(destination.query("SELECT sqlstate FROM switchback.held")).containsExactly("22021");
        assertThat(destination.query("SELECT id, code FROM t ORDER BY id")).containsExactly("1|A", "3|B");
    }

    @Test
    void aUniqueValueThatAnotherRowOfTheBatchGivesUpIsNotHeld() {
        destination.apply(session, row(1, 1, "a"), row(2, 2, "b"), row(3, 3, "c"));

        List<HeldChange> held = destination.apply(session, row(1, 1, "b"), row(2, 2, "c"), row(3, 3, "d"));

        assertThat(held).isEmpty();
        assertThat(destination.query("SELECT id, code FROM t ORDER BY id")).containsExactly("1|b", "2|c", "3|d");
    }

    @Test
    void aChainOfUniqueValuesTakesAsManyRoundsAsItHasLinks() {
        destination.apply(session, row(1, 1, "a"), row(2, 2, "b"), row(3, 3, "c"), row(4, 4, "d"));

        // The last makes way for the first, the first for the second, the second for the third.
        List<HeldChange> held =
                destination.apply(session, row(1, 1, "d"), row(2, 2, "a"), row(3, 3, "b"), row(4, 4, "e"));

        assertThat(held).isEmpty();
        assertThat(destination.query("SELECT id, code FROM t ORDER BY id")).containsExactly("1|d", "2|a", "3|b", "4|e");
    }

    @Test
    void aUniqueValueThatAnotherRowKeepsIsHeld() {
        destination.apply(session, row(1, 1, "a"));

        List<HeldChange> held = destination.apply(session, row(2, 2, "a"), row(3, 3, "c"));

        assertThat(DestinationFixture.reasons(held)).singleElement().asString().contains("(code)=(a) already exists");
        assertThat(destination.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "3");
    }

    @Test
    void changesOfOneSourceKeyAreHeldTogether() {
        // One source row that feeds two destination rows: its first change is refused at one of them.
        DestinationTable other = otherTable();
        destination.apply(session, new Upsert(other, new Object[] {1, "before"}));
        long offset = destination.nextOffset();
        List<Work> works = List.of(
                new Work(row(1, -1, null), List.of(DestinationFixture.change(offset, "k"))),
                new Work(
                        new Upsert(other, new Object[] {1, "after"}),
                        List.of(DestinationFixture.change(offset, "k"), DestinationFixture.change(offset + 1, "k"))),
                new Work(row(2, 2, null), List.of(DestinationFixture.change(offset + 2, "innocent"))));

        List<HeldChange> held = session.apply(destination.batch(works, List.of()));

        assertThat(held.stream().map(change -> change.change().offset())).containsExactly(offset, offset + 1);
        assertThat(destination.query("SELECT v FROM other")).containsExactly("before");
        assertThat(destination.query("SELECT id FROM t")).containsExactly("2");
    }

    @Test
    void aDeferredConstraintThatFailsAtTheCommitHoldsItsRow() {
        destination.execute(
                "CREATE FUNCTION odd() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF NEW.v % 2 = 0 THEN"
                        + " RAISE 'even' USING ERRCODE = 'P0001'; END IF; RETURN NULL; END$$",
                "CREATE CONSTRAINT TRIGGER odd AFTER INSERT OR UPDATE ON t DEFERRABLE INITIALLY DEFERRED"
                        + " FOR EACH ROW EXECUTE FUNCTION odd()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER odd");

        List<HeldChange> held = destination.apply(session, row(1, 1, null), row(2, 2, null), row(3, 3, null));

        assertThat(held.stream().map(HeldChange::destinationKey)).containsExactly("(2)");
        assertThat(destination.query("SELECT id FROM t ORDER BY id")).containsExactly("1", "3");
    }

    @Test
    void keysThatAreOneToTheDestinationAndTwoToUsAreWrittenInTurn() {
        destination.execute("CREATE TABLE n (k numeric PRIMARY KEY, v text)");
        DestinationTable n = destination.table("n");

        assertThat(destination.apply(
                        session, new Upsert(n, new Object[] {"1.0", "a"}), new Upsert(n, new Object[] {"1.00", "b"})))
                .isEmpty();

        assertThat(destination.query("SELECT v FROM n")).containsExactly("b");
    }

    @Test
    void aRefusedRemoveIsHeldToo() {
        destination.execute(
                "INSERT INTO t VALUES (1, 1, 'a', 1), (2, 2, 'b', 2)",
                "CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN IF OLD.id = 1 THEN RAISE 'kept';"
                        + " END IF; RETURN OLD; END$$",
                "CREATE TRIGGER keep BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep()",
                "ALTER TABLE t ENABLE ALWAYS TRIGGER keep");

        List<HeldChange> held = destination.apply(session, new Remove(t, new Key(1)), new Remove(t, new Key(2)));

        assertThat(DestinationFixture.reasons(held)).containsExactly("kept");
        assertThat(destination.query("SELECT id FROM t")).containsExactly("1");
    }

    @Test
    void whatIsNoRowsFaultIsNotHeldButSaysWhatToDo() {
        List<String> problems = new ArrayList<>();
        destination.execute("ALTER TABLE t RENAME COLUMN code TO kode");
        problems.add(problem());
        destination.execute("ALTER TABLE t RENAME TO gone");
        problems.add(problem());
        destination.execute("ALTER TABLE gone RENAME TO t", "ALTER TABLE t RENAME COLUMN kode TO code");
        destination.execute("ALTER TABLE t DROP CONSTRAINT t_pkey");
        problems.add(problem());

        assertThat(problems.get(0)).contains("\"code\"", "42703");
        assertThat(problems.get(1)).contains("\"public.t\" does not exist", "Create it");
        assertThat(problems.get(2)).contains("ON CONFLICT", "primary key");
        assertThat(destination.query("SELECT count(*) FROM switchback.held")).containsExactly("0");
        assertThat(destination.query("SELECT next_offset FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("0");
    }

    @Test
    void aMissingPrivilegeAndARowPolicyNameTheGrant() {
        String role = TestServer.shared().createRole("");
        destination.execute(
                "GRANT ALL ON ALL TABLES IN SCHEMA public, switchback TO " + role,
                "GRANT USAGE ON SCHEMA public, switchback TO " + role,
                "REVOKE DELETE ON t FROM " + role);
        PostgresDestination limited = DestinationFixture.destination(
                TestServer.shared().settings(destination.settings.database(), role, "secret"),
                DestinationFixture.Bounds.SHORT,
                FaultPoints.NONE);
        ApplySession restricted = destination.open(limited);
        restricted.claim(List.of(DestinationFixture.P0));

        assertThatThrownBy(() -> destination.apply(restricted, new Remove(t, new Key(1))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("ermission denied for table t")
                .hasMessageContaining("Grant \"" + role + "\"");

        destination.execute(
                "GRANT ALL ON t TO " + role,
                "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                "CREATE POLICY none ON t FOR DELETE USING (false)");
        destination.rewind(0);
        assertThatThrownBy(() -> destination.apply(restricted, new Remove(t, new Key(1))))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("row-level security");
    }

    private String problem() {
        try {
            destination.rewind(0);
            destination.apply(session, row(1, 1, "a"));
            throw new AssertionError("no problem");
        } catch (ProblemException expected) {
            return String.valueOf(expected.getMessage());
        }
    }

    private DestinationTable otherTable() {
        destination.execute("CREATE TABLE other (id int PRIMARY KEY, v text)");
        return destination.table("other");
    }

    private Mutation row(int id, int v, @Nullable String code) {
        return new Upsert(t, new Object[] {id, v, code, null});
    }

    private Mutation patch(int id, int v) {
        return new Patch(t, new Object[] {id, v, Absent.VALUE, Absent.VALUE});
    }
}
