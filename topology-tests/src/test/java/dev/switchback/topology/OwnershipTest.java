package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.apache.kafka.streams.errors.TaskMigratedException;
import org.junit.jupiter.api.Test;

class OwnershipTest {

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aMemberThatLostItsPartitionWritesNothing() {
        try (ApplyMember stalled = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "Basel", null);
            stalled.read();
            try (ApplyMember successor = new ApplyMember(log, destination)) {
                successor.apply();
                log.update(STORE, 1L, "Bern", null);
                successor.apply();

                assertThatThrownBy(stalled::flush).isInstanceOf(TaskMigratedException.class);
            }
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Bern, null]");
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(2);
    }

    @Test
    void itWritesNothingEvenBeforeItsSuccessorDoes() {
        try (ApplyMember stalled = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, "Basel", null);
            stalled.read();
            new ApplyMember(log, destination).close();

            assertThatThrownBy(stalled::flush).isInstanceOf(TaskMigratedException.class);
        }

        assertThat(destination.tables().rows(STORE.id())).isEmpty();
    }
}
