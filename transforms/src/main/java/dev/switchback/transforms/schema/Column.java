package dev.switchback.transforms.schema;

/**
 * A column of a table.
 *
 * @param hasDefault whether an INSERT may leave the column out although it is NOT NULL (a default, an identity or a
 *     generation expression fills it)
 */
public record Column(String name, ColumnType type, boolean nullable, boolean hasDefault, Generation generation) {

    /** Who computes a column's value when the application does not. */
    public enum Generation {
        NONE,
        IDENTITY_BY_DEFAULT,
        IDENTITY_ALWAYS,
        /** A stored generated column: the database computes it and refuses any other value. */
        STORED
    }

    /** A nullable column without default, for tests and schemas written by hand. */
    public static Column of(String name, ColumnType type) {
        return new Column(name, type, true, false, Generation.NONE);
    }
}
