package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ChangesBecomeRowsTest {

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member = new ApplyMember(log, destination);

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void anInsertBecomesARow() {
        log.insert(STORE, 1L, "Basel", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
    }

    @Test
    void aRowThatABackfillReadBecomesARow() {
        log.read(STORE, 1L, "Basel", "by the river");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, by the river]");
    }

    @Test
    void anUpdateReplacesTheRow() {
        log.insert(STORE, 1L, "Basel", "old");
        member.apply();
        log.update(STORE, 1L, "Basel", "new");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, new]");
    }

    @Test
    void anUpdateOfARowThatIsMissingCreatesIt() {
        log.update(STORE, 1L, "Basel", "new");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, new]");
    }

    @Test
    void aDeleteRemovesTheRow() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        member.apply();
        log.delete(STORE, 1L, null, null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Bern, null]");
    }

    @Test
    void aKeyChangeMovesTheRow() {
        log.insert(STORE, 1L, "Basel", "by the river");
        member.apply();
        log.delete(STORE, 1L, null, null);
        log.insert(STORE, 7L, "Basel", "by the river");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[7, Basel, by the river]");
    }

    @Test
    void changesOfOneRowBetweenTwoFlushesBecomeOneMutation() {
        log.insert(STORE, 1L, "Basel", null);
        log.update(STORE, 1L, "Bern", null);
        log.delete(STORE, 1L, null, null);
        log.insert(STORE, 1L, "Chur", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Chur, null]");
        assertThat(destination.batches()).singleElement().satisfies(batch -> assertThat(batch.work())
                .singleElement()
                .satisfies(work -> assertThat(work.changes()).hasSize(4)));
    }

    @Test
    void tablesOfOneTaskAreWrittenInOneTransaction() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(ITEM, 1L, 1L, "bread");
        log.insert(ITEM, 1L, 2L, "salt");

        member.apply();

        assertThat(destination.tables().rows(ITEM.id())).containsExactly("[1, 1, bread]", "[1, 2, salt]");
        assertThat(destination.batches()).hasSize(1);
    }
}
