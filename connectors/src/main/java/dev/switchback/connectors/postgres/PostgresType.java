package dev.switchback.connectors.postgres;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A type as the catalogue describes it, with the type it is made of.
 *
 * @param name as {@link dev.switchback.transforms.schema.ColumnType#name()}
 * @param extension the extension that brought it; null for any other
 * @param inner an array's element, a domain's base or a range's bound; null for any other
 * @param modifier the column's (for a domain's base: the domain's) type modifier, -1 for none
 * @param labels an enum's labels in order
 */
public record PostgresType(
        String name,
        Kind kind,
        @Nullable String extension,
        @Nullable PostgresType inner,
        int modifier,
        List<String> labels) {

    public PostgresType {
        labels = List.copyOf(labels);
    }

    /** {@code pg_type.typtype}, with arrays apart. */
    public enum Kind {
        BASE,
        ARRAY,
        ENUM,
        DOMAIN,
        RANGE,
        MULTIRANGE,
        COMPOSITE,
        PSEUDO
    }
}
