package dev.switchback.transforms.postgres;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * PostgreSQL's {@code numeric}: a decimal whose scale is how many digits behind the point are shown, or NaN, or an
 * infinity. Rules as in {@code src/backend/utils/adt/numeric.c} of PostgreSQL 14 to 17. Immutable.
 */
public final class Numeric implements Comparable<Numeric> {

    public static final Numeric NAN = new Numeric(null, 2);
    public static final Numeric INFINITY = new Numeric(null, 1);
    public static final Numeric NEGATIVE_INFINITY = new Numeric(null, -1);
    public static final Numeric ZERO = new Numeric(BigDecimal.ZERO, 0);

    private static final int MAX_SCALE = 16_383;
    private static final int MAX_DIGITS = 131_072;
    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,6})?");

    private final @Nullable BigDecimal value;

    /** Where there is no value: 2 for NaN, else the infinity's sign. This is also their order. */
    private final int special;

    private Numeric(@Nullable BigDecimal value, int special) {
        this.value = value;
        this.special = special;
    }

    public static Numeric of(BigDecimal value) {
        BigDecimal shown = value.scale() < 0 ? value.setScale(0) : value;
        if (shown.scale() > MAX_SCALE || shown.precision() - shown.scale() > MAX_DIGITS) {
            throw new ValueException("value overflows numeric format");
        }
        return new Numeric(shown, 0);
    }

    public static Numeric of(long value) {
        return new Numeric(BigDecimal.valueOf(value), 0);
    }

    /** A count of units of the scale: {@code of(1500, 3)} is 1.500. */
    public static Numeric of(long units, int scale) {
        return new Numeric(BigDecimal.valueOf(units, scale), 0);
    }

    /** Reads what the server prints. */
    public static Numeric parse(String text) {
        char first = text.charAt(text.charAt(0) == '-' ? 1 : 0);
        return first >= '0' && first <= '9' ? new Numeric(new BigDecimal(text), 0) : read(text);
    }

    /** Reads what a person may write, but for the digit separators and other bases of PostgreSQL 16. */
    public static Numeric read(String text) {
        String trimmed = Texts.trimSpace(text);
        if (DECIMAL.matcher(trimmed).matches()) {
            return of(new BigDecimal(trimmed));
        }
        return switch (trimmed.toLowerCase(Locale.ROOT)) {
            case "nan" -> NAN;
            case "inf", "+inf", "infinity", "+infinity" -> INFINITY;
            case "-inf", "-infinity" -> NEGATIVE_INFINITY;
            default -> throw new ValueException("invalid input syntax for type numeric: \"" + text + "\"");
        };
    }

    public boolean isFinite() {
        return value != null;
    }

    /** @throws ValueException for NaN and the infinities */
    public BigDecimal finite() {
        if (value == null) {
            throw new ValueException("cannot convert " + this + " to an integer");
        }
        return value;
    }

    public Numeric add(Numeric other) {
        if (value != null && other.value != null) {
            return of(value.add(other.value));
        }
        boolean opposite = value == null && other.value == null && special != other.special;
        return isNan() || other.isNan() || opposite ? NAN : value == null ? this : other;
    }

    public Numeric subtract(Numeric other) {
        return add(other.negate());
    }

    public Numeric multiply(Numeric other) {
        if (value != null && other.value != null) {
            return of(value.multiply(other.value));
        }
        return isNan() || other.isNan() ? NAN : infinity(sign() * other.sign());
    }

    public Numeric divide(Numeric other) {
        if (isNan() || other.isNan()) {
            return NAN;
        }
        if (other.value == null) {
            return value == null ? NAN : ZERO;
        }
        if (other.sign() == 0) {
            throw new ValueException("division by zero");
        }
        return value == null
                ? infinity(special * other.sign())
                : of(value.divide(other.value, divisionScale(value, other.value), RoundingMode.HALF_UP));
    }

    /** The rest of the division that rounds towards zero; it has the dividend's sign. */
    public Numeric modulo(Numeric other) {
        if (isNan() || other.isNan()) {
            return NAN;
        }
        if (other.sign() == 0) {
            throw new ValueException("division by zero");
        }
        if (value == null) {
            return NAN;
        }
        return other.value == null
                ? this
                : of(value.remainder(other.value).setScale(Math.max(value.scale(), other.value.scale())));
    }

    /** The whole part of the division, rounded towards zero. */
    public Numeric quotient(Numeric other) {
        return value == null || other.value == null || other.sign() == 0
                ? divide(other)
                : of(value.divideToIntegralValue(other.value).setScale(0));
    }

    public Numeric negate() {
        return value != null ? new Numeric(value.negate(), 0) : isNan() ? NAN : infinity(-special);
    }

    public Numeric absolute() {
        return sign() < 0 && !isNan() ? negate() : this;
    }

    public Numeric signum() {
        return isNan() ? NAN : of(sign());
    }

    public Numeric ceiling() {
        return scaled(0, RoundingMode.CEILING);
    }

    public Numeric floor() {
        return scaled(0, RoundingMode.FLOOR);
    }

    /**
     * Halves away from zero; a negative number of digits rounds in front of the point.
     *
     * @throws ValueException past 2000 digits, where PostgreSQL's versions differ
     */
    public Numeric round(int digits) {
        return scaled(digits, RoundingMode.HALF_UP);
    }

    public Numeric truncate(int digits) {
        return scaled(digits, RoundingMode.DOWN);
    }

    private Numeric scaled(int digits, RoundingMode mode) {
        if (Math.abs((long) digits) > 2_000) {
            throw new ValueException("what " + digits + " digits are rounded to depends on the server's version");
        }
        return value == null ? this : of(value.setScale(digits, mode));
    }

    /** As assigned to {@code numeric(precision, scale)}. */
    public Numeric fit(int precision, int scale) {
        if (value == null) {
            if (!isNan()) {
                throw new ValueException("numeric field overflow: numeric(" + precision + "," + scale
                        + ") cannot hold an infinite value");
            }
            return this;
        }
        BigDecimal rounded = value.setScale(scale, RoundingMode.HALF_UP);
        if (rounded.signum() != 0 && rounded.precision() > precision) {
            throw new ValueException(
                    "numeric field overflow: " + this + " does not fit numeric(" + precision + "," + scale + ")");
        }
        return of(rounded);
    }

    /** The nearest whole number, halves away from zero. */
    public long toInteger(long least, long most, String type) {
        BigInteger whole = finite().setScale(0, RoundingMode.HALF_UP).toBigInteger();
        if (whole.bitLength() > 63 || whole.longValue() < least || whole.longValue() > most) {
            throw new ValueException(type + " out of range: " + this);
        }
        return whole.longValue();
    }

    /** Enough digits for sixteen significant ones, by an estimate in steps of four digits. */
    private static int divisionScale(BigDecimal dividend, BigDecimal divisor) {
        int weight = weight(dividend) - weight(divisor);
        if (firstDigit(dividend) <= firstDigit(divisor)) {
            weight--;
        }
        int scale = Math.max(16 - weight * 4, Math.max(dividend.scale(), divisor.scale()));
        return Math.min(Math.max(scale, 0), 1_000);
    }

    /** The exponent, to the base 10000, of the first digit to that base. */
    private static int weight(BigDecimal number) {
        return number.signum() == 0 ? 0 : Math.floorDiv(number.precision() - 1 - number.scale(), 4);
    }

    private static int firstDigit(BigDecimal number) {
        return number.signum() == 0
                ? 0
                : number.abs()
                        .scaleByPowerOfTen(-4 * weight(number))
                        .setScale(0, RoundingMode.DOWN)
                        .intValue();
    }

    private boolean isNan() {
        return special == 2;
    }

    /** Of NaN, 1. */
    private int sign() {
        return value != null ? value.signum() : Integer.signum(special);
    }

    private static Numeric infinity(int sign) {
        return sign == 0 ? NAN : sign > 0 ? INFINITY : NEGATIVE_INFINITY;
    }

    /** NaN is equal to itself and greater than everything else; 1.0 equals 1.00. */
    @Override
    public int compareTo(Numeric other) {
        return value != null && other.value != null
                ? value.compareTo(other.value)
                : Integer.compare(special, other.special);
    }

    /** As SQL's {@code =}. */
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Numeric numeric && compareTo(numeric) == 0;
    }

    @Override
    public int hashCode() {
        return value == null ? special : value.stripTrailingZeros().hashCode();
    }

    /** As the server prints it. */
    @Override
    public String toString() {
        return value != null ? value.toPlainString() : isNan() ? "NaN" : special > 0 ? "Infinity" : "-Infinity";
    }
}
