package dev.switchback.transforms.postgres;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Dates, times of day and timestamps in the proleptic Gregorian calendar, to the microsecond, with the session's time
 * zone UTC. A date is days since 2000-01-01, a timestamp microseconds since its midnight. Stateless.
 */
public final class Times {

    public static final long SECOND = 1_000_000;
    public static final long MINUTE = 60 * SECOND;
    public static final long HOUR = 60 * MINUTE;
    public static final long DAY = 24 * HOUR;

    static final int DATE_INFINITY = Integer.MAX_VALUE;
    static final int DATE_MINUS_INFINITY = Integer.MIN_VALUE;
    static final long INFINITY = Long.MAX_VALUE;
    static final long MINUS_INFINITY = Long.MIN_VALUE;

    private static final int DAYS_FROM_1970 = 10_957;
    private static final int FIRST_DATE = -2_451_545;
    private static final int LAST_DATE = 2_145_031_948;
    private static final long FIRST_TIMESTAMP = FIRST_DATE * DAY;
    private static final long END_TIMESTAMP = 9_223_371_331_200_000_000L;

    private static final Pattern DATE = Pattern.compile("(\\d{4,7})-(\\d\\d)-(\\d\\d)( BC)?");
    private static final Pattern TIMESTAMP =
            Pattern.compile("(\\d{4,6})-(\\d\\d)-(\\d\\d)[ T](\\d\\d):(\\d\\d):(\\d\\d)"
                    + "(?:\\.(\\d{1,6}))?(Z|[+-]\\d\\d(?::?\\d\\d)?)?( BC)?");
    private static final Pattern TIME = Pattern.compile("(\\d\\d):(\\d\\d):(\\d\\d)(?:\\.(\\d{1,6}))?");

    private Times() {}

    /** Days since 2000-01-01. The year 0 is 1 BC. */
    static long days(long year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468 - DAYS_FROM_1970;
    }

    static int daysInMonth(long year, int month) {
        return (int) (month == 12 ? 31 : days(year, month + 1, 1) - days(year, month, 1));
    }

    /** Reads what the server prints, and nothing else: its reader of dates takes much more. */
    public static Integer readDate(String text) {
        String trimmed = Texts.trimSpace(text);
        Matcher match = DATE.matcher(trimmed);
        if (match.matches()) {
            return date(days(match, match.group(4), text), text);
        }
        return switch (trimmed.toLowerCase(Locale.ROOT)) {
            case "infinity" -> DATE_INFINITY;
            case "-infinity" -> DATE_MINUS_INFINITY;
            default -> throw unreadable("date", text);
        };
    }

    private static long days(Matcher match, @Nullable String bc, String text) {
        int year = Integer.parseInt(match.group(1));
        int month = Integer.parseInt(match.group(2));
        int day = Integer.parseInt(match.group(3));
        long proleptic = bc == null ? year : 1 - year;
        if (year == 0 || month < 1 || month > 12 || day < 1 || day > daysInMonth(proleptic, month)) {
            throw new ValueException("date/time field value out of range: \"" + text + "\"");
        }
        return days(proleptic, month, day);
    }

    private static int date(long days, String what) {
        if (days < FIRST_DATE || days > LAST_DATE) {
            throw new ValueException("date out of range: " + what);
        }
        return (int) days;
    }

    /** Of a timestamp with or without zone; a missing zone is UTC. A zone is ignored where there is none to be. */
    public static Long readTimestamp(String text, boolean zoned) {
        long printed = PrintedTime.read(text);
        if (printed != PrintedTime.OTHER) {
            return printed;
        }
        String trimmed = Texts.trimSpace(text);
        Matcher match = TIMESTAMP.matcher(trimmed);
        if (match.matches()) {
            long time = timeOfDay(match, 4, text);
            long offset = zoned && match.group(8) != null ? offset(match.group(8), text) : 0;
            return timestamp(days(match, match.group(9), text), time - offset, text);
        }
        return switch (trimmed.toLowerCase(Locale.ROOT)) {
            case "infinity" -> INFINITY;
            case "-infinity" -> MINUS_INFINITY;
            default -> {
                if (!DATE.matcher(trimmed).matches()) {
                    throw unreadable("timestamp", text);
                }
                yield timestamp(readDate(trimmed));
            }
        };
    }

    private static long offset(String zone, String text) {
        if (zone.equals("Z")) {
            return 0;
        }
        String digits = zone.substring(1).replace(":", "");
        long minutes = Integer.parseInt(digits.substring(0, 2)) * 60L
                + (digits.length() > 2 ? Integer.parseInt(digits.substring(2)) : 0);
        if (minutes >= 16 * 60 || (digits.length() > 2 && Integer.parseInt(digits.substring(2)) > 59)) {
            throw unreadable("timestamp", text);
        }
        return (zone.charAt(0) == '-' ? -minutes : minutes) * MINUTE;
    }

    private static long timeOfDay(Matcher match, int group, String text) {
        int hour = Integer.parseInt(match.group(group));
        int minute = Integer.parseInt(match.group(group + 1));
        int second = Integer.parseInt(match.group(group + 2));
        long micros = hour * HOUR + minute * MINUTE + second * SECOND + fraction(match.group(group + 3));
        if (minute > 59 || second > 60 || micros > DAY) {
            throw new ValueException("date/time field value out of range: \"" + text + "\"");
        }
        return micros;
    }

    /** Up to six digits behind a point, in microseconds. */
    static long fraction(@Nullable String digits) {
        return digits == null ? 0 : Long.parseLong((digits + "000000").substring(0, 6));
    }

    public static Long readTime(String text) {
        Matcher match = TIME.matcher(Texts.trimSpace(text));
        if (!match.matches()) {
            throw unreadable("time", text);
        }
        return timeOfDay(match, 1, text);
    }

    private static ValueException unreadable(String type, String text) {
        return new ValueException("\"" + text + "\" is not a " + type + " in the form that PostgreSQL prints");
    }

    public static Long timestamp(int date) {
        if (date == DATE_INFINITY || date == DATE_MINUS_INFINITY) {
            return date == DATE_INFINITY ? INFINITY : MINUS_INFINITY;
        }
        return timestamp(date, 0, text(date));
    }

    /** As {@link #timestamp(int)}, but a date that is later than any timestamp stands before infinity. */
    public static Long comparable(int date) {
        return isFinite(date) && date >= END_TIMESTAMP / DAY ? Long.valueOf(INFINITY - 1) : timestamp(date);
    }

    private static long timestamp(long days, long micros, String what) {
        if (Math.abs(days) > END_TIMESTAMP / DAY + 1) {
            throw new ValueException("timestamp out of range: " + what);
        }
        long whole = days > 0 ? (days - 1) * DAY : days * DAY;
        long rest = micros + (days > 0 ? DAY : 0);
        return inRange(Integers.add(whole, rest));
    }

    static long inRange(long timestamp) {
        if (timestamp < FIRST_TIMESTAMP || timestamp >= END_TIMESTAMP) {
            throw new ValueException("timestamp out of range");
        }
        return timestamp;
    }

    static boolean isFinite(long timestamp) {
        return timestamp != INFINITY && timestamp != MINUS_INFINITY;
    }

    static boolean isFinite(int date) {
        return date != DATE_INFINITY && date != DATE_MINUS_INFINITY;
    }

    /** The date part of a timestamp. */
    public static Integer date(long timestamp) {
        return isFinite(timestamp)
                ? Integer.valueOf((int) Math.floorDiv(timestamp, DAY))
                : Integer.valueOf(timestamp > 0 ? DATE_INFINITY : DATE_MINUS_INFINITY);
    }

    /** The time of day of a timestamp; an infinite one has none. */
    public static @Nullable Long time(long timestamp) {
        return isFinite(timestamp) ? Long.valueOf(Math.floorMod(timestamp, DAY)) : null;
    }

    /** As assigned to {@code timestamp(digits)}: halves away from 2000-01-01. */
    public static Long round(long timestamp, int digits) {
        if (!isFinite(timestamp) || digits >= 6) {
            return timestamp;
        }
        long unit = (long) Math.pow(10, 6.0 - digits);
        long half = unit / 2;
        return timestamp >= 0 ? (timestamp + half) / unit * unit : -((-timestamp + half) / unit * unit);
    }

    public static String text(int date) {
        return isFinite(date) ? dated(new StringBuilder(), date).toString() : date > 0 ? "infinity" : "-infinity";
    }

    private static StringBuilder dated(StringBuilder text, long days) {
        Civil civil = Civil.of(days);
        appendDate(text, civil);
        return civil.year() > 0 ? text : text.append(" BC");
    }

    private static void appendDate(StringBuilder text, Civil civil) {
        long year = civil.year() > 0 ? civil.year() : 1 - civil.year();
        text.append(year < 1000 ? year < 100 ? year < 10 ? "000" : "00" : "0" : "")
                .append(year);
        two(text.append('-'), civil.month());
        two(text.append('-'), civil.day());
    }

    public static String text(long timestamp, boolean zoned) {
        if (!isFinite(timestamp)) {
            return timestamp > 0 ? "infinity" : "-infinity";
        }
        Civil civil = Civil.of(Math.floorDiv(timestamp, DAY));
        StringBuilder text = new StringBuilder(32);
        appendDate(text, civil);
        appendTime(text.append(' '), Math.floorMod(timestamp, DAY));
        return text.append(zoned ? "+00" : "")
                .append(civil.year() > 0 ? "" : " BC")
                .toString();
    }

    public static String timeText(long time) {
        StringBuilder text = new StringBuilder(15);
        appendTime(text, time);
        return text.toString();
    }

    private static void appendTime(StringBuilder text, long time) {
        two(text, time / HOUR).append(':');
        two(text, time / MINUTE % 60).append(':');
        two(text, time / SECOND % 60);
        appendFraction(text, time % SECOND);
    }

    static StringBuilder two(StringBuilder text, long number) {
        return text.append(number < 10 ? "0" : "").append(number);
    }

    /** Microseconds behind a point, without zeros at the end. */
    static void appendFraction(StringBuilder text, long micros) {
        if (micros > 0) {
            String digits = Long.toString(SECOND + micros).substring(1);
            int end = digits.length();
            while (digits.charAt(end - 1) == '0') {
                end--;
            }
            text.append('.').append(digits, 0, end);
        }
    }

    public static Integer addDays(int date, int days) {
        return isFinite(date) ? date((long) date + days, "the sum") : date;
    }

    public static Integer subtractDates(int left, int right) {
        if (!isFinite(left) || !isFinite(right)) {
            throw new ValueException("cannot subtract infinite dates");
        }
        return Integers.integer((long) left - right);
    }

    /** Months first, then days, then the rest; a day that the month does not have becomes its last. */
    public static Long add(long timestamp, Interval interval) {
        if (!isFinite(timestamp)) {
            return timestamp;
        }
        long result = timestamp;
        if (interval.months() != 0) {
            Civil civil = Civil.of(Math.floorDiv(result, DAY));
            long month = civil.year() * 12 + civil.month() - 1 + interval.months();
            long year = Math.floorDiv(month, 12L);
            int monthOfYear = (int) Math.floorMod(month, 12L) + 1;
            int day = Math.min(civil.day(), daysInMonth(year, monthOfYear));
            result = timestamp(days(year, monthOfYear, day), Math.floorMod(result, DAY), "the sum");
        }
        if (interval.days() != 0) {
            result = timestamp(Math.floorDiv(result, DAY) + interval.days(), Math.floorMod(result, DAY), "the sum");
        }
        return inRange(Integers.add(result, interval.micros()));
    }

    /** Days and a rest of less than a day, both of the same sign. */
    public static Interval subtract(long left, long right) {
        if (!isFinite(left) || !isFinite(right)) {
            throw new ValueException("cannot subtract infinite timestamps");
        }
        long difference = Integers.subtract(left, right);
        return new Interval(0, (int) (difference / DAY), difference % DAY);
    }

    /** Stays within one day; the sum itself wraps around, as the server's does. */
    public static Long addToTime(long time, Interval interval) {
        return Math.floorMod(time + interval.micros(), DAY);
    }

    public static Long subtractFromTime(long time, Interval interval) {
        return Math.floorMod(time - interval.micros(), DAY);
    }
}
