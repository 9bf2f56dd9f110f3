package dev.switchback.topology;

import static dev.switchback.topology.Tables.ITEM;
import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.pipeline.cases.NothingCommitted;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

class FlushBoundsTest {

    private static final int MANY = 1_000_000;
    private static final Duration LONG = Duration.ofHours(1);

    private final ChangeLog log = new ChangeLog(STORE, ITEM);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void theBufferIsWrittenWhenItHasEnoughRows() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        log.insert(STORE, 3L, "Chur", null);

        try (ApplyMember member = member(new BufferBounds(2, MANY, LONG))) {
            member.read();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]", "[2, Bern, null]");
    }

    @Test
    void theBufferIsWrittenWhenItIsLargeEnoughEvenIfAllOfItIsOneRow() {
        log.insert(STORE, 1L, "Basel", "x".repeat(600));
        log.update(STORE, 1L, "Basel", "y".repeat(600));

        try (ApplyMember member = member(new BufferBounds(MANY, 1_000, LONG))) {
            member.read();
        }

        assertThat(destination.batches()).hasSize(1);
        assertThat(destination.checkpoint(ChangeLog.input(STORE)).nextOffset()).isEqualTo(2);
    }

    @Test
    void theBufferIsWrittenWhenItIsOldEnough() {
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = member(new BufferBounds(MANY, MANY, Duration.ofMillis(20)))) {
            member.read();
            member.letPass(Duration.ofMillis(19));
            assertThat(destination.batches()).isEmpty();
            member.letPass(Duration.ofMillis(1));
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
    }

    @Test
    void whoIsLateWaitsATenthOfThatForMore() {
        log.lagBy(Duration.ofSeconds(10));
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = member(new BufferBounds(MANY, MANY, Duration.ofMillis(20)))) {
            member.read();
            member.letPass(Duration.ofMillis(20));
            for (long key = 2; key < 7; key++) {
                assertThat(destination.batches()).hasSize(1);
                log.insert(STORE, key, "Bern", null);
                member.read();
                member.letPass(Duration.ofMillis(key < 6 ? 200 : 1_200));
            }
            assertThat(destination.batches()).hasSize(2);

            log.insert(STORE, 7L, "Chur", null);
            member.read();
            log.lagBy(Duration.ZERO);
            log.insert(STORE, 8L, "Davos", null);
            member.read();
            member.letPass(Duration.ofMillis(20));
        }

        assertThat(destination.batches()).hasSize(3);
    }

    @Test
    void whoIsLateDoesNotWaitWhereNothingMoreComes() {
        log.lagBy(Duration.ofMinutes(10));
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = member(new BufferBounds(MANY, MANY, Duration.ofMillis(20)))) {
            member.read();
            member.letPass(Duration.ofMillis(20));
            log.insert(STORE, 2L, "Bern", null);
            member.read();
            member.letPass(Duration.ofMillis(20));
            member.letPass(Duration.ofMillis(240));
            assertThat(destination.batches()).hasSize(1);
            member.letPass(Duration.ofMillis(20));
            assertThat(destination.batches()).hasSize(2);

            log.insert(STORE, 3L, "Chur", null);
            member.read();
            member.letPass(Duration.ofMillis(20));
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]", "[2, Bern, null]");
    }

    /** Each fifty tables may have as many rows as one. */
    @Test
    void theMoreTablesTheMoreRows() {
        TableSchema[] tables = IntStream.range(0, 100)
                .mapToObj(i -> new TableSchema(TableId.parse("store_" + i), STORE.columns(), STORE.key()))
                .toArray(TableSchema[]::new);
        ChangeLog many = ChangeLog.shared(tables);
        ApplyListener none = ApplyListener.NONE;
        try (ApplyMember member = new ApplyMember(
                many, destination, new BufferBounds(200, MANY, LONG), none, NothingCommitted.INSTANCE)) {
            for (int row = 0; row < 399; row++) {
                many.insert(tables[row % 100], (long) row, "Basel", null);
            }
            member.read();
            assertThat(destination.batches()).isEmpty();
            many.insert(tables[0], 399L, "Bern", null);
            member.read();
        }

        assertThat(destination.batches()).hasSize(1);
    }

    /** Whether it is late, or the source's clock is. */
    @Test
    void aWatermarkIsNeverKeptWaiting() {
        log.insert(STORE, 1L, "Basel", null);
        try (ApplyMember member = member(new BufferBounds(MANY, MANY, Duration.ofMillis(20)))) {
            member.read();
            member.letPass(Duration.ofMillis(20));
            log.lagBy(Duration.ofMinutes(10));
            log.insert(STORE, 2L, "Bern", null);
            log.watermark(1);
            member.read();
            member.letPass(Duration.ofMillis(20));
        }

        assertThat(destination.batches()).hasSize(2);
    }

    @Test
    void nothingIsWrittenWhenNothingWasRead() {
        log.insert(STORE, 1L, "Basel", null);

        try (ApplyMember member = member(BufferBounds.DEFAULT)) {
            member.apply();
            member.letPass(Duration.ofSeconds(1));
        }

        assertThat(destination.batches()).hasSize(1);
    }

    @Test
    void theClockStartsAgainAfterAQuietTime() {
        try (ApplyMember member = member(BufferBounds.DEFAULT)) {
            member.letPass(Duration.ofMinutes(1));
            log.insert(STORE, 1L, "Basel", null);

            member.apply();
        }

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Basel, null]");
    }

    @Test
    void theListenerLearnsWhatWasWrittenAndHowLateItWas() {
        List<Integer> rows = new ArrayList<>();
        List<Long> lags = new ArrayList<>();
        ApplyListener listener = new ApplyListener() {
            @Override
            public void flushed(int count, List<Batch.Advance> advances, Duration took) {
                rows.add(count);
            }

            @Override
            public void lag(long millis) {
                lags.add(millis);
            }
        };
        log.read(STORE, 1L, "Basel", null);
        log.insert(STORE, 2L, "Bern", null);
        log.update(STORE, 2L, "Chur", null);

        try (ApplyMember member =
                new ApplyMember(log, destination, BufferBounds.DEFAULT, listener, NothingCommitted.INSTANCE)) {
            member.apply();
        }

        assertThat(rows).containsExactly(2);
        assertThat(lags).hasSize(2).allMatch(millis -> millis >= 0 && millis < 60_000);
    }

    private ApplyMember member(BufferBounds bounds) {
        return new ApplyMember(log, destination, bounds, ApplyListener.NONE, NothingCommitted.INSTANCE);
    }
}
