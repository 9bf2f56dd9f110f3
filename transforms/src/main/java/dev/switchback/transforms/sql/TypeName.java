package dev.switchback.transforms.sql;

import java.util.Locale;
import java.util.Optional;

import org.apache.calcite.sql.SqlBasicTypeNameSpec;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlTypeNameSpec;
import org.apache.calcite.sql.SqlUserDefinedTypeNameSpec;

import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.sql.Expression.Conversion;

/**
 * A type as a cast names it.
 *
 * @param precision the first number in parentheses, -1 for none
 * @param scale the second, -1 for none
 */
record TypeName(SqlType type, int precision, int scale) {

    /** Empty for a type that no cast here leads to. */
    static Optional<TypeName> of(SqlDataTypeSpec declared) {
        SqlTypeNameSpec spec = declared.getTypeNameSpec();
        String name = spec.getTypeName().toString().toLowerCase(Locale.ROOT);
        if (spec instanceof SqlUserDefinedTypeNameSpec) {
            return known(name, -1, -1);
        }
        if (spec.getClass() != SqlBasicTypeNameSpec.class
                || declared.getTypeNameSpec().getTypeName().names.size() > 1) {
            return Optional.empty();
        }
        SqlBasicTypeNameSpec basic = (SqlBasicTypeNameSpec) spec;
        return switch (name) {
            case "float" -> basic.getPrecision() < 0 ? known("double", -1, -1) : Optional.empty();
            case "timestamp_tz" -> known("timestamptz", basic.getPrecision(), -1);
            case "char" -> known("char", Math.max(1, basic.getPrecision()), -1);
            default -> known(name, basic.getPrecision(), basic.getScale());
        };
    }

    /** Whether a cast can name the type: the grammar knows intervals with fields only. */
    static boolean isCastTo(SqlType type) {
        return !type.is(
                SqlType.Kind.OTHER, SqlType.Kind.JSON, SqlType.Kind.JSONB, SqlType.Kind.INTERVAL, SqlType.Kind.UNKNOWN);
    }

    private static Optional<TypeName> known(String name, int precision, int scale) {
        SqlType type = SqlType.named(name);
        TypeName result = new TypeName(type, precision, scale);
        boolean modifierKnown = precision < 0
                || type.is(
                        SqlType.Kind.NUMERIC,
                        SqlType.Kind.VARCHAR,
                        SqlType.Kind.BPCHAR,
                        SqlType.Kind.TIMESTAMP,
                        SqlType.Kind.TIMESTAMPTZ);
        return type.kind() == SqlType.Kind.OTHER || !modifierKnown ? Optional.empty() : Optional.of(result);
    }

    /** What the modifier does to a value of the type. */
    Conversion fit() {
        if (precision < 0) {
            return value -> value;
        }
        return switch (type.kind()) {
            case NUMERIC -> value -> ((Numeric) value).fit(precision, Math.max(0, scale));
            case VARCHAR -> value -> Texts.cut((String) value, precision);
            case BPCHAR -> value -> Texts.cutAndPad((String) value, precision);
            default -> value -> Times.round((Long) value, precision);
        };
    }

    Spelling spelling() {
        return dialect -> {
            Spelling.requirePostgres(dialect, "a cast to " + type);
            if (precision < 0) {
                return type.kind() == SqlType.Kind.BPCHAR ? "bpchar" : type.name();
            }
            String numbers = "(" + precision + (scale < 0 ? "" : "," + scale) + ")";
            return type.is(SqlType.Kind.TIMESTAMP, SqlType.Kind.TIMESTAMPTZ)
                    ? "timestamp" + numbers + type.name().substring("timestamp".length())
                    : type.name() + numbers;
        };
    }
}
