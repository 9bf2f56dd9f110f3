package dev.switchback.topology;

import static dev.switchback.topology.Joined.MOVED;
import static dev.switchback.topology.Joined.NAMED;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Mandate;
import dev.switchback.transforms.change.Claim;

/** A flow whose direction does not apply moves on and writes nothing; one that was turned to begins behind a watermark. */
class StandbyTest {

    private static final long W1 = 1L << 20;
    private static final long W2 = 2L << 20;

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aFlowThatStandsByMovesItsCheckpointsAndWritesNothing() {
        destination.mandate(new Mandate(false, 0));
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "Basel", null);
            log.truncate(STORE);
            log.watermark(W1);
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(3);
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).watermark()).isEqualTo(W1);
        assertThat(destination.batches())
                .allSatisfy(batch -> assertThat(batch.work()).isEmpty());
    }

    @Test
    void aFlowThatWasTurnedToAppliesWhatIsBehindTheWatermarkAndNothingBefore() {
        destination.mandate(new Mandate(true, W2));
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "echo", null);
            log.watermark(W1);
            log.insert(STORE, 2L, "echo", null);
            log.watermark(W2);
            log.insert(STORE, 3L, "Basel", null);
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[3, Basel, null]");
    }

    @Test
    void aRestartKnowsFromItsCheckpointThatItIsBehindTheWatermark() {
        destination.mandate(new Mandate(true, W1));
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.watermark(W1);
            member.apply();
        }
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 3L, "Basel", null);
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[3, Basel, null]");
    }

    @Test
    void whatWasReadUnderTheOldMandateIsReadAgainUnderTheNewOne() {
        destination.mandate(new Mandate(false, 0));
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.watermark(W1);
            log.insert(STORE, 3L, "Basel", null);
            member.read();
            destination.mandate(new Mandate(true, W1));

            assertThatThrownBy(member::flush).isInstanceOf(TaskMigratedException.class);
        }
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isZero();
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[3, Basel, null]");
    }

    @Test
    void whatWasBufferedIsNotWrittenOnceTheOtherDirectionApplies() {
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "Basel", null);
            member.read();
            destination.mandate(new Mandate(false, 0));

            assertThatThrownBy(member::flush).isInstanceOf(TaskMigratedException.class);
        }

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
    }

    /** Tasks pass a watermark one after the other: what the second row's task says behind it comes first. */
    @Test
    void aClaimBehindTheWatermarkCountsThoughOneFromBeforeItDecides() {
        ChangeLog claims = claimsUnder(new Mandate(true, W1));
        claims.claim(NAMED, claim(1, "Basel", 0));
        claims.claim(NAMED, claim(2, "Basel", W1));
        claims.claim(NAMED, withdrawal(1, "Basel", 0));

        applyAll(claims);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(NAMED.id())).containsExactly("[Basel, 2]");
    }

    @Test
    void whatARowGaveUpBeforeTheWatermarkIsRemovedAgainIfAClaimBehindItHasShownIt() {
        ChangeLog claims = claimsUnder(new Mandate(true, W1));
        claims.claim(NAMED, claim(1, "Basel", 0));
        claims.claim(NAMED, claim(2, "Basel", W1));
        claims.claim(NAMED, withdrawal(2, "Basel", W1));
        claims.claim(NAMED, withdrawal(1, "Basel", 0));

        applyAll(claims);

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(NAMED.id())).isEmpty();
    }

    /** On the way back a row that is outside the filter is there still: what removed it at the other side is an echo. */
    @Test
    void whatARowGaveUpBeforeTheWatermarkStaysThereThoughOthersAreBehindIt() {
        ChangeLog claims = claimsUnder(Mandate.FROM_THE_START);
        claims.claim(NAMED, claim(1, "Basel", 0));
        applyAll(claims);
        destination.mandate(new Mandate(true, W1));
        claims.claim(NAMED, claim(2, "Bern", W1));
        claims.claim(NAMED, withdrawal(1, "Basel", 0));

        applyAll(claims);

        assertThat(destination.tables().rows(NAMED.id())).containsExactly("[Basel, 1]", "[Bern, 2]");
    }

    @Test
    void whatATableLostBeforeTheWatermarkStaysThereThoughTheTaskIsBehindItInAnotherTable() {
        ChangeLog changes = new ChangeLog(Joined.STORE, Joined.MERCHANT);
        changes.join(Joined.STORE, "SELECT name, id FROM store", NAMED);
        changes.join(
                Joined.MERCHANT, "SELECT 0::bigint AS merchant, id, title AS name, title AS menu FROM merchant", MOVED);
        changes.insert(Joined.STORE, 1L, null, "Basel", null);
        applyAll(changes);
        destination.mandate(new Mandate(true, W1));
        changes.watermarkIn(Joined.MERCHANT, W1);
        changes.insert(Joined.MERCHANT, 7L, "Migros");
        changes.delete(Joined.STORE, 1L, null, null, null);
        changes.watermarkIn(Joined.STORE, W1);

        applyAll(changes);

        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[0, 7, Migros, Migros]");
        assertThat(destination.tables().rows(NAMED.id())).containsExactly("[Basel, 1]");
    }

    private ChangeLog claimsUnder(Mandate mandate) {
        destination.mandate(mandate);
        ChangeLog claims = new ChangeLog(Joined.STORE);
        claims.join(Joined.STORE, "SELECT name, id FROM store", NAMED);
        return claims;
    }

    private void applyAll(ChangeLog claims) {
        try (ApplyMember member = new ApplyMember(claims, destination)) {
            member.apply();
            member.flush();
        }
    }

    private static Claim claim(long store, String name, long watermark) {
        return new Claim(
                new Claim.Owner(Joined.STORE.id(), "(" + store + ")"),
                List.of(name),
                List.of(name, store),
                null,
                new Claim.Cause(false, 1, watermark));
    }

    private static Claim withdrawal(long store, String name, long watermark) {
        Claim claim = claim(store, name, watermark);
        return claim.withdrawn(claim.cause());
    }
}
