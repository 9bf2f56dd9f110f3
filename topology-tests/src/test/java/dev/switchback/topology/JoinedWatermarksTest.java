package dev.switchback.topology;

import static dev.switchback.topology.Joined.BY_MERCHANT;
import static dev.switchback.topology.Joined.LOOKUP;
import static dev.switchback.topology.Joined.MOVED;
import static dev.switchback.topology.Joined.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.schema.TableSchema;

/** Watermarks reach the destination behind all that came before them, through both hops. */
class JoinedWatermarksTest {

    private final ChangeLog log = new ChangeLog(STORE, Tables.ITEM);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    JoinedWatermarksTest() {
        log.lookUpIn(LOOKUP);
        log.join(STORE, BY_MERCHANT, MOVED);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aWatermarkIsAppliedWithTheChangesBeforeIt() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.insert(LOOKUP, 1, 7L);
        log.watermark(7);

        member.apply();

        assertThat(destination.batches()).hasSize(1);
        assertThat(watermark(MOVED)).isEqualTo(7);
        assertThat(destination.tables().rows(MOVED.id())).containsExactly("[7, 1, Basel, null]");
    }

    @Test
    void aTableThatNeedsNoSecondHopTakesNone() {
        log.insert(Tables.ITEM, 1L, 1L, "x");
        log.watermark(7);

        member.apply();

        assertThat(destination.checkpoint(ChangeLog.input(Tables.ITEM)).watermark())
                .isEqualTo(7);
        assertThat(destination.checkpoint(ChangeLog.mutations(Tables.ITEM)).nextOffset())
                .isZero();
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isZero();
    }

    @Test
    void anInputThatHasNotMetItKeepsItBack() {
        log.insert(STORE, 1L, null, "Basel", null);
        log.watermarkExceptInLookups(7);
        member.apply();
        assertThat(watermark(MOVED)).isZero();

        log.insert(LOOKUP, 1, 7L);
        log.watermarkInLookups(7);
        member.apply();

        assertThat(watermark(MOVED)).isEqualTo(7);
    }

    private long watermark(TableSchema destinationTable) {
        return destination.checkpoint(ChangeLog.mutations(destinationTable)).watermark();
    }
}
