package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.Batch.TableCount;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Tables whose changes stand in one topic, under the same keys: nothing that is done to one may touch the other. */
class SharedTopicTest {

    private static final Duration RETRY = Duration.ofSeconds(2);

    /** In every way like {@link Tables#STORE}. */
    private static final TableSchema BRANCH = new TableSchema(TableId.parse("branch"), STORE.columns(), STORE.key());

    private final ChangeLog log = ChangeLog.shared(STORE, BRANCH);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aHeldKeyOfOneTableHoldsNothingOfTheOther() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
            log.insert(BRANCH, 1L, "Basel", null);
            log.update(STORE, 1L, "Bern", null);

            member.apply();

            assertThat(destination.tables().rows(BRANCH.id())).containsExactly("[1, Basel, null]");
            assertThat(destination.tables().rows(STORE.id())).isEmpty();
            assertThat(destination.held())
                    .extracting(held -> held.change().offset())
                    .containsExactly(0L, 2L);
        }
    }

    @Test
    void aRowThatIsGoneSupersedesNothingOfTheOtherTable() {
        destination.tables().forbid("Atlantis");
        log.insert(STORE, 1L, "Atlantis", null);
        log.insert(BRANCH, 1L, "Atlantis", null);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
            log.delete(BRANCH, 1L, null, null);
            member.apply();
            destination.makeHeldDue();
            member.letPass(RETRY);

            assertThat(destination.held()).extracting(held -> held.table()).containsExactly("public.store");
            destination.tables().permit("Atlantis");
            destination.makeHeldDue();
            member.letPass(RETRY);
        }

        assertThat(destination.held()).isEmpty();
        assertThat(destination.tables().rows(STORE.id())).containsExactly("[1, Atlantis, null]");
        assertThat(destination.tables().rows(BRANCH.id())).isEmpty();
    }

    @Test
    void aTruncateClearsItsOwnTable() {
        log.insert(STORE, 1L, "Basel", null);
        log.insert(BRANCH, 1L, "Bern", null);
        log.truncate(STORE);
        log.insert(STORE, 2L, "Chur", null);

        applyAll();

        assertThat(destination.tables().rows(STORE.id())).containsExactly("[2, Chur, null]");
        assertThat(destination.tables().rows(BRANCH.id())).containsExactly("[1, Bern, null]");
    }

    @Test
    void whatIsAppliedIsCountedForEachTable() {
        log.read(STORE, 1L, "Basel", null);
        log.read(STORE, 2L, "Bern", null);
        log.read(BRANCH, 1L, "Chur", null);
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
            log.update(BRANCH, 1L, "Davos", null);
            log.watermark(1);
            member.apply();
        }

        Map<TableId, TableCount> counts = destination.batches().stream()
                .flatMap(batch -> batch.tables().stream())
                .collect(Collectors.toMap(TableCount::table, count -> count, TableCount::plus));
        assertThat(counts.values())
                .containsExactlyInAnyOrder(new TableCount(STORE.id(), 2, 0), new TableCount(BRANCH.id(), 1, 1));
        assertThat(destination.checkpoint(ChangeLog.sharedInput()).watermark()).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void bothTablesEndAsAtTheSource(long seed) {
        Random random = new Random(seed);
        Map<TableSchema, Map<Long, @Nullable Object[]>> source =
                Map.of(STORE, new TreeMap<>(), BRANCH, new TreeMap<>());
        ApplyMember member = new ApplyMember(log, destination);
        for (int step = 0; step < 400; step++) {
            TableSchema table = random.nextBoolean() ? STORE : BRANCH;
            change(table, rows(source, table), random);
            member.read();
            switch (random.nextInt(40)) {
                case 0 -> {
                    member.close();
                    member = new ApplyMember(log, destination);
                    member.read();
                }
                case 1, 2, 3, 4 -> member.flush();
                default -> {}
            }
        }
        member.flush();
        member.close();

        for (TableSchema table : List.of(STORE, BRANCH)) {
            assertThat(destination.tables().rows(table.id()))
                    .isEqualTo(rows(source, table).values().stream()
                            .map(Arrays::toString)
                            .sorted()
                            .toList());
        }
        assertThat(destination.held()).isEmpty();
    }

    private void applyAll() {
        try (ApplyMember member = new ApplyMember(log, destination)) {
            member.apply();
        }
    }

    private static Map<Long, @Nullable Object[]> rows(
            Map<TableSchema, Map<Long, @Nullable Object[]>> source, TableSchema table) {
        return source.getOrDefault(table, Map.of());
    }

    private void change(TableSchema table, Map<Long, @Nullable Object[]> rows, Random random) {
        long id = random.nextInt(5);
        @Nullable Object @Nullable [] row = rows.get(id);
        if (random.nextInt(60) == 0) {
            rows.clear();
            log.truncate(table);
        } else if (row == null) {
            @Nullable Object[] inserted = {id, "t" + random.nextInt(1_000), null};
            rows.put(id, inserted);
            log.insert(table, inserted);
        } else if (random.nextInt(4) == 0) {
            rows.remove(id);
            log.delete(table, id, null, null);
        } else {
            rows.put(id, new @Nullable Object[] {id, row[1], "n" + random.nextInt(1_000)});
            log.update(table, id, Absent.VALUE, rows.get(id)[2]);
        }
    }
}
