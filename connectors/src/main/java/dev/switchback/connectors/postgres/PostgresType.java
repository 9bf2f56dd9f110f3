package dev.switchback.connectors.postgres;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.schema.Carrier;

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

    private static final Map<String, Carrier> CARRIERS = Map.of(
            "boolean", Carrier.BOOLEAN,
            "smallint", Carrier.INT32,
            "integer", Carrier.INT32,
            "bigint", Carrier.INT64,
            "oid", Carrier.INT64,
            "real", Carrier.FLOAT32,
            "double precision", Carrier.FLOAT64,
            "bytea", Carrier.BYTES);

    /** Base types whose text output, under our session settings, is their value and nothing less. */
    private static final Set<String> EXACT_AS_TEXT = Set.of(
            "numeric",
            "text",
            "character varying",
            "bpchar",
            "\"char\"",
            "name",
            "date",
            "time without time zone",
            "timestamp without time zone",
            "timestamp with time zone",
            "interval",
            "\"bit\"",
            "bit varying",
            "uuid",
            "json",
            "jsonb",
            "xml",
            "inet",
            "cidr",
            "macaddr",
            "macaddr8");

    private static final Set<String> CARRIED_EXTENSIONS = Set.of("hstore", "citext");

    private static final Map<String, String> REASONS = Map.ofEntries(
            Map.entry("money", "its text depends on each server's lc_monetary"),
            Map.entry("time with time zone", "its zone is lost on the way"),
            Map.entry("tsvector", "text search types are not carried yet"),
            Map.entry("tsquery", "text search types are not carried yet"),
            Map.entry("point", "geometric types are not carried yet"),
            Map.entry("line", "geometric types are not carried yet"),
            Map.entry("lseg", "geometric types are not carried yet"),
            Map.entry("box", "geometric types are not carried yet"),
            Map.entry("path", "geometric types are not carried yet"),
            Map.entry("polygon", "geometric types are not carried yet"),
            Map.entry("circle", "geometric types are not carried yet"));

    public PostgresType {
        labels = List.copyOf(labels);
    }

    /** How values of this type travel. Domains, arrays and all types of the user's own travel as text. */
    public Carrier carrier() {
        return kind == Kind.BASE ? CARRIERS.getOrDefault(name, Carrier.TEXT) : Carrier.TEXT;
    }

    /** Why values of this type would not arrive exactly as they are; empty if they do. */
    public Optional<String> notCarried() {
        if (extension != null && !CARRIED_EXTENSIONS.contains(extension)) {
            return Optional.of("types of the extension " + extension + " are not carried yet");
        }
        return switch (kind) {
            case ENUM -> Optional.empty();
            case ARRAY, DOMAIN, RANGE -> part().notCarried();
            case MULTIRANGE -> Optional.of("multiranges are not carried yet");
            case COMPOSITE -> Optional.of("composite types are not carried yet");
            case PSEUDO -> Optional.of("it is a pseudo-type");
            case BASE -> baseNotCarried();
        };
    }

    /** The type that a domain stands for; any other type is its own. */
    public PostgresType withoutDomains() {
        return kind == Kind.DOMAIN ? part().withoutDomains() : this;
    }

    /**
     * Whether values that the database takes for equal always print the same. Not so for -0 and 0, 1.0 and 1.00, '1 mon'
     * and '30 days'; a column's collation may break it too.
     */
    boolean oneTextForEqualValues() {
        return switch (kind) {
            case ENUM -> true;
            case ARRAY, DOMAIN, RANGE -> part().oneTextForEqualValues();
            case MULTIRANGE, COMPOSITE, PSEUDO -> false;
            case BASE ->
                switch (name) {
                    case "numeric", "bpchar" -> modifier != -1;
                    case "real", "double precision", "interval", "json", "jsonb", "xml" -> false;
                    default -> extension == null;
                };
        };
    }

    /** Whether it is made of a type with a length or a precision, which a value may be cut or rounded to. */
    boolean limitsParts() {
        return inner != null && (inner.modifier != -1 || inner.limitsParts());
    }

    /** What an array, a domain or a range is made of. */
    PostgresType part() {
        if (inner == null) {
            throw new IllegalStateException(name + " is made of no other type");
        }
        return inner;
    }

    private Optional<String> baseNotCarried() {
        if (extension != null || CARRIERS.containsKey(name) || EXACT_AS_TEXT.contains(name)) {
            return Optional.empty();
        }
        String unknown = name.startsWith("reg")
                ? "its values are the ids of objects of the source database, which mean something else or nothing in"
                        + " another"
                : "it is not among the types known to arrive exactly";
        return Optional.of(REASONS.getOrDefault(name, unknown));
    }
}
