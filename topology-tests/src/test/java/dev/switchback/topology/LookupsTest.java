package dev.switchback.topology;

import static dev.switchback.topology.Joined.BY_MERCHANT;
import static dev.switchback.topology.Joined.LOOKUP;
import static dev.switchback.topology.Joined.MERCHANT;
import static dev.switchback.topology.Joined.MOVED;
import static dev.switchback.topology.Joined.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;

/** A {@code LEFT JOIN} gives what it gives at rest, whichever of its rows comes first. */
class LookupsTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    LookupsTest() {
        log.lookUpIn(LOOKUP);
        log.lookUpIn(MERCHANT);
        log.join(STORE, BY_MERCHANT, MOVED);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aRowFindsTheLookupRowThatWasThereBefore() {
        log.read(LOOKUP, 1, 7L);
        log.read(STORE, 1L, null, "Basel", "rösti");

        member.apply();

        assertRows("[7, 1, Basel, rösti]");
    }

    @Test
    void aLookupRowThatArrivesLateMovesTheRowsThatDependOnIt() {
        log.read(STORE, 1L, null, "Basel", "rösti");
        member.apply();
        assertRows("[0, 1, Basel, rösti]");
        log.insert(LOOKUP, 1, 7L);

        member.apply();

        assertRows("[7, 1, Basel, rösti]");
    }

    @Test
    void aLookupRowThatChangesMovesTheRowsThatDependOnIt() {
        log.insert(STORE, 1L, null, "Basel", "rösti");
        log.insert(LOOKUP, 1, 7L);
        log.update(LOOKUP, 1, 8L);

        member.apply();

        assertRows("[8, 1, Basel, rösti]");
    }

    @Test
    void aLookupRowThatDisappearsIsNullFromThenOn() {
        log.insert(LOOKUP, 1, 7L);
        log.insert(STORE, 1L, null, "Basel", "rösti");
        log.delete(LOOKUP, 1, null);

        member.apply();

        assertRows("[0, 1, Basel, rösti]");
    }

    /** Capture makes a delete and an insert of it. */
    @Test
    void aLookupRowThatChangesItsKeyLeavesOneRowAndTakesAnother() {
        log.insert(LOOKUP, 1, 7L);
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, null, "Bern", null);
        log.delete(LOOKUP, 1, null);
        log.insert(LOOKUP, 2, 7L);

        member.apply();

        assertRows("[0, 1, Basel, null]", "[7, 2, Bern, null]");
    }

    @Test
    void anUpdateOfTheRowItselfKeepsWhatItLookedUp() {
        log.insert(LOOKUP, 1, 7L);
        log.insert(STORE, 1L, null, "Basel", "rösti");
        log.update(STORE, 1L, null, "Chur", Absent.VALUE);

        member.apply();

        assertRows("[7, 1, Chur, rösti]");
    }

    @Test
    void aDeleteRemovesTheRowWhereTheLookupHasPutIt() {
        log.insert(STORE, 1L, null, "Basel", "rösti");
        log.insert(LOOKUP, 1, 7L);
        log.delete(STORE, 1L, null, null, null);
        log.update(LOOKUP, 1, 8L);

        member.apply();

        assertThat(destination.tables().rows(MOVED.id())).isEmpty();
    }

    @Test
    void aRowThatNoLongerLooksUpIsLeftAlone() {
        log.join(
                STORE,
                "SELECT coalesce(m.id, 0) AS merchant, s.id, m.title AS name, s.menu FROM store s"
                        + " LEFT JOIN merchant m ON m.id = s.merchant",
                MOVED);
        try (ApplyMember other = new ApplyMember(log, destination)) {
            log.insert(MERCHANT, 7L, "Migros");
            log.insert(STORE, 1L, 7L, "Basel", null);
            log.update(STORE, 1L, null, "Basel", null);
            log.update(MERCHANT, 7L, "Coop");

            other.apply();

            assertRows("[0, 1, null, null]");
        }
    }

    @Test
    void oneLookupMayBeFoundByWhatAnotherGave() {
        log.join(
                STORE,
                "SELECT coalesce(l.merchant, 0) AS merchant, s.id, m.title AS name, s.menu FROM store s"
                        + " LEFT JOIN lookup_store2merchant l ON s.id = l.store LEFT JOIN merchant m ON m.id = l.merchant",
                MOVED);
        try (ApplyMember other = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, null, "Basel", null);
            log.insert(MERCHANT, 7L, "Migros");
            log.insert(MERCHANT, 8L, "Coop");
            log.insert(LOOKUP, 1, 7L);
            log.update(LOOKUP, 1, 8L);
            log.update(MERCHANT, 8L, "Denner");
            log.update(MERCHANT, 7L, "nobody's");

            other.apply();

            assertRows("[8, 1, Denner, null]");
        }
    }

    @Test
    void aRowEntersAndLeavesTheFilterByItsLookup() {
        log.join(STORE, BY_MERCHANT + " WHERE m.merchant <> 9", MOVED);
        try (ApplyMember other = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, null, "Basel", null);
            log.insert(STORE, 2L, null, "Bern", null);
            log.insert(LOOKUP, 1, 7L);
            log.insert(LOOKUP, 2, 8L);
            log.update(LOOKUP, 2, 9L);

            other.apply();

            assertRows("[7, 1, Basel, null]");
        }
    }

    @Test
    void aTruncateOfTheLookupTakesAwayAllThatItGave() {
        log.insert(LOOKUP, 1, 7L);
        log.insert(LOOKUP, 2, 8L);
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, 5L, "Bern", null);
        log.truncate(LOOKUP);

        member.apply();

        assertRows("[0, 1, Basel, null]", "[5, 2, Bern, null]");
    }

    @Test
    void aTruncateOfTheTableRemovesItsRowsWhereverTheyAre() {
        log.insert(LOOKUP, 1, 7L);
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, 5L, "Bern", null);
        log.truncate(STORE);
        log.insert(STORE, 3L, 5L, "Chur", null);
        log.update(LOOKUP, 1, 9L);

        member.apply();

        assertRows("[5, 3, Chur, null]");
    }

    private void assertRows(String... rows) {
        assertThat(destination.tables().rows(MOVED.id())).isEqualTo(List.of(rows));
        assertThat(destination.held()).isEmpty();
    }
}
