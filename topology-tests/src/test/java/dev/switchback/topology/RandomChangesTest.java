package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.pipeline.cases.NothingCommitted;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.transforms.change.Absent;

/**
 * Many changes of few rows, flushed, crashed and failed at random: what arrives is what a database would have after
 * them, and no change is applied twice.
 */
class RandomChangesTest {

    private static final int ROWS = 6;

    private final ChangeLog log = new ChangeLog(STORE);
    private final MemoryDestination destination = new MemoryDestination();
    private final Map<Long, @Nullable Object[]> source = new TreeMap<>();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theDestinationEndsAsTheSource(long seed) {
        Random random = new Random(seed);
        ApplyMember member = member(random);
        for (int step = 0; step < 400; step++) {
            change(random);
            member.read();
            switch (random.nextInt(40)) {
                case 0 -> {
                    member.close();
                    member = member(random);
                }
                case 1 -> {
                    failNextFlush(member);
                    member.close();
                    member = member(random);
                }
                case 2, 3, 4, 5 -> member.flush();
                default -> {}
            }
        }
        member.flush();
        member.close();

        assertThat(destination.tables().rows(STORE.id())).isEqualTo(sourceRows());
        assertThat(destination.held()).isEmpty();
        assertThat(destination.batches().stream()
                        .map(Batch::work)
                        .flatMap(List::stream)
                        .flatMap(work -> work.changes().stream())
                        .map(InputChange::offset))
                .doesNotHaveDuplicates()
                .hasSize(log.entries().size());
    }

    private ApplyMember member(Random random) {
        BufferBounds bounds = new BufferBounds(1 + random.nextInt(20), 1L << 20, Duration.ofMillis(5));
        ApplyMember member = new ApplyMember(log, destination, bounds, ApplyListener.NONE, NothingCommitted.INSTANCE);
        member.read();
        return member;
    }

    private void failNextFlush(ApplyMember member) {
        destination.beforeCommit(batch -> {
            throw new DestinationException("connection lost", new IOException("reset by peer"));
        });
        try {
            member.flush();
        } catch (RuntimeException expectedIfAnythingWasBuffered) {
            assertThat(expectedIfAnythingWasBuffered).hasRootCauseInstanceOf(IOException.class);
        }
        destination.beforeCommit(batch -> {});
    }

    private void change(Random random) {
        long id = random.nextInt(ROWS);
        @Nullable Object @Nullable [] row = source.get(id);
        if (row == null) {
            @Nullable Object[] inserted = {id, text(random), text(random)};
            source.put(id, inserted);
            log.insert(STORE, inserted);
        } else if (random.nextInt(4) == 0) {
            source.remove(id);
            log.delete(STORE, id, null, null);
        } else {
            @Nullable Object[] updated = {id, text(random), text(random)};
            @Nullable Object[] seen = updated.clone();
            int unchanged = 1 + random.nextInt(3);
            if (unchanged < updated.length) {
                updated[unchanged] = row[unchanged];
                seen[unchanged] = Absent.VALUE;
            }
            source.put(id, updated);
            log.update(STORE, seen);
        }
    }

    private static @Nullable String text(Random random) {
        return random.nextInt(5) == 0 ? null : "t" + random.nextInt(1_000);
    }

    private List<String> sourceRows() {
        return source.values().stream().map(Arrays::toString).sorted().toList();
    }
}
