package dev.switchback.transforms.mutation;

import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What becomes of a mutation whose row the destination has already.
 *
 * @param column the destination column that says which of two rows is newer; for {@link Kind#NEWER} only
 * @param keepDeclined whether what is not written is kept
 */
public record OnConflict(Kind kind, @Nullable String column, boolean keepDeclined) {

    /** The behaviours, as the migration file calls them. */
    public enum Kind {
        /** The row becomes what the source has. */
        OVERWRITE,
        /** The row becomes what the source has unless it is newer itself, by a column of both. */
        NEWER,
        /** Only rows of which the destination has none with the same key are written. */
        FILL,
        /** Only rows that violate no constraint are written. */
        INSERT,
        /** Nothing is written; rows that differ are listed. */
        COMPARE;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** By its name in the file. */
        public static Optional<Kind> named(String name) {
            for (Kind kind : values()) {
                if (kind.toString().equals(name)) {
                    return Optional.of(kind);
                }
            }
            return Optional.empty();
        }
    }

    /** Where nothing is declared. */
    public static final OnConflict OVERWRITE = new OnConflict(Kind.OVERWRITE, null, false);

    public OnConflict {
        if ((kind == Kind.NEWER) != (column != null)) {
            throw new IllegalArgumentException(kind + " by " + column);
        }
    }

    /** Whether a TRUNCATE of the source empties the table: not where rows are in it that were never the source's to change. */
    public boolean clears() {
        return kind == Kind.OVERWRITE || kind == Kind.NEWER;
    }

    /** Whether rows that the destination has already are left as they are. */
    public boolean leavesRows() {
        return kind == Kind.FILL || kind == Kind.INSERT;
    }
}
