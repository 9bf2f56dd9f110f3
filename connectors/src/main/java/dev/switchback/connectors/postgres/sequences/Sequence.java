package dev.switchback.connectors.postgres.sequences;

import java.util.Optional;
import java.util.OptionalLong;

import dev.switchback.transforms.schema.TableId;

/**
 * A sequence as it stands.
 *
 * @param id its name; sequences share their names with tables
 * @param last the number that was handed out last; sessions may hold some before it that they have not used
 * @param called whether {@code last} was handed out; if not, it is the next
 * @param column the column that takes its numbers from it; empty where no table's does
 */
public record Sequence(TableId id, Bounds bounds, long last, boolean called, Optional<Column> column) {

    /** @param increment not 0; negative for one that counts down */
    public record Bounds(long increment, long min, long max, boolean cycle) {}

    /**
     * A column with numbers of a sequence.
     *
     * @param largest the largest number that its type holds
     */
    public record Column(TableId table, String name, long largest) {}

    /** The last number that it can give: its own bound, or the one of its column's type. */
    public long end() {
        if (bounds.increment() > 0) {
            return column.map(Column::largest)
                    .filter(largest -> largest < bounds.max())
                    .orElse(bounds.max());
        }
        return bounds.min();
    }

    /** How many numbers it can still give before it ends or starts over. */
    public long remaining() {
        long step = Math.abs(bounds.increment());
        long used = called ? 0 : 1;
        boolean up = bounds.increment() > 0;
        if (up ? last > end() : last < end()) {
            return 0;
        }
        long distance = up ? subtract(end(), last) : subtract(last, end());
        return Math.min(distance / step, Long.MAX_VALUE - used) + used;
    }

    /** How many numbers it can give from its beginning to its end. */
    public long range() {
        boolean up = bounds.increment() > 0;
        long distance = up ? subtract(end(), bounds.min()) : subtract(bounds.max(), end());
        return distance / Math.abs(bounds.increment());
    }

    private static long subtract(long larger, long smaller) {
        long difference = larger - smaller;
        return larger >= smaller && difference < 0 ? Long.MAX_VALUE : difference;
    }

    /**
     * Where another sequence has to be so that it repeats no number of this one.
     *
     * @param to the other one
     * @param margin how many numbers to leave out, for those that were taken and not seen yet
     * @return what the other's last number is to be; empty where it is as far already
     * @throws ArithmeticException when that is beyond what the other one can give
     */
    OptionalLong handedTo(Sequence to, long margin) {
        long start = called ? last : Math.subtractExact(last, bounds.increment());
        long target = Math.addExact(start, Math.multiplyExact(bounds.increment(), margin));
        boolean up = bounds.increment() > 0;
        if (to.bounds.cycle()) {
            boolean over = up ? target > to.end() : target < to.end();
            return OptionalLong.of(over ? (up ? to.bounds.min() : to.bounds.max()) : target);
        }
        if (up != to.bounds.increment() > 0) {
            throw new ArithmeticException("one counts up and the other one down");
        }
        // Not called, its last number is still to be given.
        boolean asFar = up
                ? to.last > target || (to.last == target && to.called)
                : to.last < target || (to.last == target && to.called);
        if (asFar) {
            return OptionalLong.empty();
        }
        if (up ? target >= to.end() : target <= to.end()) {
            throw new ArithmeticException(target + " is not below its end, " + to.end());
        }
        return OptionalLong.of(target);
    }
}
