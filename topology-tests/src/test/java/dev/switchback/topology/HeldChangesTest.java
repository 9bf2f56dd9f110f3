package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Duration;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.Problem;

/** A change that cannot be applied waits, its key waits with it, and everybody else goes on. */
class HeldChangesTest {

    private static final Duration RETRY = Duration.ofSeconds(2);

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private ApplyMember member = new ApplyMember(log, destination);

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aChangeThatTheDestinationRefusesIsHeldAndOthersGoOn() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        log.insert(STORE, 2L, "Bern", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Bern, null]");
        assertThat(destination.held()).singleElement().satisfies(held -> {
            assertThat(held.change().offset()).isZero();
            assertThat(held.reason()).contains("forbids Atlantis");
        });
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(2);
    }

    @Test
    void laterChangesOfAHeldKeyQueueBehindIt() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        log.update(STORE, 1L, "Basel", null);
        log.update(STORE, 1L, "Bern", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(0L, 1L, 2L);
        assertThat(destination.held().get(2).sourceKey()).isEqualTo("(1)");
    }

    /** Where changes of a row are not folded, the second makes the first be written, which may be refused. */
    @Test
    void aChangeThatMadeAnEarlierOneOfItsKeyBeWrittenWaitsBehindItWhereThatIsHeld() {
        log.map(STORE, null, STORE, new OnConflict(OnConflict.Kind.NEWER, "notes", false));
        member.close();
        member = new ApplyMember(log, destination);
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", "1");
        log.update(STORE, 1L, "Basel", "2");

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(0L, 1L);
    }

    @Test
    void changesOfOneKeyThatAreRefusedTogetherAreHeldInOrder() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        log.update(STORE, 1L, "Atlantis", "sunk");

        member.apply();

        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(0L, 1L);
    }

    @Test
    void whereEverythingIsRefusedApplyHaltsAndNothingIsLost() {
        destination.tables().forbid("Atlantis");
        for (long id = 1; id <= ApplyMember.HELD_LIMIT; id++) {
            log.insert(STORE, id, "Atlantis", null);
        }
        member.apply();
        log.insert(STORE, 1_000L, "Atlantis", null);

        Problem problem =
                ApplyMember.problem(catchThrowable(member::apply)).problems().get(0);

        assertThat(problem.what()).contains("101 rows are held", "held_limit (100)", "(1000)", "forbids Atlantis");
        assertThat(destination.held()).hasSize(101);
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(101);
    }

    @Test
    void behindTheHaltACorrectedDestinationTakesEverything() {
        destination.tables().forbid("Atlantis");
        for (long id = 1; id <= ApplyMember.HELD_LIMIT + 1; id++) {
            log.insert(STORE, id, "Atlantis", null);
        }
        assertThat(catchThrowable(member::apply)).isNotNull();
        member.close();
        destination.tables().permit("Atlantis");
        destination.makeHeldDue();

        member = new ApplyMember(log, destination);
        log.insert(STORE, 1_000L, "Basel", null);
        member.apply();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).hasSize(ApplyMember.HELD_LIMIT + 2);
    }

    @Test
    void aDeleteSupersedesWhatIsHeldOfItsRow() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        log.update(STORE, 1L, "Atlantis", "sunk");
        log.delete(STORE, 1L, null, null);
        member.apply();

        destination.makeHeldDue();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).isEmpty();
    }

    /** Capture cannot read a row again that is gone, so an update behind its new key finds none to patch. */
    @Test
    void aRowThatMovedAndWentBeforeItCouldBeReadAgainIsHeldUntilItsDeleteAlone() {
        log.insert(STORE, 1L, "Basel", "a long text");
        member.apply();
        log.delete(STORE, 1L, null, null);
        log.update(STORE, 2L, "Bern", Absent.VALUE);
        member.apply();
        assertThat(destination.held()).singleElement().satisfies(held -> assertThat(held.reason())
                .contains("no row (2) to patch"));

        log.delete(STORE, 2L, null, null);
        member.apply();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).isEmpty();
    }

    /** Where rows that are there are left as they are, a DELETE does nothing: an INSERT that may pass is tried before. */
    @Test
    void aDeleteThatIsNotAppliedOutdoesNothingAtOnce() {
        log.map(STORE, null, STORE, new OnConflict(OnConflict.Kind.INSERT, null, false));
        member.close();
        member = new ApplyMember(log, destination);
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        log.delete(STORE, 1L, null, null);
        member.apply();
        member.letPass(RETRY);

        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(0L, 1L);
    }

    @Test
    void changesThatWereRefusedAsOneAreRetriedOneByOne() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Basel", null);
        log.update(STORE, 1L, "Atlantis", null);
        member.apply();

        destination.makeHeldDue();
        member.letPass(RETRY);

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(1L);
    }

    @Test
    void aChangeThatCannotBeMappedIsHeld() {
        log.insert(STORE, 1L, "Basel", Absent.VALUE);
        log.insert(STORE, 2L, "Bern", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Bern, null]");
        assertThat(destination.held()).singleElement().satisfies(held -> {
            assertThat(held.sourceKey()).isEqualTo("(1)");
            assertThat(held.destinationKey()).isEqualTo("?");
            assertThat(held.table()).isEqualTo("public.store");
            assertThat(held.reason()).contains("notes");
        });
    }

    @Test
    void whereNothingCanBeMappedApplyHalts() {
        for (long id = 1; id <= ApplyMember.HELD_LIMIT; id++) {
            log.insert(STORE, id, "Basel", Absent.VALUE);
            log.update(STORE, id, "Bern", Absent.VALUE);
        }
        member.apply();
        log.insert(STORE, 1_000L, "Basel", Absent.VALUE);

        Problem problem =
                ApplyMember.problem(catchThrowable(member::apply)).problems().get(0);

        assertThat(problem.what()).contains("101 rows are held", "held_limit (100)", "notes");
        assertThat(destination.held()).hasSize(2 * ApplyMember.HELD_LIMIT + 1);
    }

    @Test
    void aHeldKeyIsKnownToTheNextMember() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        member.close();
        log.update(STORE, 1L, "Atlantis", "sunk");

        member = new ApplyMember(log, destination);
        member.apply();

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.held())
                .extracting(held -> held.change().offset())
                .containsExactly(0L, 1L);
    }

    @Test
    void aHeldKeyIsAppliedInOrderOnceTheDestinationTakesIt() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        log.insert(STORE, 2L, "Bern", null);
        member.apply();
        log.update(STORE, 1L, "Basel", null);
        member.apply();

        destination.tables().permit("Atlantis");
        destination.makeHeldDue();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]", "[2, Bern, null]");
    }

    @Test
    void aKeyIsFreeAgainWhenItsQueueIsEmpty() {
        aHeldKeyIsAppliedInOrderOnceTheDestinationTakesIt();
        log.update(STORE, 1L, "Chur", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Chur, null]", "[2, Bern, null]");
    }

    @Test
    void aChangeInTheBufferDoesNotOvertakeItsKeysQueue() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        destination.tables().permit("Atlantis");
        destination.makeHeldDue();
        log.update(STORE, 1L, "Basel", null);
        log.update(STORE, 1L, "Bern", null);

        member.read();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, null]");
    }

    @Test
    void anOperatorsDiscardFreesTheKey() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        member.apply();
        destination.discardHeld();
        member.letPass(RETRY);
        log.insert(STORE, 1L, "Basel", null);

        member.apply();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
        assertThat(destination.held()).isEmpty();
    }

    @Test
    void aConflictBetweenTwoKeysPassesByItself() {
        destination.tables().unique(STORE.id(), 1);
        log.insert(STORE, 1L, "Basel", null);
        member.apply();
        log.insert(STORE, 2L, "Basel", null);
        member.apply();
        assertThat(destination.held()).hasSize(1);

        log.update(STORE, 1L, "Bern", null);
        member.apply();
        destination.makeHeldDue();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, null]", "[2, Basel, null]");
    }

    @Test
    void uniqueValuesThatRowsExchangedAtOnceComeThrough() {
        destination.tables().unique(STORE.id(), 1);
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        member.apply();
        log.update(STORE, 1L, "Bern", null);
        log.update(STORE, 2L, "Basel", null);
        member.apply();

        destination.makeHeldDue();
        member.letPass(RETRY);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, null]", "[2, Basel, null]");
    }

    @Test
    void aChangeThatStillCannotBeMappedIsPutOff() {
        log.insert(STORE, 1L, "Basel", Absent.VALUE);
        member.apply();

        member.letPass(RETRY);

        assertThat(destination.postponed()).extracting(HeldChange::reason).allMatch(reason -> reason.contains("notes"));
        assertThat(destination.postponed()).hasSize(1);
        assertThat(destination.held()).hasSize(1);
        assertThat(destination.retries()).isZero();
    }
}
