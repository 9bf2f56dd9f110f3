package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import org.junit.jupiter.api.Test;

import dev.switchback.transforms.problem.Problem;

/** What apply can neither apply nor hold stops it: a record of a change topic is never skipped. */
class HaltsTest {

    private static final byte[] NOT_AVRO = {1, 2, 3};

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aValueThatCannotBeDecodedHalts() {
        log.foreign(STORE, log.encodedKey(STORE, 1L, null, null), NOT_AVRO);

        Problem problem = problem();

        assertThat(problem.where()).isEqualTo("topic stores.forward.public.store, partition 0, offset 0");
        assertThat(problem.what()).contains("value cannot be decoded");
    }

    @Test
    void aKeyThatCannotBeDecodedHaltsWhereItIsNeeded() {
        log.foreign(STORE, NOT_AVRO, log.encodedInsertWithout(STORE));

        assertThat(problem().what()).contains("key cannot be decoded");
    }

    @Test
    void aChangeOfARowWithoutKeyHalts() {
        log.foreign(STORE, null, log.encodedInsert(STORE, 1L, "Basel", null));

        assertThat(problem().what()).contains("has no key");
    }

    @Test
    void aChangeOfAnotherTableHalts() {
        log.foreign(STORE, log.encodedKey(ITEM, 1L, 1L, null), log.encodedInsert(ITEM, 1L, 1L, "bread"));

        assertThat(problem().what()).contains("public.item").contains("public.store");
    }

    @Test
    void nothingBehindTheHaltIsApplied() {
        log.insert(STORE, 1L, "Basel", null);
        log.foreign(STORE, log.encodedKey(STORE, 2L, null, null), NOT_AVRO);
        log.insert(STORE, 3L, "Chur", null);

        try (ApplyMember member = new ApplyMember(log, destination)) {
            assertThat(catchThrowable(member::read)).isNotNull();
            member.flush();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(1);
    }

    private Problem problem() {
        try (ApplyMember member = new ApplyMember(log, destination)) {
            return ApplyMember.problem(catchThrowable(member::read)).problems().get(0);
        }
    }
}
