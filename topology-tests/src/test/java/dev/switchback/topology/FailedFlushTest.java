package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.DestinationException;

/** After a failed flush only the destination knows how far it is, so nothing that was buffered counts any more. */
class FailedFlushTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aFailedFlushPoisonsTheBuffer() {
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "Basel", null);
            member.read();
            destinationGoesAway();
            assertThatThrownBy(member::flush).hasRootCauseInstanceOf(IOException.class);
            destinationIsBack();

            log.insert(STORE, 2L, "Bern", null);
            assertThatThrownBy(member::read).hasRootCauseInstanceOf(IOException.class);
        }

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
        assertThat(destination.checkpoints()).isEmpty();
    }

    @Test
    void theNextMemberReadsTheCheckpointAndAppliesEverythingBehindIt() {
        aFailedFlushPoisonsTheBuffer();

        try (ApplyMember next = new ApplyMember(log, destination)) {
            next.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]", "[2, Bern, null]");
    }

    private void destinationGoesAway() {
        destination.beforeCommit(batch -> {
            throw new DestinationException("connection lost", new IOException("reset by peer"));
        });
    }

    private void destinationIsBack() {
        destination.beforeCommit(batch -> {});
    }
}
