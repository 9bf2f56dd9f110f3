package dev.switchback.transforms.postgres;

/**
 * Reads timestamps as the server prints those of the years 1 to 9999, {@code 2024-02-29 12:34:56.789} with or without
 * {@code +00}: nearly all there are, and patterns would take most of a mapping's time. Stateless.
 */
final class PrintedTime {

    /** A text that is in another form, or wrong. */
    static final long OTHER = Long.MIN_VALUE;

    private static final String FORM = "dddd-dd-dd dd:dd:dd";

    private PrintedTime() {}

    /** In microseconds since 2000. */
    static long read(String text) {
        int length = text.length();
        if (length < FORM.length()) {
            return OTHER;
        }
        for (int i = 0; i < FORM.length(); i++) {
            char c = text.charAt(i);
            char form = FORM.charAt(i);
            if (form == 'd' ? (c < '0' || c > '9') : c != form) {
                return OTHER;
            }
        }
        int year = two(text, 0) * 100 + two(text, 2);
        int month = two(text, 5);
        int day = two(text, 8);
        long seconds = (two(text, 11) * 60L + two(text, 14)) * 60 + two(text, 17);
        boolean sound = year > 0
                && month >= 1
                && month <= 12
                && day >= 1
                && (day <= 28 || day <= Times.daysInMonth(year, month))
                && two(text, 11) < 24
                && two(text, 14) < 60
                && two(text, 17) < 60;
        return sound ? withFraction(text, Times.days(year, month, day) * Times.DAY + seconds * Times.SECOND) : OTHER;
    }

    private static int two(String text, int at) {
        return (text.charAt(at) - '0') * 10 + text.charAt(at + 1) - '0';
    }

    private static long withFraction(String text, long whole) {
        int at = FORM.length();
        long micros = 0;
        if (at < text.length() && text.charAt(at) == '.') {
            long unit = Times.SECOND / 10;
            for (at++; at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9'; at++) {
                if (unit == 0) {
                    return OTHER;
                }
                micros += (text.charAt(at) - '0') * unit;
                unit /= 10;
            }
            if (unit == Times.SECOND / 10) {
                return OTHER;
            }
        }
        boolean end = at == text.length() || (at + 3 == text.length() && text.endsWith("+00"));
        return end ? whole + micros : OTHER;
    }
}
