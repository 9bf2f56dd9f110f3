package dev.switchback.transforms.postgres;

import java.util.regex.Pattern;

/** Whole numbers of two, four and eight bytes: what does not fit is an error, never a wrapped value. Stateless. */
public final class Integers {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?\\d{1,40}");

    private Integers() {}

    public static Integer smallint(long value) {
        return (int) within(value, Short.MIN_VALUE, Short.MAX_VALUE, "smallint");
    }

    public static Integer integer(long value) {
        return (int) within(value, Integer.MIN_VALUE, Integer.MAX_VALUE, "integer");
    }

    private static long within(long value, long least, long most, String type) {
        if (value < least || value > most) {
            throw new ValueException(type + " out of range");
        }
        return value;
    }

    public static Long add(long left, long right) {
        long sum = left + right;
        if (((left ^ sum) & (right ^ sum)) < 0) {
            throw outOfRange();
        }
        return sum;
    }

    public static Long subtract(long left, long right) {
        long difference = left - right;
        if (((left ^ right) & (left ^ difference)) < 0) {
            throw outOfRange();
        }
        return difference;
    }

    public static Long multiply(long left, long right) {
        try {
            return Math.multiplyExact(left, right);
        } catch (ArithmeticException e) {
            throw outOfRange();
        }
    }

    /** Towards zero. */
    public static Long divide(long left, long right) {
        requireDivisor(right);
        if (left == Long.MIN_VALUE && right == -1) {
            throw outOfRange();
        }
        return left / right;
    }

    /** Has the dividend's sign. */
    public static Long modulo(long left, long right) {
        requireDivisor(right);
        return right == -1 ? 0 : left % right;
    }

    public static Long negate(long value) {
        return subtract(0, value);
    }

    public static Long absolute(long value) {
        return value < 0 ? negate(value) : value;
    }

    /** Reads what a person may write, but for the digit separators and other bases of PostgreSQL 16. */
    public static long read(String text, long least, long most, String type) {
        String trimmed = Texts.trimSpace(text);
        if (!DECIMAL.matcher(trimmed).matches()) {
            throw new ValueException("invalid input syntax for type " + type + ": \"" + text + "\"");
        }
        try {
            return within(Long.parseLong(trimmed), least, most, type);
        } catch (NumberFormatException e) {
            throw new ValueException("value \"" + text + "\" is out of range for type " + type);
        }
    }

    private static void requireDivisor(long divisor) {
        if (divisor == 0) {
            throw new ValueException("division by zero");
        }
    }

    private static ValueException outOfRange() {
        return new ValueException("bigint out of range");
    }
}
