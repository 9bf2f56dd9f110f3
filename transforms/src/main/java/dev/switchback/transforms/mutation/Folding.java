package dev.switchback.transforms.mutation;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.mutation.Mutation.OfRow;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/** Makes one mutation of two that follow each other on the same row. Stateless. */
public final class Folding {

    private Folding() {}

    /**
     * The one mutation that leaves the row as {@code earlier} and then {@code later} would.
     *
     * @return empty where there is none, so that both must be applied in turn: where only the destination knows which of
     *     them counts; and of a Patch behind a Remove, whose row is not there
     */
    public static Optional<OfRow> fold(OfRow earlier, OfRow later) {
        OnConflict onConflict = earlier.table().onConflict();
        if (onConflict.kind() == OnConflict.Kind.NEWER || onConflict.leavesRows()) {
            return Optional.empty();
        }
        if (!(later instanceof Patch patch)) {
            return Optional.of(later);
        }
        if (earlier instanceof Upsert upsert) {
            return Optional.of(new Upsert(upsert.table(), upsert.key(), overlay(upsert.values(), patch.values())));
        }
        if (earlier instanceof Patch before) {
            return Optional.of(new Patch(before.table(), before.key(), overlay(before.values(), patch.values())));
        }
        assert earlier instanceof Remove;
        return Optional.empty();
    }

    private static @Nullable Object[] overlay(@Nullable Object[] below, @Nullable Object[] above) {
        @Nullable Object[] result = above.clone();
        for (int i = 0; i < result.length; i++) {
            if (result[i] == Absent.VALUE) {
                result[i] = below[i];
            }
        }
        return result;
    }
}
