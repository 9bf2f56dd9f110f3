package dev.switchback.topology;

import static dev.switchback.topology.KeyChangesTest.MOVED;
import static dev.switchback.topology.KeyChangesTest.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.mutation.OnConflict;

/**
 * Rows whose destination key may change, or be missing, by changes that bring whole old rows: the destination has each row
 * where its last version belongs, or the row is held, and no other version of it.
 */
class MovingRowsTest {

    private static final Duration RETRY = Duration.ofSeconds(2);

    private static final String EVERY = "SELECT merchant, id, name FROM store";
    private static final String WITH_MERCHANT = EVERY + " WHERE merchant IS NOT NULL";
    private static final String DIVIDED = EVERY + " WHERE 100 / merchant > 20";

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();

    @Test
    void aRowThatTheFilterLeavesOutNeedsNoKey() {
        try (ApplyMember member = member(WITH_MERCHANT)) {
            log.read(STORE, 1L, null, "Basel");
            log.read(STORE, 2L, 7L, "Bern");
            log.insert(STORE, 3L, null, "Chur");
            member.apply();
            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[7, 2, Bern]");

            log.change(STORE, row(2L, 7L, "Bern"), row(2L, null, "Bern"));
            log.change(STORE, row(1L, null, "Basel"), row(1L, 8L, "Basel"));
            log.delete(STORE, 3L, null, "Chur");
            member.apply();

            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, Basel]");
            assertThat(destination.held()).isEmpty();
        }
    }

    @Test
    void aRowThatCouldNotBePlacedIsOnceItIsCorrected() {
        try (ApplyMember member = member(EVERY)) {
            log.insert(STORE, 1L, null, "Basel");
            log.insert(STORE, 2L, null, "Bern");
            member.apply();
            log.change(STORE, row(1L, null, "Basel"), row(1L, 8L, "Basel"));
            log.delete(STORE, 2L, null, "Bern");
            member.apply();
            letHeldBeTried(member);

            assertThat(destination.held()).isEmpty();
            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, Basel]");
        }
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "0, 2", "0, 3", "1, 4", "1, 5", "1, 6", "2, 7", "2, 8", "2, 9"})
    void eachRowIsWhereItsLastVersionBelongs(int select, long seed) {
        Random random = new Random(seed);
        Map<Long, @Nullable Object[]> source = new TreeMap<>();
        try (ApplyMember member = member(List.of(EVERY, WITH_MERCHANT, DIVIDED).get(select))) {
            for (int step = 0; step < 300; step++) {
                change(source, random);
                if (random.nextInt(5) == 0) {
                    member.apply();
                }
                if (random.nextInt(20) == 0) {
                    letHeldBeTried(member);
                }
            }
            source.values().forEach(row -> {
                @Nullable Object[] before = row.clone();
                row[1] = 4L;
                log.change(STORE, before, row.clone());
            });
            member.apply();
            letHeldBeTried(member);
        }

        assertThat(destination.held()).isEmpty();
        List<String> expected = new ArrayList<>();
        source.values().forEach(row -> expected.add("[4, " + row[0] + ", " + row[2] + "]"));
        assertThat(destination.tables().rows(MOVED.id())).containsExactlyInAnyOrderElementsOf(expected);
    }

    private void change(Map<Long, @Nullable Object[]> source, Random random) {
        long id = random.nextInt(4);
        @Nullable Object[] before = source.get(id);
        @Nullable Object merchant = random.nextInt(3) == 0 ? null : (Object) (long) random.nextInt(8);
        @Nullable Object[] row = {id, merchant, "n" + random.nextInt(100)};
        if (before == null) {
            source.put(id, row);
            log.insert(STORE, row.clone());
        } else if (random.nextInt(4) == 0) {
            source.remove(id);
            log.delete(STORE, before.clone());
        } else {
            source.put(id, row);
            log.change(STORE, before.clone(), row.clone());
        }
    }

    /** Where changes of a row are not folded, one that moves it back is taken whole or not at all. */
    @Test
    void aRowThatMovesToAndFroInOneBufferEndsWhereItWasLast() {
        log.map(STORE, EVERY, MOVED, new OnConflict(OnConflict.Kind.NEWER, "name", false));
        try (ApplyMember member = new ApplyMember(log, destination)) {
            log.insert(STORE, 1L, 8L, "a");
            log.change(STORE, row(1L, 8L, "a"), row(1L, 7L, "b"));
            log.change(STORE, row(1L, 7L, "b"), row(1L, 8L, "c"));
            member.apply();

            assertThat(destination.tables().rows(MOVED.id())).containsExactly("[8, 1, c]");
        }
    }

    private ApplyMember member(String select) {
        log.map(STORE, select, MOVED);
        return new ApplyMember(log, destination);
    }

    private void letHeldBeTried(ApplyMember member) {
        destination.makeHeldDue();
        member.letPass(RETRY);
    }

    private static @Nullable Object[] row(@Nullable Object... values) {
        return values;
    }
}
