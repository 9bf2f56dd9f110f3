package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Checkpoint;

/** The destination says how far it is; whatever it has, apply skips. */
class CheckpointsTest {

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void changesTheCheckpointCoversAreSkipped() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        log.insert(STORE, 3L, "Chur", null);
        destination.setCheckpoint(ChangeLog.input(STORE), new Checkpoint(2, 0));

        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[3, Chur, null]");
    }

    @Test
    void aMemberGoesOnWhereTheOneBeforeItDied() {
        log.insert(STORE, 1L, "Basel", null);
        try (ApplyMember first = new ApplyMember(log, destination)) {
            first.apply();
            log.update(STORE, 1L, "Bern", null);
            first.read();
        }
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");

        try (ApplyMember second = new ApplyMember(log, destination)) {
            second.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, null]");
        assertThat(destination.batches().get(1).work()).singleElement().satisfies(work -> assertThat(work.changes())
                .hasSize(1));
    }

    @Test
    void theCheckpointStandsBehindTheLastChangeOfEachPartition() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        log.insert(ITEM, 1L, 1L, "bread");

        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(2);
        assertThat(destination.checkpoint(ChangeLog.input(ITEM)).nextOffset()).isEqualTo(1);
    }

    @Test
    void theCheckpointMovesInTheTransactionOfTheRows() {
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.batches()).singleElement().satisfies(batch -> {
            assertThat(batch.work()).hasSize(1);
            assertThat(batch.advances()).singleElement().satisfies(advance -> {
                assertThat(advance.from()).isEqualTo(Checkpoint.START);
                assertThat(advance.to()).isEqualTo(new Checkpoint(1, 0));
                assertThat(advance.progress().changesApplied()).isEqualTo(1);
            });
        });
    }

    @Test
    void aChangeThatMakesNoMutationMovesTheCheckpointToo() {
        log.watermark(1);

        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.checkpoint(ChangeLog.input(STORE))).isEqualTo(new Checkpoint(1, 1));
    }

    @Test
    void copiedRowsAndChangesAreCountedApart() {
        log.read(STORE, 1L, "Basel", null);
        log.read(STORE, 2L, "Bern", null);
        log.update(STORE, 1L, "Chur", null);

        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.batches()).singleElement().satisfies(batch -> {
            assertThat(batch.advances().get(0).progress().rowsCopied()).isEqualTo(2);
            assertThat(batch.advances().get(0).progress().changesApplied()).isEqualTo(1);
        });
    }
}
