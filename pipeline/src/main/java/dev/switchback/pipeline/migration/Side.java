package dev.switchback.pipeline.migration;

import java.util.Locale;

import dev.switchback.connectors.spi.Direction;

/** One of a migration's two databases; fixed for the whole migration, whichever is in charge. */
public enum Side {
    SOURCE,
    DESTINATION;

    public Side other() {
        return this == SOURCE ? DESTINATION : SOURCE;
    }

    /** The side that a flow of this direction reads: the one that applications write to while it applies. */
    public static Side readBy(Direction direction) {
        return direction == Direction.FORWARD ? SOURCE : DESTINATION;
    }

    /** As people write it. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
