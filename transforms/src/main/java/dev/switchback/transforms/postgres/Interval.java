package dev.switchback.transforms.postgres;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's {@code interval}: months, days and microseconds, which are not converted into each other. */
public record Interval(int months, int days, long micros) implements Comparable<Interval> {

    private static final Pattern PRINTED = Pattern.compile("(?:([+-]?\\d+) years? ?)?(?:([+-]?\\d+) mons? ?)?"
            + "(?:([+-]?\\d+) days? ?)?(?:([+-]?)(\\d+):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?)?");
    private static final BigInteger MICROS_OF_DAY = BigInteger.valueOf(Times.DAY);

    /** Reads what the server prints with {@code IntervalStyle} postgres. */
    public static Interval parse(String text) {
        Matcher match = PRINTED.matcher(text);
        if (text.isEmpty() || !match.matches()) {
            throw new ValueException("cannot compute with the interval \"" + text + "\"");
        }
        try {
            long micros = 0;
            if (match.group(5) != null) {
                micros = Math.addExact(
                        Math.multiplyExact(
                                Math.multiplyExact(number(match.group(5)), 3600L)
                                        + number(match.group(6)) * 60
                                        + number(match.group(7)),
                                1_000_000L),
                        Times.fraction(match.group(8)));
                micros = "-".equals(match.group(4)) ? -micros : micros;
            }
            return new Interval(
                    Math.toIntExact(
                            Math.addExact(Math.multiplyExact(number(match.group(1)), 12L), number(match.group(2)))),
                    Math.toIntExact(number(match.group(3))),
                    micros);
        } catch (ArithmeticException | NumberFormatException e) {
            throw new ValueException("interval out of range: \"" + text + "\"");
        }
    }

    private static long number(@org.jspecify.annotations.Nullable String digits) {
        return digits == null ? 0 : Long.parseLong(digits);
    }

    public Interval add(Interval other) {
        try {
            return new Interval(
                    Math.addExact(months, other.months),
                    Math.addExact(days, other.days),
                    Math.addExact(micros, other.micros));
        } catch (ArithmeticException e) {
            throw new ValueException("interval out of range");
        }
    }

    public Interval negate() {
        try {
            return new Interval(Math.negateExact(months), Math.negateExact(days), Math.negateExact(micros));
        } catch (ArithmeticException e) {
            throw new ValueException("interval out of range");
        }
    }

    /** For order and equality a month has thirty days and a day twenty-four hours. */
    private BigInteger span() {
        return BigInteger.valueOf(months * 30L + days).multiply(MICROS_OF_DAY).add(BigInteger.valueOf(micros));
    }

    @Override
    public int compareTo(Interval other) {
        return span().compareTo(other.span());
    }

    /** As the server prints it with {@code IntervalStyle} postgres. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        boolean before = append(text, months / 12, "year", false);
        before = append(text, months % 12, "mon", before);
        before = append(text, days, "day", before);
        if (text.length() == 0 || micros != 0) {
            text.append(text.length() == 0 ? "" : " ");
            text.append(micros < 0 ? "-" : before ? "+" : "");
            long size = Math.abs(micros);
            Times.two(text, size / Times.HOUR).append(':');
            Times.two(text, size / Times.MINUTE % 60).append(':');
            Times.two(text, size / Times.SECOND % 60);
            Times.appendFraction(text, size % Times.SECOND);
        }
        return text.toString();
    }

    /** @return whether the next part, if positive, needs a plus sign */
    private static boolean append(StringBuilder text, int value, String unit, boolean before) {
        if (value == 0) {
            return before;
        }
        text.append(text.length() == 0 ? "" : " ").append(before && value > 0 ? "+" : "");
        text.append(value).append(' ').append(unit).append(value == 1 ? "" : "s");
        return value < 0;
    }
}
