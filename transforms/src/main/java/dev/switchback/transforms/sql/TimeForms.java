package dev.switchback.transforms.sql;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIntervalQualifier;
import org.apache.calcite.sql.SqlNode;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.Floats;
import dev.switchback.transforms.postgres.Interval;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.TimeField;
import dev.switchback.transforms.postgres.TimeFormat;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.sql.Expression.Conversion;
import dev.switchback.transforms.sql.SqlType.Kind;

/** What takes a part of a date or time by the part's name. The session's time zone is UTC. */
final class TimeForms {

    private static final Set<String> UTC = Set.of("utc", "gmt", "etc/utc", "etc/gmt");
    private static final Set<TimeField> WITH_FRACTION =
            Set.of(TimeField.SECOND, TimeField.MILLISECONDS, TimeField.EPOCH);

    private final ExpressionBinder binder;

    TimeForms(ExpressionBinder binder) {
        this.binder = binder;
    }

    @Nullable Expression extract(SqlCall call) {
        Expression value = binder.bind(call.operand(1));
        SqlIntervalQualifier qualifier = call.operand(0);
        String name = qualifier.timeFrameName != null ? qualifier.timeFrameName : qualifier.timeUnitRange.name();
        TimeField field = field(call, name);
        Conversion extraction = value == null || field == null ? null : extraction(call, field, value.type());
        if (value == null || field == null || extraction == null) {
            return null;
        }
        Expression converted = value.converted(SqlType.NUMERIC, extraction);
        return respelled(converted, SqlType.NUMERIC, Spelling.of("EXTRACT(" + field + " FROM ", value.spelling(), ")"));
    }

    private static Expression respelled(Expression expression, SqlType type, Spelling spelling) {
        return new Expression(type, expression.evaluator(), expression.columns(), dialect -> {
            Spelling.requirePostgres(dialect, "what takes a part of a time");
            return spelling.in(dialect);
        });
    }

    private @Nullable TimeField field(SqlNode node, String name) {
        String singular = name.toUpperCase(Locale.ROOT);
        Optional<TimeField> field =
                TimeField.named(singular.endsWith("LLISECOND") || singular.endsWith("ROSECOND") ? name + "S" : name);
        if (field.isEmpty()) {
            binder.refuse(
                    node,
                    "The field " + name + " is not supported.",
                    "Supported are " + List.of(TimeField.values()).toString().toLowerCase(Locale.ROOT) + ".");
        }
        return field.orElse(null);
    }

    private @Nullable Conversion extraction(SqlNode node, TimeField field, SqlType type) {
        Conversion extraction =
                switch (type.kind()) {
                    case TIMESTAMP, TIMESTAMPTZ -> value -> field.ofTimestamp((Long) value);
                    case DATE -> field.isOfDates() ? value -> field.ofDate((Integer) value) : null;
                    case TIME -> field.isOfTimes() ? value -> field.ofTime((Long) value) : null;
                    case INTERVAL -> field.isOfIntervals() ? value -> field.ofInterval((Interval) value) : null;
                    default -> null;
                };
        if (extraction == null) {
            binder.refuse(node, "The field " + field + " of " + type + " is not supported.", "Cast to timestamp.");
        }
        return extraction;
    }

    /** As {@code EXTRACT}, in floating point: only of fields that are whole numbers. */
    @Nullable Expression datePart(SqlCall call) {
        Expression value = binder.bind(call.operand(1));
        TimeField field = constantField(call);
        if (value == null || field == null) {
            return null;
        }
        if (WITH_FRACTION.contains(field)) {
            return binder.refuse(
                    call, "DATE_PART of " + field + " is rounded on the way.", "Use EXTRACT, which is exact.");
        }
        boolean date = value.type().kind() == Kind.DATE;
        Conversion extraction = extraction(call, field, date ? SqlType.TIMESTAMP : value.type());
        if (extraction == null) {
            return null;
        }
        Expression moment = date ? Casts.coerce(value, SqlType.TIMESTAMP) : value;
        Expression converted = moment.converted(SqlType.DOUBLE, whole -> {
            @Nullable Numeric number = (Numeric) extraction.apply(whole);
            return number == null ? null : Floats.readDouble(number.toString());
        });
        return respelled(
                converted,
                SqlType.DOUBLE,
                Spelling.call("date_part", List.of(dialect -> dialect.string(lower(field)), value.spelling())));
    }

    private static String lower(TimeField field) {
        return field.name().toLowerCase(Locale.ROOT);
    }

    private @Nullable TimeField constantField(SqlCall call) {
        Expression name = binder.bind(call.operand(0));
        if (name == null) {
            return null;
        }
        if (!name.isUnknown() || !(name.constantValue() instanceof String text)) {
            binder.refuse(call, "The field is not a literal.", "Write it as one: 'month'.");
            return null;
        }
        return field(call, text);
    }

    @Nullable Expression dateTrunc(SqlCall call) {
        Expression value = call.operandCount() == 2 ? binder.bind(call.operand(1)) : null;
        TimeField field = constantField(call);
        if (value == null || field == null) {
            return call.operandCount() == 2 ? null : binder.refuse(call, "DATE_TRUNC takes a field and a timestamp.");
        }
        SqlType type = value.type().kind() == Kind.DATE ? SqlType.TIMESTAMPTZ : value.type();
        if (!field.truncates() || !type.is(Kind.TIMESTAMP, Kind.TIMESTAMPTZ)) {
            return binder.refuse(
                    call,
                    "DATE_TRUNC of " + field + " from " + value.type() + " is not supported.",
                    "Cast to timestamp.");
        }
        Expression converted = Casts.coerce(value, type).converted(type, whole -> field.truncate((Long) whole));
        return respelled(
                converted,
                type,
                Spelling.call("date_trunc", List.of(dialect -> dialect.string(lower(field)), value.spelling())));
    }

    @Nullable Expression toChar(SqlCall call) {
        List<Expression> both = binder.bindAll(call.getOperandList());
        if (both == null || both.size() != 2) {
            return both == null ? null : binder.refuse(call, "TO_CHAR takes a timestamp and a picture.");
        }
        Expression value = both.get(0);
        Expression picture = both.get(1);
        boolean literal = picture.isUnknown() && picture.constantValue() instanceof String;
        if (!literal || !value.type().is(Kind.DATE, Kind.TIMESTAMP, Kind.TIMESTAMPTZ)) {
            return binder.refuse(
                    call,
                    "TO_CHAR of " + value.type() + " is not supported.",
                    "It takes a date or timestamp and the literal of a picture.");
        }
        return binder.reading(call, () -> {
            TimeFormat format = TimeFormat.of(String.valueOf(picture.constantValue()));
            Expression converted = value.converted(
                    SqlType.TEXT,
                    moment -> format.format(
                            value.type().kind() == Kind.DATE ? Times.timestamp((Integer) moment) : (Long) moment));
            return respelled(
                    converted, SqlType.TEXT, Spelling.call("to_char", List.of(value.spelling(), picture.spelling())));
        });
    }

    /** Null for UTC, where readings and instants are one to one. */
    static @Nullable String zone(String name) {
        return UTC.contains(name.toLowerCase(Locale.ROOT)) ? null : name;
    }

    /** {@code AT TIME ZONE} under its function's name. */
    @Nullable Expression timezone(SqlCall call) {
        List<Expression> both = binder.bindAll(call.getOperandList());
        if (both == null || both.size() != 2) {
            return both == null ? null : binder.refuse(call, "TIMEZONE takes a zone and a timestamp.");
        }
        Expression zone = both.get(0);
        Expression value = both.get(1);
        if (!zone.isUnknown() || !(zone.constantValue() instanceof String name)) {
            return binder.refuse(call, "The time zone is not a literal.", "Write it as one: 'Europe/Berlin'.");
        }
        if (!value.type().is(Kind.TIMESTAMP, Kind.TIMESTAMPTZ)) {
            return binder.refuse(call, "TIMEZONE does not take " + value.type() + ".", "Cast it to timestamp.");
        }
        boolean toInstant = value.type().kind() == Kind.TIMESTAMP;
        SqlType other = toInstant ? SqlType.TIMESTAMPTZ : SqlType.TIMESTAMP;
        Spelling spelling = Spelling.call("timezone", List.of(zone.spelling(), value.spelling()));
        if (zone(name) == null) {
            return respelled(value, other, spelling);
        }
        TimeZones.Found found = binder.zones().find(name);
        if (found instanceof TimeZones.Refused refused) {
            return binder.refuse(call, refused.what(), refused.remedy());
        }
        Zone clocks = ((TimeZones.Known) found).zone();
        return respelled(
                value.converted(other, time -> toInstant ? clocks.instant((Long) time) : clocks.reading((Long) time)),
                other,
                spelling);
    }
}
