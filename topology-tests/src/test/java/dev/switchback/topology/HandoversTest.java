package dev.switchback.topology;

import static dev.switchback.topology.Joined.MOVED;
import static dev.switchback.topology.Joined.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.topology.ChangeLog.Entry;

/**
 * The way back of a table with a longer key: a source row whose key changes, while the destination row stays the same one,
 * never takes it away in between. What that row has of its own, in columns that are not mapped, would be lost.
 */
class HandoversTest {

    private static final long FILTERED = 9;

    private final ChangeLog log = new ChangeLog(MOVED);
    private final MemoryDestination destination = new MemoryDestination();
    private final ApplyMember member;

    HandoversTest() {
        log.join(MOVED, "SELECT id, merchant, name, menu FROM merchant_store WHERE merchant <> " + FILTERED, STORE);
        member = new ApplyMember(log, destination);
    }

    @AfterEach
    void close() {
        member.close();
    }

    @Test
    void theRowStaysUntilTheNewKeyIsHeardOf() {
        log.insert(MOVED, of(3));
        member.apply();
        List<Entry> halves = log.keyChange(MOVED, of(3), of(5));

        apply(halves.get(0));
        assertRow(3);
        apply(halves.get(1));
        assertRow(5);
    }

    @Test
    void theNewKeyTakesTheRowBeforeTheOldOneIsHeardOf() {
        log.insert(MOVED, of(3));
        member.apply();
        List<Entry> halves = log.keyChange(MOVED, of(3), of(5));

        apply(halves.get(1));
        assertRow(5);
        apply(halves.get(0));
        assertRow(5);
    }

    @Test
    void aRowThatMovesOutOfTheFilterIsRemovedWhicheverHalfComesFirst() {
        for (int first = 0; first < 2; first++) {
            log.insert(MOVED, of(3));
            member.apply();
            List<Entry> halves = log.keyChange(MOVED, of(3), of(FILTERED));

            apply(halves.get(first));
            apply(halves.get(1 - first));
            assertThat(rows()).isEmpty();

            log.delete(MOVED, of(FILTERED));
            member.apply();
        }
    }

    @Test
    void aRowThatIsDeletedUnderItsNewKeyIsRemovedWhicheverKeyIsHeardOfFirst() {
        for (int first = 0; first < 2; first++) {
            log.insert(MOVED, of(3));
            member.apply();
            List<Entry> halves = log.keyChange(MOVED, of(3), of(5));
            log.delete(MOVED, of(5));
            Entry deleted = log.take();
            List<Entry> order = first == 0
                    ? List.of(halves.get(0), halves.get(1), deleted)
                    : List.of(halves.get(1), deleted, halves.get(0));

            order.forEach(this::apply);
            assertThat(rows()).isEmpty();
        }
    }

    /** Each key's changes are in order; those of different keys, which may be in different partitions, are in any. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
    void inAnyOrderTheRowIsNeverAwayWhileItIsThere(long seed) {
        Random random = new Random(seed);
        long merchant = 1;
        log.insert(MOVED, of(merchant));
        Map<Long, List<Entry>> byKey = new HashMap<>();
        byKey.computeIfAbsent(merchant, key -> new ArrayList<>()).add(log.take());
        for (int i = 0; i < 12; i++) {
            long next = 1 + (merchant + random.nextInt(3)) % 4;
            if (next == merchant) {
                continue;
            }
            List<Entry> halves = log.keyChange(MOVED, of(merchant), of(next));
            byKey.computeIfAbsent(merchant, key -> new ArrayList<>()).add(halves.get(0));
            byKey.computeIfAbsent(next, key -> new ArrayList<>()).add(halves.get(1));
            merchant = next;
        }
        boolean seen = false;
        while (!byKey.isEmpty()) {
            Long key = List.copyOf(byKey.keySet()).get(random.nextInt(byKey.size()));
            apply(byKey.get(key).remove(0));
            byKey.values().removeIf(List::isEmpty);
            seen |= !rows().isEmpty();
            assertThat(rows()).hasSize(seen ? 1 : 0);
        }
        member.flush();
        assertRow(merchant);
    }

    private static @Nullable Object[] of(long merchant) {
        return new @Nullable Object[] {merchant, 1L, "under " + merchant, null};
    }

    private void apply(Entry entry) {
        log.append(entry);
        member.apply();
    }

    private List<String> rows() {
        return destination.tables().rows(STORE.id());
    }

    private void assertRow(long merchant) {
        assertThat(rows()).containsExactly("[1, " + merchant + ", under " + merchant + ", null]");
        assertThat(destination.held()).isEmpty();
    }
}
