package dev.switchback.topology;

import static dev.switchback.topology.Joined.MERCHANT;
import static dev.switchback.topology.Joined.NAMED;
import static dev.switchback.topology.Joined.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.HeldChange;

/** A destination row has one owner: the source row that claims it. */
class OwnersTest {

    private final ChangeLog log = new ChangeLog(STORE, MERCHANT);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    OwnersTest() {
        log.join(STORE, "SELECT name, id FROM store", NAMED);
        log.join(MERCHANT, "SELECT title AS name, id + 1000 AS id FROM merchant", NAMED);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void severalTablesGoIntoOne() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(MERCHANT, 1L, "Migros");

        member.apply();

        assertRows("[Basel, 1]", "[Migros, 1001]");
    }

    @Test
    void aRowTakesOverTheKeyThatAnotherHasLeft() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.update(STORE, 1L, null, "Bern", null);
        log.insert(STORE, 2L, null, "Basel", null);

        member.apply();

        assertRows("[Basel, 2]", "[Bern, 1]");
    }

    /** The claims of two source partitions come in either order. */
    @Test
    void aRowTakesOverAKeyBeforeItIsKnownThatTheOtherHasLeftIt() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, null, "Basel", null);
        log.update(STORE, 1L, null, "Bern", null);

        member.apply();
        member.flush();

        assertRows("[Basel, 2]", "[Bern, 1]");
    }

    @Test
    void twoRowsSwapTheirKeys() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, null, "Bern", null);
        member.apply();
        log.update(STORE, 1L, null, "Bern", null);
        log.update(STORE, 2L, null, "Basel", null);

        member.apply();
        member.flush();

        assertRows("[Basel, 2]", "[Bern, 1]");
    }

    @Test
    void aKeyThatGoesThroughManyHandsEndsInTheLast() {
        for (long id = 1; id <= 5; id++) {
            log.insert(STORE, id, null, "Basel", null);
        }
        for (long id = 1; id <= 4; id++) {
            log.update(STORE, id, null, "was " + id, null);
        }

        member.apply();
        member.flush();

        assertRows("[Basel, 5]", "[was 1, 1]", "[was 2, 2]", "[was 3, 3]", "[was 4, 4]");
    }

    @Test
    void aRowThatHasLostItsKeyRemovesNothing() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(STORE, 2L, null, "Basel", null);
        log.delete(STORE, 1L, null, null, null);
        log.delete(STORE, 1L, null, null, null);

        member.apply();
        member.flush();

        assertRows("[Basel, 2]");
    }

    @Test
    void aKeyThatTwoRowsClaimForGoodIsHeldAndNamesBoth() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(MERCHANT, 7L, "Basel");

        member.apply();

        assertThat(destination.tables().rows(NAMED.id())).containsExactly("[Basel, 1]");
        assertThat(destination.held()).singleElement().satisfies(held -> {
            assertThat(held.reason())
                    .isEqualTo("the destination row is claimed by public.store (1) and public.merchant (7)");
            assertThat(held.destinationKey()).isEqualTo("(Basel)");
        });
    }

    @Test
    void itStaysHeldWhateverEitherDoesUntilOneLetsGo() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(MERCHANT, 7L, "Basel");
        log.update(STORE, 1L, 5L, "Basel", null);
        log.update(MERCHANT, 7L, "Basel");
        member.apply();
        destination.makeHeldDue();
        member.letPass(java.time.Duration.ofSeconds(2));
        assertThat(destination.held()).extracting(HeldChange::reason).isNotEmpty();

        log.delete(STORE, 1L, null, null, null);
        member.apply();
        member.flush();

        assertRows("[Basel, 1007]");
    }

    private void assertRows(String... rows) {
        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(NAMED.id())).isEqualTo(List.of(rows));
    }
}
