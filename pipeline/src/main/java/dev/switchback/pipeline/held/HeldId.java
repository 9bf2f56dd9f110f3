package dev.switchback.pipeline.held;

import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.spi.Direction;

/**
 * How people name a held change: each database numbers what it holds by itself, so the number of a change that REVERSE
 * holds, which is in the source, has an {@code r} before it.
 */
public record HeldId(Direction direction, long number) {

    private static final String REVERSE = "r";

    public static HeldId of(Entry entry) {
        return new HeldId(isReverse(entry) ? Direction.REVERSE : Direction.FORWARD, entry.id());
    }

    static boolean isReverse(Entry entry) {
        return entry.direction().equals(Direction.REVERSE.lowerCase());
    }

    /** @throws NumberFormatException when it is none */
    public static HeldId parse(String text) {
        return text.startsWith(REVERSE)
                ? new HeldId(Direction.REVERSE, Long.parseLong(text.substring(REVERSE.length())))
                : new HeldId(Direction.FORWARD, Long.parseLong(text));
    }

    @Override
    public String toString() {
        return (direction == Direction.REVERSE ? REVERSE : "") + number;
    }
}
