package dev.switchback.transforms.sql;

import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.switchback.transforms.postgres.Floats;
import dev.switchback.transforms.postgres.Integers;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.sql.Expression.Conversion;
import dev.switchback.transforms.sql.SqlType.Kind;

/** Which types become which others, by themselves or by {@code CAST}, as in {@code pg_cast}. Stateless. */
final class Casts {

    private static final Map<Kind, Set<Kind>> IMPLICIT = Map.of(
            Kind.SMALLINT, Set.of(Kind.INTEGER, Kind.BIGINT, Kind.NUMERIC, Kind.REAL, Kind.DOUBLE),
            Kind.INTEGER, Set.of(Kind.BIGINT, Kind.NUMERIC, Kind.REAL, Kind.DOUBLE),
            Kind.BIGINT, Set.of(Kind.NUMERIC, Kind.REAL, Kind.DOUBLE),
            Kind.NUMERIC, Set.of(Kind.REAL, Kind.DOUBLE),
            Kind.REAL, Set.of(Kind.DOUBLE),
            Kind.TEXT, Set.of(Kind.VARCHAR, Kind.BPCHAR),
            Kind.VARCHAR, Set.of(Kind.TEXT, Kind.BPCHAR),
            Kind.BPCHAR, Set.of(Kind.TEXT, Kind.VARCHAR),
            Kind.DATE, Set.of(Kind.TIMESTAMP, Kind.TIMESTAMPTZ),
            Kind.TIMESTAMP, Set.of(Kind.TIMESTAMPTZ));

    /**
     * Of the types of which only the text is known, those whose cast to text is not what their output function prints. (Nor
     * is a domain's over such a type, which only its database knows.)
     */
    private static final Set<String> PRINTED_OTHERWISE = Set.of("inet", "xml", "oid");

    private Casts() {}

    static boolean isImplicit(SqlType from, SqlType to) {
        return from.equals(to)
                || from.kind() == Kind.UNKNOWN
                || IMPLICIT.getOrDefault(from.kind(), Set.of()).contains(to.kind());
    }

    /** Whether no two values become one, and a cast back gives the value again. What does not fit is an error. */
    static boolean isLossless(SqlType from, SqlType to) {
        return switch (to.kind()) {
            case SMALLINT, INTEGER, BIGINT, NUMERIC -> from.isWhole();
            case DOUBLE -> from.is(Kind.SMALLINT, Kind.INTEGER, Kind.REAL);
            case TEXT, VARCHAR -> from.kind() != Kind.BPCHAR;
            case TIMESTAMPTZ -> from.kind() == Kind.TIMESTAMP;
            case TIMESTAMP -> from.kind() == Kind.TIMESTAMPTZ;
            default -> false;
        };
    }

    /** The expression as this type, to which it converts by itself. */
    static Expression coerce(Expression expression, SqlType to) {
        SqlType from = expression.type();
        if (from.equals(to)) {
            return expression;
        }
        if (expression.isUnknown()) {
            return expression.converted(to, value -> to.read((String) value));
        }
        return expression.converted(to, conversion(from, to).orElseThrow());
    }

    /** What an explicit cast does; empty where there is none, or none that is known to be exact. */
    static Optional<Conversion> conversion(SqlType from, SqlType to) {
        if (from.equals(to)) {
            return Optional.of(value -> value);
        }
        if (from.kind() == Kind.UNKNOWN) {
            return to.kind() == Kind.OTHER || to.is(Kind.JSON, Kind.JSONB)
                    ? Optional.empty()
                    : Optional.of(value -> to.read((String) value));
        }
        return Optional.ofNullable(
                switch (to.kind()) {
                    case TEXT, VARCHAR, BPCHAR -> toText(from);
                    case SMALLINT, INTEGER, BIGINT -> toInteger(from, to);
                    case NUMERIC -> toNumeric(from);
                    case REAL -> toReal(from);
                    case DOUBLE -> toDouble(from);
                    case BOOLEAN ->
                        from.kind() == Kind.INTEGER ? (Conversion) value -> (Integer) value != 0 : parsed(from, to);
                    case DATE, TIME, TIMESTAMP, TIMESTAMPTZ -> toTime(from, to);
                    case UUID -> parsed(from, to);
                    default -> null;
                });
    }

    private static @org.jspecify.annotations.Nullable Conversion parsed(SqlType from, SqlType to) {
        if (from.kind() == Kind.BPCHAR) {
            return value -> to.read(Texts.stripBlanks((String) value));
        }
        return from.isText() ? value -> to.read((String) value) : null;
    }

    private static @org.jspecify.annotations.Nullable Conversion toText(SqlType from) {
        return switch (from.kind()) {
            case TEXT, VARCHAR -> value -> value;
            case BPCHAR -> value -> Texts.stripBlanks((String) value);
            case BOOLEAN -> Object::toString;
            case OTHER -> PRINTED_OTHERWISE.contains(from.name()) ? null : value -> value;
            default -> from::text;
        };
    }

    private static @org.jspecify.annotations.Nullable Conversion toInteger(SqlType from, SqlType to) {
        return switch (from.kind()) {
            case SMALLINT, INTEGER, BIGINT -> value -> integer(((Number) value).longValue(), to);
            case NUMERIC -> value -> integer(((Numeric) value).toInteger(least(to), -(least(to) + 1), to.name()), to);
            case REAL, DOUBLE ->
                value -> integer(Floats.toInteger(((Number) value).doubleValue(), (double) least(to), to.name()), to);
            case BOOLEAN -> to.kind() == Kind.INTEGER ? value -> (Boolean) value ? 1 : 0 : null;
            default -> parsed(from, to);
        };
    }

    private static Object integer(long value, SqlType type) {
        return switch (type.kind()) {
            case SMALLINT -> Integers.smallint(value);
            case INTEGER -> Integers.integer(value);
            default -> value;
        };
    }

    private static long least(SqlType type) {
        return switch (type.kind()) {
            case SMALLINT -> Short.MIN_VALUE;
            case INTEGER -> Integer.MIN_VALUE;
            default -> Long.MIN_VALUE;
        };
    }

    private static @org.jspecify.annotations.Nullable Conversion toNumeric(SqlType from) {
        return switch (from.kind()) {
            case SMALLINT, INTEGER, BIGINT -> value -> Numeric.of(((Number) value).longValue());
            case REAL -> value -> Floats.toNumeric((Float) value, 6);
            case DOUBLE -> value -> Floats.toNumeric((Double) value, 15);
            default -> parsed(from, SqlType.NUMERIC);
        };
    }

    private static @org.jspecify.annotations.Nullable Conversion toReal(SqlType from) {
        return switch (from.kind()) {
            case SMALLINT, INTEGER, BIGINT -> value -> (float) ((Number) value).longValue();
            case NUMERIC -> value -> Floats.readReal(value.toString());
            case DOUBLE -> value -> Floats.real((Double) value);
            default -> parsed(from, SqlType.REAL);
        };
    }

    private static @org.jspecify.annotations.Nullable Conversion toDouble(SqlType from) {
        return switch (from.kind()) {
            case SMALLINT, INTEGER, BIGINT -> value -> (double) ((Number) value).longValue();
            case NUMERIC -> value -> Floats.readDouble(value.toString());
            case REAL -> value -> ((Float) value).doubleValue();
            default -> parsed(from, SqlType.DOUBLE);
        };
    }

    private static @org.jspecify.annotations.Nullable Conversion toTime(SqlType from, SqlType to) {
        return switch (from.kind()) {
            case DATE -> to.is(Kind.TIMESTAMP, Kind.TIMESTAMPTZ) ? value -> Times.timestamp((Integer) value) : null;
            case TIMESTAMP, TIMESTAMPTZ ->
                switch (to.kind()) {
                    case DATE -> value -> Times.date((Long) value);
                    case TIME -> value -> Times.time((Long) value);
                    default -> value -> value;
                };
            default -> parsed(from, to);
        };
    }
}
