package dev.switchback.transforms.sql;

import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

import dev.switchback.transforms.postgres.Floats;
import dev.switchback.transforms.postgres.Interval;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.sql.SqlType.Kind;

/** Which types can be compared, as which type, and how. Stateless. */
final class Comparisons {

    private Comparisons() {}

    /** The type as which two are compared; empty where they cannot be. */
    static Optional<SqlType> type(SqlType left, SqlType right) {
        if (left.kind() == Kind.UNKNOWN || right.kind() == Kind.UNKNOWN) {
            SqlType known = left.kind() == Kind.UNKNOWN ? right : left;
            return Optional.of(known.is(Kind.UNKNOWN, Kind.VARCHAR) ? SqlType.TEXT : known);
        }
        if (left.isText() && right.isText()) {
            boolean blankPadded = left.kind() == Kind.BPCHAR || right.kind() == Kind.BPCHAR;
            boolean anyText = left.kind() == Kind.TEXT || right.kind() == Kind.TEXT;
            return Optional.of(blankPadded && !anyText ? SqlType.BPCHAR : SqlType.TEXT);
        }
        if (left.isNumber() && right.isNumber()) {
            SqlType wider = left.kind().compareTo(right.kind()) >= 0 ? left : right;
            return Optional.of(wider.kind() == Kind.REAL && !left.equals(right) ? SqlType.DOUBLE : wider);
        }
        return Casts.isImplicit(left, right)
                ? Optional.of(right)
                : Casts.isImplicit(right, left) ? Optional.of(left) : Optional.empty();
    }

    /** Dates that are later than any timestamp are not an error here. */
    static Expression coerce(Expression expression, SqlType type) {
        return expression.type().kind() == Kind.DATE && type.is(Kind.TIMESTAMP, Kind.TIMESTAMPTZ)
                ? expression.converted(type, date -> Times.comparable((Integer) date))
                : Casts.coerce(expression, type);
    }

    /** Whether equal values are known to be so by what we hold of them. */
    static boolean hasEquality(SqlType type) {
        return !type.is(Kind.JSON, Kind.JSONB, Kind.OTHER, Kind.UNKNOWN);
    }

    /** Whether smaller and greater do not depend on the database's collation. */
    static boolean hasOrder(SqlType type) {
        return hasEquality(type) && !type.isText();
    }

    /** Of texts only equality means anything. */
    static Comparator<Object> comparator(SqlType type) {
        return switch (type.kind()) {
            case BOOLEAN -> (a, b) -> Boolean.compare((Boolean) a, (Boolean) b);
            case SMALLINT, INTEGER, DATE -> (a, b) -> Integer.compare((Integer) a, (Integer) b);
            case BIGINT, TIME, TIMESTAMP, TIMESTAMPTZ -> (a, b) -> Long.compare((Long) a, (Long) b);
            case NUMERIC -> (a, b) -> ((Numeric) a).compareTo((Numeric) b);
            case REAL -> (a, b) -> Floats.compare((Float) a, (Float) b);
            case DOUBLE -> (a, b) -> Floats.compare((Double) a, (Double) b);
            case BYTEA -> (a, b) -> Arrays.compareUnsigned((byte[]) a, (byte[]) b);
            case INTERVAL -> (a, b) -> ((Interval) a).compareTo((Interval) b);
            case BPCHAR -> (a, b) -> Texts.stripBlanks((String) a).compareTo(Texts.stripBlanks((String) b));
            default -> (a, b) -> ((String) a).compareTo((String) b);
        };
    }
}
