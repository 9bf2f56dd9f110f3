package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.schema.TableSchema;

class WatermarksTest {

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member = new ApplyMember(log, destination);

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void aWatermarkIsAppliedWithTheChangesBeforeIt() {
        log.insert(STORE, 1L, "Basel", null);
        log.watermark(7);

        member.apply();

        assertThat(destination.batches()).singleElement().satisfies(batch -> assertThat(batch.work())
                .hasSize(1));
        assertThat(watermark(STORE)).isEqualTo(7);
    }

    @Test
    void everyPartitionHasItsOwn() {
        log.insert(STORE, 1L, "Basel", null);
        log.watermark(7);

        member.apply();

        assertThat(watermark(STORE)).isEqualTo(7);
        assertThat(watermark(ITEM)).isEqualTo(7);
    }

    @Test
    void aWatermarkThatIsOnlyReadIsNotApplied() {
        log.insert(STORE, 1L, "Basel", null);
        log.watermark(7);

        member.read();

        assertThat(watermark(STORE)).isZero();
    }

    @Test
    void laterChangesKeepTheWatermark() {
        log.watermark(7);
        log.insert(STORE, 1L, "Basel", null);

        member.apply();

        assertThat(watermark(STORE)).isEqualTo(7);
    }

    private long watermark(TableSchema table) {
        return destination.checkpoint(ChangeLog.input(table)).watermark();
    }
}
