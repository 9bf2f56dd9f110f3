package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Batch;

class TruncatesTest {

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member = new ApplyMember(log, destination);

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aTruncateClearsWhatCameBeforeAndNothingThatComesBehind() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(ITEM, 1L, 1L, "bread");
        log.truncate(STORE);
        log.insert(STORE, 2L, "Bern", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Bern, null]");
        assertThat(destination.tables().rows(ITEM.id())).containsExactly("[1, 1, bread]");
    }

    @Test
    void aTruncateIsATransactionOfItsOwn() {
        log.insert(STORE, 1L, "Basel", null);
        log.truncate(STORE);
        log.insert(STORE, 2L, "Bern", null);

        member.apply();

        assertThat(destination.batches())
                .extracting(Batch::work)
                .extracting(work -> work.get(0).mutation().getClass().getSimpleName())
                .containsExactly("Upsert", "Clear", "Upsert");
        assertThat(destination.batches())
                .allSatisfy(batch -> assertThat(batch.work()).hasSize(1));
        assertThat(destination.batches().get(1).advances())
                .singleElement()
                .satisfies(advance -> assertThat(advance.to().nextOffset()).isEqualTo(2));
    }

    @Test
    void changesHeldBeforeATruncateDoNotComeBack() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        log.truncate(STORE);
        log.insert(STORE, 1L, "Basel", null);

        member.apply();

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
    }
}
