package dev.switchback.transforms.sql;

import java.util.HexFormat;
import java.util.Map;

import dev.switchback.transforms.postgres.Floats;
import dev.switchback.transforms.postgres.Integers;
import dev.switchback.transforms.postgres.Interval;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.ColumnType;

/**
 * A PostgreSQL type as an expression has it: without modifier, since only a cast applies one.
 *
 * @param name as the database prints it
 */
public record SqlType(Kind kind, String name) {

    /** The types whose values are understood; of any {@code OTHER} only the text is known. */
    public enum Kind {
        BOOLEAN,
        SMALLINT,
        INTEGER,
        BIGINT,
        NUMERIC,
        REAL,
        DOUBLE,
        TEXT,
        VARCHAR,
        BPCHAR,
        BYTEA,
        DATE,
        TIME,
        TIMESTAMP,
        TIMESTAMPTZ,
        INTERVAL,
        UUID,
        JSON,
        JSONB,
        OTHER,
        /** A string literal or NULL whose type its surroundings decide. */
        UNKNOWN
    }

    public static final SqlType BOOLEAN = new SqlType(Kind.BOOLEAN, "boolean");
    public static final SqlType SMALLINT = new SqlType(Kind.SMALLINT, "smallint");
    public static final SqlType INTEGER = new SqlType(Kind.INTEGER, "integer");
    public static final SqlType BIGINT = new SqlType(Kind.BIGINT, "bigint");
    public static final SqlType NUMERIC = new SqlType(Kind.NUMERIC, "numeric");
    public static final SqlType REAL = new SqlType(Kind.REAL, "real");
    public static final SqlType DOUBLE = new SqlType(Kind.DOUBLE, "double precision");
    public static final SqlType TEXT = new SqlType(Kind.TEXT, "text");
    public static final SqlType VARCHAR = new SqlType(Kind.VARCHAR, "character varying");
    public static final SqlType BPCHAR = new SqlType(Kind.BPCHAR, "character");
    public static final SqlType BYTEA = new SqlType(Kind.BYTEA, "bytea");
    public static final SqlType DATE = new SqlType(Kind.DATE, "date");
    public static final SqlType TIME = new SqlType(Kind.TIME, "time without time zone");
    public static final SqlType TIMESTAMP = new SqlType(Kind.TIMESTAMP, "timestamp without time zone");
    public static final SqlType TIMESTAMPTZ = new SqlType(Kind.TIMESTAMPTZ, "timestamp with time zone");
    public static final SqlType INTERVAL = new SqlType(Kind.INTERVAL, "interval");
    public static final SqlType UUID = new SqlType(Kind.UUID, "uuid");
    public static final SqlType JSON = new SqlType(Kind.JSON, "json");
    public static final SqlType JSONB = new SqlType(Kind.JSONB, "jsonb");
    public static final SqlType UNKNOWN = new SqlType(Kind.UNKNOWN, "unknown");

    private static final Map<String, SqlType> BY_NAME = Map.ofEntries(
            Map.entry("boolean", BOOLEAN),
            Map.entry("bool", BOOLEAN),
            Map.entry("smallint", SMALLINT),
            Map.entry("int2", SMALLINT),
            Map.entry("integer", INTEGER),
            Map.entry("int", INTEGER),
            Map.entry("int4", INTEGER),
            Map.entry("bigint", BIGINT),
            Map.entry("int8", BIGINT),
            Map.entry("numeric", NUMERIC),
            Map.entry("decimal", NUMERIC),
            Map.entry("real", REAL),
            Map.entry("float4", REAL),
            Map.entry("double precision", DOUBLE),
            Map.entry("double", DOUBLE),
            Map.entry("float8", DOUBLE),
            Map.entry("text", TEXT),
            Map.entry("character varying", VARCHAR),
            Map.entry("varchar", VARCHAR),
            Map.entry("bpchar", BPCHAR),
            Map.entry("character", BPCHAR),
            Map.entry("char", BPCHAR),
            Map.entry("bytea", BYTEA),
            Map.entry("date", DATE),
            Map.entry("time", TIME),
            Map.entry("time without time zone", TIME),
            Map.entry("timestamp", TIMESTAMP),
            Map.entry("timestamp without time zone", TIMESTAMP),
            Map.entry("timestamptz", TIMESTAMPTZ),
            Map.entry("timestamp with time zone", TIMESTAMPTZ),
            Map.entry("interval", INTERVAL),
            Map.entry("uuid", UUID),
            Map.entry("json", JSON),
            Map.entry("jsonb", JSONB));

    /** The type of a column; one that is not known here is {@code OTHER}. */
    public static SqlType of(ColumnType type) {
        return named(type.name());
    }

    public static SqlType named(String name) {
        SqlType known = BY_NAME.get(name);
        return known == null ? new SqlType(Kind.OTHER, name) : known;
    }

    public boolean is(Kind... kinds) {
        for (Kind each : kinds) {
            if (kind == each) {
                return true;
            }
        }
        return false;
    }

    public boolean isText() {
        return is(Kind.TEXT, Kind.VARCHAR, Kind.BPCHAR);
    }

    public boolean isWhole() {
        return is(Kind.SMALLINT, Kind.INTEGER, Kind.BIGINT);
    }

    public boolean isFloat() {
        return is(Kind.REAL, Kind.DOUBLE);
    }

    public boolean isNumber() {
        return isWhole() || isFloat() || kind == Kind.NUMERIC;
    }

    /** From a column's carrier to the form in which values are computed with. */
    Object decode(Object carried) {
        return switch (kind) {
            case NUMERIC -> Numeric.parse((String) carried);
            case DATE -> Times.readDate((String) carried);
            case TIME -> Times.readTime((String) carried);
            case TIMESTAMP -> Times.readTimestamp((String) carried, false);
            case TIMESTAMPTZ -> Times.readTimestamp((String) carried, true);
            case INTERVAL -> Interval.parse((String) carried);
            case OTHER -> carried.toString();
            default -> carried;
        };
    }

    /** From the form in which values are computed with to a column's carrier. */
    public Object encode(Object value, Carrier carrier) {
        return switch (carrier) {
            case TEXT -> text(value);
            case INT64 -> ((Number) value).longValue();
            case FLOAT64 -> ((Number) value).doubleValue();
            default -> value;
        };
    }

    /** What the type's output function prints. */
    public String text(Object value) {
        return switch (kind) {
            case BOOLEAN -> (Boolean) value ? "t" : "f";
            case REAL -> Floats.text((Float) value);
            case DOUBLE -> Floats.text((Double) value);
            case BYTEA -> "\\x" + HexFormat.of().formatHex((byte[]) value);
            case DATE -> Times.text((Integer) value);
            case TIME -> Times.timeText((Long) value);
            case TIMESTAMP -> Times.text((Long) value, false);
            case TIMESTAMPTZ -> Times.text((Long) value, true);
            default -> value.toString();
        };
    }

    /** Reads a literal's text as the type's input function would. */
    Object read(String text) {
        return switch (kind) {
            case BOOLEAN -> Inputs.bool(text);
            case SMALLINT -> (int) Integers.read(text, Short.MIN_VALUE, Short.MAX_VALUE, name);
            case INTEGER -> (int) Integers.read(text, Integer.MIN_VALUE, Integer.MAX_VALUE, name);
            case BIGINT -> Integers.read(text, Long.MIN_VALUE, Long.MAX_VALUE, name);
            case NUMERIC -> Numeric.read(text);
            case REAL -> Floats.readReal(text);
            case DOUBLE -> Floats.readDouble(text);
            case BYTEA -> Inputs.bytes(text);
            case DATE -> Times.readDate(text);
            case TIME -> Times.readTime(text);
            case TIMESTAMP -> Times.readTimestamp(text, false);
            case TIMESTAMPTZ -> Times.readTimestamp(text, true);
            case INTERVAL -> Interval.parse(text);
            case UUID -> Inputs.uuid(text);
            default -> text;
        };
    }

    @Override
    public String toString() {
        return name;
    }
}
