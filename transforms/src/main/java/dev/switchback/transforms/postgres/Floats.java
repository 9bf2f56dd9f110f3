package dev.switchback.transforms.postgres;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * {@code real} and {@code double precision}: overflow and underflow are errors, NaN equals itself and is the greatest, and
 * the text is the shortest that reads back. Rules as in {@code float.c} and {@code common/d2s.c}. Stateless.
 */
public final class Floats {

    private static final Pattern DECIMAL = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,6})?");
    private static final BigDecimal TWO = BigDecimal.valueOf(2);

    private Floats() {}

    public static Double add(double left, double right) {
        return bounded(left + right, left, right);
    }

    public static Double subtract(double left, double right) {
        return bounded(left - right, left, right);
    }

    public static Double multiply(double left, double right) {
        return notVanished(bounded(left * right, left, right), left != 0 && right != 0);
    }

    public static Double divide(double left, double right) {
        if (right == 0 && !Double.isNaN(left)) {
            throw new ValueException("division by zero");
        }
        return notVanished(bounded(left / right, left, right), left != 0 && !Double.isInfinite(right));
    }

    /** The result of a double operation on two reals: float arithmetic gives the same, rounded once. */
    public static Float real(double value) {
        float narrow = (float) value;
        if (Float.isInfinite(narrow) && !Double.isInfinite(value)) {
            throw new ValueException("value out of range: overflow");
        }
        if (narrow == 0 && value != 0) {
            throw new ValueException("value out of range: underflow");
        }
        return narrow;
    }

    private static double bounded(double result, double left, double right) {
        if (Double.isInfinite(result) && !Double.isInfinite(left) && !Double.isInfinite(right)) {
            throw new ValueException("value out of range: overflow");
        }
        return result;
    }

    private static Double notVanished(double result, boolean operandsNotZero) {
        if (result == 0 && operandsNotZero) {
            throw new ValueException("value out of range: underflow");
        }
        return result;
    }

    public static Double squareRoot(double value) {
        if (value < 0) {
            throw new ValueException("cannot take square root of a negative number");
        }
        return Math.sqrt(value);
    }

    public static Double truncate(double value) {
        return value < 0 ? Math.ceil(value) : Math.floor(value);
    }

    public static Double signum(double value) {
        return value > 0 ? 1.0 : value < 0 ? -1.0 : 0.0;
    }

    /** 0 and -0 are equal, NaN equals NaN. */
    public static int compare(double left, double right) {
        return left == right ? 0 : Double.compare(left, right);
    }

    /** The nearest whole number, halves to the even one. */
    public static long toInteger(double value, double least, String type) {
        double whole = Math.rint(value);
        if (!(whole >= least && whole < -least)) {
            throw new ValueException(type + " out of range");
        }
        return (long) whole;
    }

    /** Fifteen significant digits of a double, six of a real. */
    public static Numeric toNumeric(double value, int digits) {
        if (Double.isNaN(value)) {
            return Numeric.NAN;
        }
        if (Double.isInfinite(value)) {
            return value > 0 ? Numeric.INFINITY : Numeric.NEGATIVE_INFINITY;
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits, RoundingMode.HALF_EVEN));
        return Numeric.of(rounded.signum() == 0 ? BigDecimal.ZERO : rounded.stripTrailingZeros());
    }

    public static double readDouble(String text) {
        String trimmed = Texts.trimSpace(text);
        if (!DECIMAL.matcher(trimmed).matches()) {
            return special(trimmed, text, "double precision");
        }
        double value = Double.parseDouble(trimmed);
        requireInRange(Double.isInfinite(value), value == 0, trimmed, "double precision");
        return value;
    }

    public static float readReal(String text) {
        String trimmed = Texts.trimSpace(text);
        if (!DECIMAL.matcher(trimmed).matches()) {
            return (float) special(trimmed, text, "real");
        }
        float value = Float.parseFloat(trimmed);
        requireInRange(Float.isInfinite(value), value == 0, trimmed, "real");
        return value;
    }

    private static void requireInRange(boolean infinite, boolean zero, String text, String type) {
        boolean vanished = zero && new BigDecimal(text).signum() != 0;
        if (infinite || vanished) {
            throw new ValueException("\"" + text + "\" is out of range for type " + type);
        }
    }

    private static double special(String trimmed, String text, String type) {
        return switch (trimmed.toLowerCase(Locale.ROOT)) {
            case "nan" -> Double.NaN;
            case "inf", "+inf", "infinity", "+infinity" -> Double.POSITIVE_INFINITY;
            case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
            default -> throw new ValueException("invalid input syntax for type " + type + ": \"" + text + "\"");
        };
    }

    /** As the server prints it with {@code extra_float_digits} above 0. */
    public static String text(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return withoutDigits(value);
        }
        double magnitude = Math.abs(value);
        BigDecimal exact = new BigDecimal(magnitude);
        BigDecimal above = magnitude == Double.MAX_VALUE
                ? exact.add(new BigDecimal(Math.ulp(magnitude)))
                : new BigDecimal(Math.nextUp(magnitude));
        BigDecimal digits = shortest(new BigDecimal(Math.nextDown(magnitude)), exact, above, 17);
        return (value < 0 ? "-" : "") + layOut(digits, 15);
    }

    public static String text(float value) {
        if (value == 0 || Float.isNaN(value) || Float.isInfinite(value)) {
            return withoutDigits(value);
        }
        float magnitude = Math.abs(value);
        BigDecimal exact = new BigDecimal(magnitude);
        BigDecimal above = magnitude == Float.MAX_VALUE
                ? exact.add(new BigDecimal(Math.ulp(magnitude)))
                : new BigDecimal(Math.nextUp(magnitude));
        BigDecimal digits = shortest(new BigDecimal(Math.nextDown(magnitude)), exact, above, 9);
        return (value < 0 ? "-" : "") + layOut(digits, 6);
    }

    private static String withoutDigits(double value) {
        return value == 0
                ? (1 / value < 0 ? "-0" : "0")
                : Double.isNaN(value) ? "NaN" : value > 0 ? "Infinity" : "-Infinity";
    }

    /** The decimal of fewest digits that lies nearer to a number than to its neighbours; of several, the nearest. */
    private static BigDecimal shortest(BigDecimal below, BigDecimal exact, BigDecimal above, int most) {
        BigDecimal least = below.add(exact).divide(TWO);
        BigDecimal greatest = exact.add(above).divide(TWO);
        for (int digits = 1; digits < most; digits++) {
            BigDecimal down = exact.round(new MathContext(digits, RoundingMode.DOWN));
            BigDecimal up = exact.round(new MathContext(digits, RoundingMode.UP));
            boolean downFits = down.compareTo(least) > 0;
            boolean upFits = up.compareTo(greatest) < 0;
            if (downFits && upFits) {
                return exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
            }
            if (downFits || upFits) {
                return downFits ? down : up;
            }
        }
        return exact.round(new MathContext(most, RoundingMode.HALF_EVEN));
    }

    /** With an exponent where the first digit stands further in front of the point than this, or five behind it. */
    private static String layOut(BigDecimal number, int plainBelow) {
        BigDecimal digits = number.stripTrailingZeros();
        int exponent = digits.precision() - 1 - digits.scale();
        if (exponent >= -4 && exponent < plainBelow) {
            return digits.toPlainString();
        }
        String all = digits.unscaledValue().toString();
        String sign = exponent < 0 ? "-" : "+";
        int size = Math.abs(exponent);
        return all.charAt(0) + (all.length() > 1 ? "." + all.substring(1) : "") + "e" + sign + (size < 10 ? "0" : "")
                + size;
    }
}
