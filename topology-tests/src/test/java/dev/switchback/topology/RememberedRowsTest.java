package dev.switchback.topology;

import static dev.switchback.topology.Joined.MOVED;
import static dev.switchback.topology.Joined.NAMED;
import static dev.switchback.topology.Joined.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;

/** Key changes where the log brings no old rows (default replica identity): what is needed of them is remembered. */
class RememberedRowsTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void anUpdateThatChangesTheDestinationKeyMovesTheWholeRow() {
        log.join(STORE, "SELECT coalesce(merchant, 0) AS merchant, id, name, menu FROM store", MOVED);
        log.insert(STORE, 1L, 7L, "Basel", "a menu of 20 kB");
        log.update(STORE, 1L, 8L, "Basel", Absent.VALUE);

        apply();

        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, Basel, a menu of 20 kB]");
    }

    @Test
    void aRowEntersTheFilterWithTheValuesThatTheLogLeftOut() {
        log.join(
                STORE, "SELECT coalesce(merchant, 0) AS merchant, id, name, menu FROM store WHERE merchant > 7", MOVED);
        log.insert(STORE, 1L, 7L, "Basel", "a menu of 20 kB");
        log.update(STORE, 1L, 8L, Absent.VALUE, Absent.VALUE);

        apply();

        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, Basel, a menu of 20 kB]");
    }

    @Test
    void aDeleteFindsTheKeyThatIsNoneOfTheSources() {
        log.join(STORE, "SELECT name, id FROM store", NAMED);
        log.insert(STORE, 1L, 7L, "Basel", null);
        log.insert(STORE, 2L, 7L, "Bern", null);
        log.delete(STORE, 1L, null, null, null);

        apply();

        assertThat(destination.tables().rows(NAMED.id())).containsExactly("[Bern, 2]");
    }

    /** What is not known is no value: the row is held, until a change says all of it. */
    @Test
    void aPatchOfARowThatIsNotKnownIsHeldUntilTheRowIsKnown() {
        log.join(STORE, "SELECT coalesce(merchant, 0) AS merchant, id, name, menu FROM store", MOVED);
        log.update(STORE, 1L, 8L, "Basel", Absent.VALUE);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();

            assertThat(destination.tables().rows(MOVED.id())).isEmpty();
            assertThat(destination.held()).singleElement().satisfies(held -> {
                assertThat(held.sourceKey()).isEqualTo("public.store (1)");
                assertThat(held.reason()).contains("leaves out unchanged values");
            });

            log.insert(STORE, 1L, 8L, "Basel", "rösti");
            member.apply();
            member.flush();

            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, Basel, rösti]");
            assertThat(destination.held()).isEmpty();
        }
    }

    /** The row stays where it was, the change is held with its source row, and passes once the row can be mapped. */
    @Test
    void aRowThatCannotBeMappedIsHeldUntilItCan() {
        log.join(STORE, "SELECT 100 / merchant AS merchant, id, name, menu FROM store", MOVED);
        log.insert(STORE, 1L, 10L, "Basel", null);
        log.update(STORE, 1L, 0L, "Bern", null);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();

            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[10, 1, Basel, null]");
            assertThat(destination.held()).singleElement().satisfies(held -> {
                assertThat(held.sourceKey()).isEqualTo("public.store (1)");
                assertThat(held.reason()).contains("division by zero");
            });

            log.update(STORE, 1L, 20L, "Chur", null);
            member.apply();
            member.flush();

            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[5, 1, Chur, null]");
            assertThat(destination.held()).isEmpty();
        }
    }

    /** The destination refuses a row: later changes of it supersede what is held. */
    @Test
    void aRowThatTheDestinationRefusedComesThroughWithItsNextChange() {
        log.join(STORE, "SELECT coalesce(merchant, 0) AS merchant, id, name, menu FROM store", MOVED);
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, 10L, "Atlantis", null);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
            assertThat(destination.held()).hasSize(1);

            log.update(STORE, 1L, 10L, "Basel", null);
            member.apply();
            member.flush();

            assertThat(destination.held()).isEmpty();
            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[10, 1, Basel, null]");
        }
    }

    private void apply() {
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }
        assertThat(destination.held()).isEmpty();
    }
}
