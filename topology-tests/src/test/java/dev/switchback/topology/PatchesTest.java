package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Absent;

/** An update whose unchanged large values the source's log left out. */
class PatchesTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member = new ApplyMember(log, destination);

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aPatchOnAnEarlierUpsertKeepsTheEarlierValue() {
        log.insert(STORE, 1L, "Basel", "a long text");
        log.update(STORE, 1L, "Bern", Absent.VALUE);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, a long text]");
        assertThat(destination.batches()).hasSize(1);
    }

    @Test
    void aPatchOnAWrittenRowKeepsItsValue() {
        log.insert(STORE, 1L, "Basel", "a long text");
        member.apply();
        log.update(STORE, 1L, "Bern", Absent.VALUE);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, a long text]");
    }

    @Test
    void patchesOfDifferentColumnsAddUp() {
        log.insert(STORE, 1L, "Basel", "a long text");
        member.apply();
        log.update(STORE, 1L, "Bern", Absent.VALUE);
        log.update(STORE, 1L, Absent.VALUE, "another text");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, another text]");
    }

    @Test
    void anAbsentColumnIsNotANullOne() {
        log.insert(STORE, 1L, "Basel", "a long text");
        log.update(STORE, 1L, null, Absent.VALUE);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, null, a long text]");
    }

    @Test
    void aPatchBehindARemoveIsLeftToTheDestination() {
        log.insert(STORE, 1L, "Basel", "a long text");
        member.apply();
        log.delete(STORE, 1L, null, null);
        log.update(STORE, 1L, "Bern", Absent.VALUE);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.batches()).hasSize(3);
        assertThat(destination.held()).singleElement().satisfies(held -> assertThat(held.reason())
                .contains("no row (1) to patch"));
    }
}
