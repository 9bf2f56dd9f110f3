package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import org.assertj.core.groups.Tuple;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** Held changes: in order, retried, visible, and given up only with a record. */
class HeldChangesTest {

    private static final List<InputPartition> INPUTS = List.of(DestinationFixture.P0, DestinationFixture.P1);

    private final DestinationFixture destination =
            new DestinationFixture("CREATE TABLE t (id int PRIMARY KEY, v int CHECK (v >= 0), code text UNIQUE)");
    private final ApplySession session = destination.member();
    private final DestinationTable t = destination.table("t");

    @AfterEach
    void close() {
        destination.close();
    }

    @Test
    void laterChangesOfTheKeyWaitBehindTheFirst() {
        HeldChange first = destination.apply(session, row(1, -1)).get(0);
        InputChange second = queue("(1)");
        InputChange third = queue("(1)");
        InputChange ofAnotherKey = queue("(2)");

        assertThat(changes(session.held(INPUTS))).containsExactly(first.change(), second, third, ofAnotherKey);
        assertThat(session.heldKeys(INPUTS))
                .isEqualTo(Map.of(DestinationFixture.P0, Set.of(second.sourceKey(), ofAnotherKey.sourceKey())));
        makeDue();
        assertThat(changes(session.due(INPUTS))).containsExactlyInAnyOrder(first.change(), ofAnotherKey);
        assertThat(session.due(List.of(DestinationFixture.P1))).isEmpty();

        assertThat(session.retry(first, List.of(row(1, 1)))).isTrue();

        assertThat(changes(session.due(INPUTS))).containsExactlyInAnyOrder(second, ofAnotherKey);
        HeldChange notFirst = new HeldChange(third, "public.t", "(1)", "(1)", "");
        assertThatThrownBy(() -> session.retry(notFirst, List.of(row(1, 3))))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(destination.query("SELECT v FROM t")).containsExactly("1");
    }

    @Test
    void aWholeRowSupersedesWhatIsHeldBeforeIt() {
        HeldChange first = destination.apply(session, row(1, -1)).get(0);
        InputChange second = queue("(1)");
        InputChange third = queue("(1)");
        InputChange fourth = queue("(1)");
        InputChange ofAnotherKey = queue("(2)");

        assertThat(changes(session.behind(first))).containsExactly(second, third, fourth);
        HeldChange whole = session.behind(first).get(1);
        assertThat(session.supersede(first, whole, List.of(row(1, -3)))).isFalse();
        assertThat(session.held(INPUTS)).hasSize(5);

        assertThat(session.supersede(first, whole, List.of(row(1, 3)))).isTrue();

        assertThat(changes(session.held(INPUTS))).containsExactly(fourth, ofAnotherKey);
        assertThat(destination.query("SELECT v FROM t")).containsExactly("3");
        assertThat(destination.query("SELECT count(*) FROM switchback.discarded"))
                .containsExactly("2");
    }

    /** What changes come to together is another thing than what the last ones do once the first was applied. */
    @Test
    void whatIsSettledByAQueueIsNotAppliedOnceItsFirstChangeIsGone() {
        HeldChange first = destination.apply(session, row(1, -1)).get(0);
        InputChange second = queue("(1)");
        InputChange third = queue("(1)");
        HeldChange last = session.behind(first).get(1);
        assertThat(session.retry(first, List.of(row(1, 1)))).isTrue();

        assertThat(session.supersede(first, last, List.of(row(1, 3)))).isFalse();

        assertThat(changes(session.held(INPUTS))).containsExactly(second, third);
        assertThat(destination.query("SELECT v FROM t")).containsExactly("1");
        assertThat(destination.query("SELECT count(*) FROM switchback.discarded"))
                .containsExactly("0");
    }

    /** As an exchange by another thread does, which locks the first change of a key and none behind it. */
    @Test
    void aDeleteThatSupersedesRemovesWhatAnEarlierChangeOfItsKeyBringsAtThisMoment() throws Exception {
        HeldChange first = destination.apply(session, row(1, -1)).get(0);
        queue("(1)");
        HeldChange delete = session.behind(first).get(0);
        try (Connection exchanging = destination.connections().open();
                Statement statement = exchanging.createStatement()) {
            exchanging.setAutoCommit(false);
            statement.execute("SELECT FROM switchback.held WHERE \"offset\" = 0 FOR UPDATE");
            CompletableFuture<Boolean> superseding = CompletableFuture.supplyAsync(
                    () -> session.supersede(delete, delete, List.of(new Remove(t, new Key(1)))));
            String waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
                    + " AND datname = current_database()";
            while (!superseding.isDone() && destination.query(waiting).equals(List.of("0"))) {
                Thread.sleep(10);
            }
            statement.execute("INSERT INTO t (id, v) VALUES (1, 1)");
            statement.execute("DELETE FROM switchback.held WHERE \"offset\" = 0");
            exchanging.commit();

            assertThat(superseding.get(30, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
        assertThat(session.held(INPUTS)).isEmpty();
    }

    @Test
    void aNewVersionOfTheKeysSchemaMakesNoOtherQueue() {
        destination.apply(session, row(1, -1));
        byte[] key = "\0\0\0\0\u0009(1)".getBytes(StandardCharsets.UTF_8);
        InputChange later = new InputChange(
                DestinationFixture.P0, destination.nextOffset(), key, "value".getBytes(StandardCharsets.UTF_8));
        session.apply(destination.batch(List.of(), List.of(held(later))));

        makeDue();

        assertThat(session.due(INPUTS)).hasSize(1);
        assertThat(session.heldKeys(INPUTS).get(DestinationFixture.P0)).hasSize(1);
    }

    @Test
    void aRetryThatFailsIsPutOffForLongerEachTime() {
        HeldChange held = destination.apply(session, row(1, -1)).get(0);
        double before = 0;
        for (int attempt = 2; attempt <= 12; attempt++) {
            assertThat(session.retry(held, List.of(row(1, -attempt)))).isFalse();

            String[] entry = destination
                    .query("SELECT attempts, extract(epoch FROM retry_at - clock_timestamp()) FROM switchback.held")
                    .get(0)
                    .split("\\|");
            assertThat(entry[0]).isEqualTo("" + attempt);
            double wait = Double.parseDouble(entry[1]);
            assertThat(wait).isBetween(before, 60.0);
            before = Math.min(wait, 55);
        }
        assertThat(session.due(INPUTS)).isEmpty();
        assertThat(destination.query("SELECT reason FROM switchback.held").get(0))
                .contains("(1, -12, null)");
        assertThat(destination.query("SELECT count(*) FROM t")).containsExactly("0");
    }

    @Test
    void aConflictThatPassesIsAppliedByItsRetry() {
        destination.apply(session, row(1, 1, "a"));
        HeldChange held = destination.apply(session, row(2, 2, "a")).get(0);
        destination.apply(session, row(1, 1, "b"));

        assertThat(session.retry(held, List.of(row(2, 2, "a")))).isTrue();

        assertThat(destination.query("SELECT id, code FROM t ORDER BY id")).containsExactly("1|b", "2|a");
        assertThat(session.held(INPUTS)).isEmpty();
    }

    @Test
    void swappedUniqueValuesComeThroughByReplayingTheChangesOneByOne() {
        destination.apply(session, row(1, 1, "a"), row(2, 2, "b"));
        long offset = destination.nextOffset();
        // The source went by way of a third value; folding left only the two ends, which block each other.
        InputChange away = DestinationFixture.change(offset, "(1)");
        InputChange there = DestinationFixture.change(offset + 1, "(2)");
        InputChange back = DestinationFixture.change(offset + 2, "(1)");
        List<HeldChange> held = session.apply(destination.batch(
                List.of(new Work(row(1, 1, "b"), List.of(away, back)), new Work(row(2, 2, "a"), List.of(there))),
                List.of()));
        assertThat(changes(held)).containsExactly(away, there, back);

        makeDue();
        assertThat(session.retry(held(away), List.of(row(1, 1, "parked")))).isTrue();
        assertThat(session.retry(held(there), List.of(row(2, 2, "a")))).isTrue();
        assertThat(session.retry(held(back), List.of(row(1, 1, "b")))).isTrue();

        assertThat(destination.query("SELECT id, code FROM t ORDER BY id")).containsExactly("1|b", "2|a");
    }

    @Test
    void aChangeThatCannotBeMappedIsPutOff() {
        InputChange unmappable = queue("(1)");
        assertThat(changes(session.due(INPUTS))).containsExactly(unmappable);

        session.postpone(new HeldChange(unmappable, "public.t", "(1)", "?", "column x is unknown"));

        assertThat(session.due(INPUTS)).isEmpty();
        assertThat(destination.query("SELECT reason, attempts FROM switchback.held"))
                .containsExactly("column x is unknown|1");
    }

    @Test
    void theOperatorSeesTheQueues() throws SQLException {
        destination.apply(session, row(1, -1), row(2, -2), row(3, 3));
        queue("(1)");
        try (Connection connection = destination.connections().open()) {
            HeldChanges changes = new HeldChanges(connection, DestinationFixture.FLOW.migration());

            assertThat(changes.count()).isEqualTo(3);
            assertThat(changes.list()).hasSize(3).filteredOn(Entry::first).hasSize(2);
            assertThat(changes.list(1)).isEqualTo(changes.list().subList(0, 1));
            assertThat(changes.list())
                    .filteredOn(entry -> entry.sourceKey().equals("(1)"))
                    .extracting(Entry::offset, Entry::first, Entry::attempts, Entry::sqlstate)
                    .containsExactly(Tuple.tuple(0L, true, 1, "23514"), Tuple.tuple(3L, false, 0, null));
            assertThat(new HeldChanges(connection, "another").list()).isEmpty();
        }
    }

    @Test
    void theOperatorMakesThemDue() throws SQLException {
        destination.apply(session, row(1, -1), row(2, -2));
        destination.execute("UPDATE switchback.held SET retry_at = now() + interval '1 hour'");
        try (Connection connection = destination.connections().open()) {
            HeldChanges changes = new HeldChanges(connection, DestinationFixture.FLOW.migration());

            assertThat(changes.retry(List.of(changes.list().get(0).id(), -1L))).isEqualTo(1);
            assertThat(session.due(INPUTS)).hasSize(1);
            assertThat(changes.retryAll()).isEqualTo(2);
            assertThat(session.due(INPUTS)).hasSize(2);
        }
    }

    @Test
    void theOperatorDoesNotWaitForOneThatIsBeingTried() throws SQLException {
        destination.apply(session, row(1, -1), row(2, -2));
        try (Connection trying = destination.connections().open();
                Statement statement = trying.createStatement();
                Connection connection = destination.connections().open()) {
            trying.setAutoCommit(false);
            statement.execute("SELECT FROM switchback.held LIMIT 1 FOR UPDATE");

            assertThat(new HeldChanges(connection, DestinationFixture.FLOW.migration()).retryAll())
                    .isEqualTo(1);
        }
    }

    @Test
    void aDiscardLeavesARecordAndFreesTheKey() throws SQLException {
        HeldChange held = destination.apply(session, row(1, -1)).get(0);
        InputChange next = queue("(1)");
        try (Connection connection = destination.connections().open()) {
            HeldChanges changes = new HeldChanges(connection, DestinationFixture.FLOW.migration());
            long id = changes.list().get(0).id();

            assertThat(changes.discard(List.of(id), "ann", "the row was a test"))
                    .containsExactly(id);
            assertThat(changes.discard(List.of(id), "bob", "again")).isEmpty();
            assertThat(new HeldChanges(connection, "another")
                            .discard(List.of(changes.list().get(0).id()), "x", "y"))
                    .isEmpty();
        }

        assertThat(destination.query("SELECT \"offset\", discarded_by, discarded_why, discarded_at IS NOT NULL,"
                        + " convert_from(value, 'UTF8') FROM switchback.discarded"))
                .containsExactly("0|ann|the row was a test|t|value");
        assertThat(session.retry(held, List.of(row(1, 7)))).as("no longer held").isTrue();
        assertThat(destination.query("SELECT count(*) FROM t"))
                .as("and not applied")
                .containsExactly("0");
        assertThat(changes(session.due(INPUTS))).containsExactly(next);
    }

    @Test
    void aClearSupersedesWhatIsHeldForItsTable() {
        destination.apply(session, row(1, -1));

        destination.apply(session, new Clear(t));

        assertThat(session.held(INPUTS)).isEmpty();
        assertThat(destination.query("SELECT discarded_by, discarded_why FROM switchback.discarded"))
                .singleElement()
                .asString()
                .startsWith("switchback|")
                .contains("TRUNCATE");
    }

    @Test
    void nothingHeldIsNothingDue() {
        assertThat(session.due(INPUTS)).isEmpty();
        assertThat(session.held(INPUTS)).isEmpty();
        assertThat(session.heldKeys(INPUTS)).isEmpty();
    }

    /** Holds a change of its own batch. */
    private InputChange queue(String key) {
        InputChange change = DestinationFixture.change(destination.nextOffset(), key);
        session.apply(destination.batch(List.of(), List.of(held(change))));
        return change;
    }

    private static HeldChange held(InputChange change) {
        return new HeldChange(change, "public.t", "(1)", "(1)", "waits behind another change of its key");
    }

    private static List<InputChange> changes(List<HeldChange> held) {
        return held.stream().map(HeldChange::change).toList();
    }

    private void makeDue() {
        destination.execute("UPDATE switchback.held SET retry_at = now() - interval '1 second'");
    }

    private Upsert row(int id, int v) {
        return row(id, v, null);
    }

    private Upsert row(int id, int v, @Nullable String code) {
        return new Upsert(t, new Object[] {id, v, code});
    }
}
