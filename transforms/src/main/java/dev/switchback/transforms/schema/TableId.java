package dev.switchback.transforms.schema;

import java.util.Comparator;

/**
 * A table's name within one database, unquoted and exactly as the catalogue spells it. Quoting for SQL belongs to the
 * connector of that database.
 */
public record TableId(String schema, String name) implements Comparable<TableId> {

    private static final Comparator<TableId> BY_NAME =
            Comparator.comparing(TableId::schema).thenComparing(TableId::name);

    public TableId {
        if (schema.isBlank() || name.isBlank()) {
            throw new IllegalArgumentException("a table needs a schema and a name, got '" + schema + "." + name + "'");
        }
    }

    /**
     * Reads {@code schema.table}; a name without a dot is in {@code public}.
     *
     * @throws IllegalArgumentException when either part is empty
     */
    public static TableId parse(String text) {
        int dot = text.indexOf('.');
        return dot < 0 ? new TableId("public", text) : new TableId(text.substring(0, dot), text.substring(dot + 1));
    }

    /** It is a key of maps that are asked for each change. */
    @Override
    public int hashCode() {
        return 31 * schema.hashCode() + name.hashCode();
    }

    @Override
    public int compareTo(TableId other) {
        return BY_NAME.compare(this, other);
    }

    @Override
    public String toString() {
        return schema + "." + name;
    }
}
