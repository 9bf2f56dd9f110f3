package dev.switchback.pipeline.plan;

import java.util.Optional;
import java.util.stream.Stream;

/**
 * Which way a table's changes take, and what of its log that rests on. It is decided when the table's first rows are
 * written, and remembered with its mapping: on another way, rows that are there would not be found.
 */
public enum Way {
    /** Straight from the change topic; of its log no more is needed than what its rows are now, and their keys. */
    BY_CHANGES("by its changes"),

    /** Straight from the change topic, with the whole old rows that its log has. */
    BY_OLD_ROWS("by whole old rows"),

    /** Through a mutation topic, with its rows remembered. */
    REMEMBERED("remembered");

    private final String words;

    Way(String words) {
        this.words = words;
    }

    /** A mapping's description with the way at its end. */
    public String behind(String mapping) {
        return mapping + ", " + words;
    }

    /** The way that a description ends with; empty where it has none. */
    public static Optional<Way> of(String description) {
        return Stream.of(values())
                .filter(way -> description.endsWith(way.behind("")))
                .findFirst();
    }
}
