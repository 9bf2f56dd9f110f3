package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** What each mutation makes of a row. */
class ApplyTest {

    private final DestinationFixture destination = new DestinationFixture(
            "CREATE TABLE t (id bigint PRIMARY KEY, name text, total numeric(12,2), doc json)",
            "CREATE TABLE only_key (a int, b uuid, PRIMARY KEY (b, a))");
    private final ApplySession session = destination.member();
    private final DestinationTable t = destination.table("t");

    @AfterEach
    void close() {
        destination.close();
    }

    @Test
    void anUpsertInsertsOrReplacesTheRow() {
        destination.execute("INSERT INTO t VALUES (1, 'old', 1, '{}')");

        destination.apply(session, upsert(1L, "new", "2.50", null), upsert(2L, "second", "3.00", "[1]"));

        assertThat(destination.query("SELECT * FROM t ORDER BY id"))
                .containsExactly("1|new|2.50|null", "2|second|3.00|[1]");
    }

    @Test
    void anUnchangedRowIsNotRewritten() {
        destination.apply(session, upsert(1L, "same", "1.00", "{\"a\": 1}"), upsert(2L, "other", null, null));
        List<String> before = destination.query("SELECT ctid, xmin FROM t WHERE id = 1");

        destination.apply(session, upsert(1L, "same", "1.00", "{\"a\": 1}"), upsert(2L, "changed", null, null));
        destination.apply(session, patch(1L, "same", Absent.VALUE, "{\"a\": 1}"));

        assertThat(destination.query("SELECT ctid, xmin FROM t WHERE id = 1")).isEqualTo(before);
        assertThat(destination.query("SELECT name FROM t WHERE id = 2")).containsExactly("changed");
    }

    @Test
    void valuesThatAreEqualButNotTheSameReplaceEachOther() {
        destination.execute("CREATE TABLE exact (id int PRIMARY KEY, n numeric, i interval, f float8)");
        DestinationTable exact = destination.table("exact");
        destination.apply(session, new Upsert(exact, new Object[] {1, "1.0", "1 mon", 0.0}));

        destination.apply(session, new Upsert(exact, new Object[] {1, "1.00", "30 days", -0.0}));

        assertThat(destination.query("SELECT n, i, f FROM exact")).containsExactly("1.00|30 days|-0");
    }

    @Test
    void aPatchLeavesAbsentColumnsAlone() {
        destination.execute("INSERT INTO t VALUES (1, 'kept', 1, '{\"big\": true}'), (2, 'two', 2, '{}')");

        destination.apply(session, patch(1L, Absent.VALUE, "5.00", Absent.VALUE), patch(2L, null, Absent.VALUE, "[]"));

        assertThat(destination.query("SELECT * FROM t ORDER BY id"))
                .containsExactly("1|kept|5.00|{\"big\": true}", "2|null|2.00|[]");
    }

    @Test
    void aPatchOfNothingButItsKeyStillNeedsItsRow() {
        destination.execute("INSERT INTO t VALUES (1, 'one', 1, '{}')");

        assertThat(destination.apply(session, patch(1L, Absent.VALUE, Absent.VALUE, Absent.VALUE)))
                .isEmpty();
        assertThat(destination.apply(session, patch(2L, Absent.VALUE, Absent.VALUE, Absent.VALUE)))
                .hasSize(1);
    }

    @Test
    void aRemoveTakesTheRowWhetherOrNotItIsThere() {
        destination.execute("INSERT INTO t VALUES (1, 'one', 1, '{}'), (2, 'two', 2, '{}')");

        destination.apply(session, new Remove(t, new Key(1L)), new Remove(t, new Key(3L)));

        assertThat(destination.query("SELECT id FROM t")).containsExactly("2");
    }

    @Test
    void aRemoveFreesItsUniqueValueForAnUpsertOfTheSameBatch() {
        destination.execute("CREATE UNIQUE INDEX ON t (name)", "INSERT INTO t VALUES (1, 'taken', 1, '{}')");

        assertThat(destination.apply(session, upsert(2L, "taken", null, null), new Remove(t, new Key(1L))))
                .isEmpty();

        assertThat(destination.query("SELECT id, name FROM t")).containsExactly("2|taken");
    }

    @Test
    void aTableOfKeyColumnsOnlyKnowsUpsertAndRemove() {
        DestinationTable table = destination.table("only_key");
        String one = "00000000-0000-0000-0000-000000000001";
        String two = "00000000-0000-0000-0000-000000000002";
        destination.apply(session, new Upsert(table, new Object[] {1, one}), new Upsert(table, new Object[] {2, two}));

        destination.apply(session, new Upsert(table, new Object[] {1, one}), new Remove(table, new Key(two, 2)));

        assertThat(destination.query("SELECT a, b FROM only_key")).containsExactly("1|" + one);
    }

    @Test
    void aClearEmptiesTheTable() {
        destination.execute("INSERT INTO t VALUES (1, 'one', 1, '{}')");

        destination.apply(session, new Clear(t));

        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void aClearDeletesWhereTruncateIsRefused() {
        destination.execute(
                "INSERT INTO t VALUES (1, 'one', 1, '{}')", "CREATE TABLE child (t_id bigint REFERENCES t)");

        destination.apply(session, new Clear(t));

        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
        assertThat(destination.query("SELECT next_offset FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("1");
    }

    @Test
    void triggersAndForeignKeysOfTheDestinationDoNotAct() {
        destination.execute(
                "CREATE TABLE child (id int PRIMARY KEY, t_id bigint REFERENCES t)",
                "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE 'no'; END$$",
                "CREATE TRIGGER refuse BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION refuse()");

        assertThat(destination.apply(
                        session,
                        new Upsert(destination.table("child"), new Object[] {1, 99L}),
                        upsert(1L, "one", null, null)))
                .isEmpty();

        assertThat(destination.query("SELECT t_id FROM child")).containsExactly("99");
    }

    @Test
    void twoMutationsOfOneRowNeverReachTheDatabase() {
        assertThatThrownBy(() -> destination.apply(session, upsert(1L, "a", null, null), new Remove(t, new Key(1L))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two mutations of public.t(1)");
        assertThat(destination.query("SELECT next_offset FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("0");
    }

    @Test
    void twoMappingsOfOneTableWriteItInTurnAndNoRowTwice() {
        DestinationTable same = destination.table("t");
        destination.execute("INSERT INTO t VALUES (4, 'four', 4, '{}')");

        destination.apply(
                session,
                upsert(1L, "one", null, null),
                new Upsert(same, new Object[] {2L, "two", null, null}),
                new Remove(t, new Key(4L)),
                new Upsert(same, new Object[] {3L, "three", null, null}));

        assertThat(destination.query("SELECT id, name FROM t ORDER BY id"))
                .containsExactly("1|one", "2|two", "3|three");
        assertThatThrownBy(() -> destination.apply(
                        session,
                        upsert(1L, "a", null, null),
                        new Remove(same, new Key(2L)),
                        upsert(2L, "b", null, null)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two mutations of public.t(2)");
    }

    @Test
    void moreColumnsThanAFunctionHasArgumentsAreNoObstacle() {
        String columns =
                IntStream.range(1, 300).mapToObj(i -> ", c" + i + " text").reduce("", String::concat);
        destination.execute("CREATE TABLE wide (id int PRIMARY KEY" + columns + ")");
        DestinationTable wide = destination.table("wide");
        @Nullable Object[] values = new @Nullable Object[300];
        values[0] = 1;
        values[299] = "last";

        destination.apply(session, new Upsert(wide, values));

        assertThat(destination.query("SELECT id, c298, c299 FROM wide")).containsExactly("1|null|last");
    }

    @Test
    void aStoredGeneratedColumnFollowsItsRow() {
        destination.execute("CREATE TABLE g (id int PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED)");
        DestinationTable g = destination.table("g");

        destination.apply(session, new Upsert(g, new Object[] {1, 5}));
        destination.apply(session, new Upsert(g, new Object[] {1, 7}));

        assertThat(destination.query("SELECT * FROM g")).containsExactly("1|7|14");
    }

    @Test
    void aColumnThatOnlyTheDestinationHasKeepsItsValue() {
        destination.apply(session, upsert(1L, "one", null, null));
        destination.execute("ALTER TABLE t ADD extra text DEFAULT 'default'", "UPDATE t SET extra = 'own'");

        destination.apply(session, upsert(1L, "uno", null, null), upsert(2L, "two", null, null));

        assertThat(destination.query("SELECT id, name, extra FROM t ORDER BY id"))
                .containsExactly("1|uno|own", "2|two|default");
    }

    @Test
    void aPartitionedTableIsWrittenThroughItsRoot() {
        destination.execute(
                "CREATE TABLE parted (id int, region text, v text, PRIMARY KEY (id, region)) PARTITION BY LIST (region)",
                "CREATE TABLE parted_a PARTITION OF parted FOR VALUES IN ('a')",
                "CREATE TABLE parted_b PARTITION OF parted FOR VALUES IN ('b')");
        DestinationTable parted = destination.table("parted");
        destination.apply(
                session,
                new Upsert(parted, new Object[] {1, "a", "x"}),
                new Upsert(parted, new Object[] {1, "b", "y"}),
                new Upsert(parted, new Object[] {2, "a", "z"}));

        destination.apply(
                session,
                new Upsert(parted, new Object[] {1, "a", "X"}),
                new Patch(parted, new Object[] {1, "b", "Y"}),
                new Remove(parted, new Key(2, "a")));

        assertThat(destination.query("SELECT tableoid::regclass, * FROM parted ORDER BY 1"))
                .containsExactly("parted_a|1|a|X", "parted_b|1|b|Y");
    }

    @Test
    void theCheckpointTellsWhatItCovers() {
        destination.apply(session, upsert(1L, "a", null, null), upsert(2L, "b", null, null));

        assertThat(destination.query("SELECT topic, next_offset, watermark, rows_copied, changes_applied,"
                        + " extract(epoch FROM source_commit_at) FROM switchback.checkpoint WHERE partition = 0"))
                .containsExactly("stores.forward.public.t|2|0|0|2|0.000001");
    }

    private Mutation upsert(Object... values) {
        return new Upsert(t, values);
    }

    private Mutation patch(@Nullable Object... values) {
        return new Patch(t, values);
    }
}
