package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.mutation.OnConflict.Kind;

/** What each mutation makes of a row that the destination has already, by what its table says. */
class OnConflictTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE t (a int, b text, name text, at timestamp, PRIMARY KEY (a, b), UNIQUE (name))");
    private final ApplySession session = destination.member();

    @BeforeEach
    void fill() {
        destination.execute("INSERT INTO t VALUES (1, 'x', 'one', '2024-05-05'), (2, 'x', 'two', NULL)");
    }

    @AfterEach
    void close() {
        destination.close();
    }

    @Test
    void theNewerRowStaysWhateverTheMutation() {
        DestinationTable t = table(Kind.NEWER, "at", true);

        destination.apply(
                session,
                new Upsert(t, row(1, "older", "2024-05-04 23:59:59.999999")),
                new Upsert(t, row(2, "newer than nothing", "2000-01-01")),
                new Upsert(t, row(3, "new", null)));
        assertThat(rows())
                .containsExactly("1|one|2024-05-05 00:00:00", "2|newer than nothing|2000-01-01 00:00:00", "3|new|null");
        destination.apply(
                session,
                new Patch(t, row(1, Absent.VALUE, "2023-01-01")),
                new Patch(t, row(2, "patched", Absent.VALUE)));
        destination.apply(session, new Upsert(t, row(1, "same age", "2024-05-05")));

        assertThat(rows())
                .containsExactly("1|same age|2024-05-05 00:00:00", "2|patched|2000-01-01 00:00:00", "3|new|null");
        assertThat(declined()).isEqualTo("2");
        assertThat(destination.query("SELECT mutation, content FROM switchback.declined ORDER BY id"))
                .containsExactly(
                        "upsert|{\"a\":1,\"b\":\"x\",\"name\":\"older\",\"at\":\"2024-05-04T23:59:59.999999\"}",
                        "patch|{\"a\":1,\"b\":\"x\",\"at\":\"2023-01-01T00:00:00\"}");
    }

    @Test
    void aRowThatIsNewerThanTheOneThatWasDeletedStays() {
        DestinationTable t = table(Kind.NEWER, "at", true);
        destination.execute("INSERT INTO t VALUES (3, 'x', 'three', '2024-01-01'), (4, 'x', 'four', '2024-01-01')");

        destination.apply(
                session,
                new Remove(t, key(1), "2024-05-04 23:59:59.999999"),
                new Remove(t, key(2), "1999-01-01"),
                new Remove(t, key(3), "2024-01-01"),
                new Remove(t, key(4)),
                new Remove(t, key(9), "2024-01-01"));

        assertThat(rows()).containsExactly("1|one|2024-05-05 00:00:00");
        assertThat(declined()).isEqualTo("1");
        assertThat(destination.query("SELECT mutation, content FROM switchback.declined"))
                .containsExactly("remove|{\"a\":1,\"b\":\"x\",\"at\":\"2024-05-04T23:59:59.999999\"}");
    }

    @Test
    void fillingLeavesEveryRowThatIsThere() {
        DestinationTable t = table(Kind.FILL, null, false);

        destination.apply(session, new Upsert(t, row(1, "changed", null)), new Upsert(t, row(3, "three", null)));
        destination.apply(
                session, new Patch(t, row(2, "changed", Absent.VALUE)), new Remove(t, key(1)), new Remove(t, key(9)));
        destination.apply(session, new Clear(t));

        assertThat(rows()).containsExactly("1|one|2024-05-05 00:00:00", "2|two|null", "3|three|null");
        assertThat(declined()).isEqualTo("3");
        assertThat(destination.query("SELECT count(*) FROM switchback.declined"))
                .containsExactly("0");
        assertThat(destination.apply(session, new Upsert(t, row(4, "one", null))))
                .hasSize(1);
    }

    @Test
    void insertingLeavesWhateverWouldViolateAConstraint() {
        DestinationTable t = table(Kind.INSERT, null, false);

        assertThat(destination.apply(
                        session,
                        new Upsert(t, row(1, "changed", null)),
                        new Upsert(t, row(3, "one", null)),
                        new Upsert(t, row(4, "four", null))))
                .isEmpty();

        assertThat(rows()).containsExactly("1|one|2024-05-05 00:00:00", "2|two|null", "4|four|null");
        assertThat(declined()).isEqualTo("2");
        // Row 3 was declined, so that a change of it that leaves a large value out finds none.
        assertThat(destination.apply(session, new Patch(t, row(3, Absent.VALUE, "2024-01-01"))))
                .isEmpty();
        assertThat(declined()).isEqualTo("3");
    }

    @Test
    void comparingWritesNothingAndForgetsWhatIsTheSameAgain() {
        DestinationTable t = table(Kind.COMPARE, null, false);

        destination.apply(
                session,
                new Upsert(t, row(1, "other", "2024-05-05")),
                new Upsert(t, row(2, "two", null)),
                new Upsert(t, row(3, "missing", null)));
        assertThat(differences()).containsExactly("[1, \"x\"]|upsert", "[3, \"x\"]|upsert");
        destination.apply(
                session, new Upsert(t, row(1, "one", "2024-05-05")), new Remove(t, key(3)), new Remove(t, key(2)));
        assertThat(differences()).containsExactly("[2, \"x\"]|remove");
        destination.apply(session, new Patch(t, row(7, "nowhere", Absent.VALUE)));
        destination.apply(session, new Clear(t));

        assertThat(differences()).containsExactly("[2, \"x\"]|remove", "[7, \"x\"]|patch");
        assertThat(rows()).containsExactly("1|one|2024-05-05 00:00:00", "2|two|null");
    }

    @Test
    void whatAPatchDoesNotTellStaysDifferent() {
        DestinationTable t = table(Kind.COMPARE, null, false);
        destination.apply(session, new Upsert(t, row(1, "other", "2020-01-01")));

        destination.apply(session, new Patch(t, row(1, "one", Absent.VALUE)));

        assertThat(destination.query("SELECT mutation, content->>'at' FROM switchback.difference"))
                .containsExactly("upsert|2020-01-01T00:00:00");
        destination.apply(session, new Upsert(t, row(1, "one", "2024-05-05")));
        assertThat(differences()).isEmpty();
    }

    @Test
    void columnsMayHaveAnyNameAndManyRowsAreNotSlow() {
        destination.execute(
                "CREATE TABLE odd (\"Key\" int PRIMARY KEY, declined text, given int, j json, \"null\" text)");
        DestinationTable odd = destination.table("odd");
        DestinationTable t =
                new DestinationTable(odd.id(), odd.columns(), odd.key(), new OnConflict(Kind.FILL, null, true));
        Upsert[] many = IntStream.range(0, 5_000)
                .mapToObj(i -> new Upsert(t, new @Nullable Object[] {i, null, i, "{\"a\":  \"\\u0000\"}", null}))
                .toArray(Upsert[]::new);

        assertThat(destination.apply(session, many)).isEmpty();
        assertThat(destination.apply(session, many)).isEmpty();

        assertThat(declined()).isEqualTo("5000");
        assertThat(
                        destination.query(
                                "SELECT count(*), count(*) FILTER (WHERE content::text LIKE '%\"given\":7,%') FROM switchback.declined"))
                .containsExactly("5000|1");
        assertThat(destination.apply(session, new Remove(odd, new Key(7)))).isEmpty();
        assertThat(destination.query("SELECT count(*) FROM odd")).containsExactly("4999");
    }

    private DestinationTable table(Kind kind, @Nullable String column, boolean keep) {
        DestinationTable t = destination.table("t");
        return new DestinationTable(t.id(), t.columns(), t.key(), new OnConflict(kind, column, keep));
    }

    private static @Nullable Object[] row(int a, @Nullable Object name, @Nullable Object at) {
        return new @Nullable Object[] {a, "x", name, at};
    }

    private static Key key(int a) {
        return new Key(a, "x");
    }

    private List<String> rows() {
        return destination.query("SELECT a, name, at FROM t ORDER BY a");
    }

    private String declined() {
        return destination
                .query("SELECT sum(declined) FROM switchback.declined_count")
                .get(0);
    }

    private List<String> differences() {
        return destination.query("SELECT key, mutation FROM switchback.difference ORDER BY key");
    }
}
