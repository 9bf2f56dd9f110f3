package dev.switchback.connectors.postgres;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.switchback.connectors.postgres.PostgresType.Kind;

/**
 * Which destination types take every value of a source type exactly. Domains count as what they stand for: a constraint of
 * the destination's that a value breaks shows when it is applied, and holds the change. Stateless.
 */
final class TypePairs {

    private static final List<String> INTEGERS = List.of("smallint", "integer", "bigint");
    private static final Set<String> TEXTS = Set.of("text", "character varying");
    private static final Set<String> JSONS = Set.of("json", "jsonb");
    private static final String NARROWER = "which is narrower";

    /** Types whose modifier is a length or a precision, and nothing else. */
    private static final Set<String> LENGTHS = Set.of(
            "character varying",
            "bit varying",
            "time without time zone",
            "timestamp without time zone",
            "timestamp with time zone");

    /** {@code VARHDRSZ}, which the modifiers of numeric and varchar include. */
    private static final int HEADER = 4;

    /** In the modifier of an interval, which has a bit for each of its fields. */
    private static final int INTERVAL_SECOND = 1 << 28;

    private TypePairs() {}

    /** @return why some value of the source type would not arrive as it is, as the end of a sentence; empty if all do */
    static Optional<String> mismatch(PostgresType source, PostgresType destination) {
        PostgresType from = source.withoutDomains();
        PostgresType to = destination.withoutDomains();
        if (from.kind() == Kind.ARRAY && to.kind() == Kind.ARRAY) {
            return mismatch(from.part(), to.part());
        }
        if (from.kind() == Kind.ENUM && to.kind() == Kind.ENUM) {
            return labels(from, to);
        }
        if (from.kind() == Kind.ENUM && unboundedText(to)) {
            return Optional.empty();
        }
        if (same(from, to)) {
            return modifiers(from, to);
        }
        return widening(from, to) ? Optional.empty() : Optional.of("which does not take every value as it is");
    }

    /**
     * Whether apply or the database refuses each value that the type would cut or round. In silence {@code char(n)} takes or
     * adds spaces, {@code varchar(n)} takes them where it is an array's element, which apply does not measure, and an interval
     * without seconds takes all that is finer. Of a domain it is not known what it would do.
     */
    static boolean isMeasured(PostgresType type) {
        return switch (type.kind()) {
            case ARRAY -> isMeasured(type.part()) && !isLimited("character varying", type.part());
            case DOMAIN -> false;
            default -> !isLimited("bpchar", type) && (!type.name().equals("interval") || hasSeconds(type));
        };
    }

    private static boolean isLimited(String name, PostgresType type) {
        return type.name().equals(name) && type.modifier() != -1;
    }

    /** True of one without a modifier too. */
    private static boolean hasSeconds(PostgresType interval) {
        return (interval.modifier() & INTERVAL_SECOND) != 0;
    }

    private static Optional<String> labels(PostgresType from, PostgresType to) {
        List<String> lacking = from.labels().stream()
                .filter(label -> !to.labels().contains(label))
                .map(Sql::literal)
                .toList();
        return lacking.isEmpty()
                ? Optional.empty()
                : Optional.of("which lacks the label " + String.join(", ", lacking));
    }

    /** A type of an extension is the same wherever the extension was installed. */
    private static boolean same(PostgresType from, PostgresType to) {
        return from.name().equals(to.name())
                || (from.extension() != null
                        && from.extension().equals(to.extension())
                        && bareName(from).equals(bareName(to)));
    }

    private static String bareName(PostgresType type) {
        return type.name().substring(type.name().lastIndexOf('.') + 1);
    }

    private static Optional<String> modifiers(PostgresType from, PostgresType to) {
        if (to.modifier() == from.modifier() || to.modifier() == -1) {
            return Optional.empty();
        }
        if (from.modifier() == -1) {
            return Optional.of(NARROWER);
        }
        if (LENGTHS.contains(from.name())) {
            return to.modifier() < from.modifier() ? Optional.of(NARROWER) : Optional.empty();
        }
        if (!from.name().equals("numeric")) {
            return Optional.of("which stores the same value differently");
        }
        // Another scale would print 1.5 as 1.50: equal, but not the same.
        if (scale(to) > scale(from)) {
            return Optional.of("which stores the same value differently");
        }
        return scale(to) < scale(from) || precision(to) < precision(from) ? Optional.of(NARROWER) : Optional.empty();
    }

    private static boolean widening(PostgresType from, PostgresType to) {
        if (from.kind() != Kind.BASE || to.kind() != Kind.BASE) {
            return false;
        }
        int fromInteger = INTEGERS.indexOf(from.name());
        if (fromInteger >= 0) {
            return INTEGERS.indexOf(to.name()) > fromInteger || (to.name().equals("numeric") && to.modifier() == -1);
        }
        if (JSONS.contains(from.name())) {
            // What jsonb does not take is held; what it takes is the value that a cast of the source would be.
            return JSONS.contains(to.name());
        }
        boolean text = TEXTS.contains(from.name()) || "citext".equals(from.extension());
        return text && (unboundedText(to) || "citext".equals(to.extension()));
    }

    private static boolean unboundedText(PostgresType type) {
        return type.kind() == Kind.BASE && TEXTS.contains(type.name()) && type.modifier() == -1;
    }

    private static int precision(PostgresType numeric) {
        return (numeric.modifier() - HEADER) >> 16 & 0xffff;
    }

    /** Eleven bits with a sign since PostgreSQL 15; the same for the scales that were possible before. */
    private static int scale(PostgresType numeric) {
        return ((numeric.modifier() - HEADER & 0x7ff) ^ 1024) - 1024;
    }
}
