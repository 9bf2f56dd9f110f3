package dev.switchback.pipeline.cases;

import org.jspecify.annotations.Nullable;

/**
 * One thing that is not as a case expects it.
 *
 * @param line where it is expected; the case's, where nothing of the kind is
 * @param table the destination's; of a held change the source's
 * @param key of the row, for people: {@code (7, 1)}
 * @param column null where it is about a whole row or change
 * @param expected null where nothing was
 * @param actual null where nothing is there
 */
public record Difference(
        Kind kind,
        int line,
        String table,
        String key,
        @Nullable String column,
        @Nullable String expected,
        @Nullable String actual) {

    /** What it is about. */
    public enum Kind {
        VALUE,
        ROW_MISSING,
        ROW_UNEXPECTED,
        HELD_MISSING,
        HELD_UNEXPECTED
    }
}
