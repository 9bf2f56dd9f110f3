package dev.switchback.transforms.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import org.jspecify.annotations.Nullable;

/** A picture for {@code TO_CHAR} of a timestamp, made of digits only: nothing in it depends on a language. Immutable. */
public final class TimeFormat {

    /** Longer patterns first, for {@code HH24} is not {@code HH} and then 24. */
    private static final List<String> PATTERNS =
            List.of("SSSSS", "YYYY", "HH24", "HH12", "SSSS", "DDD", "MM", "DD", "HH", "MI", "SS", "MS", "US");

    private final List<String> parts;

    private TimeFormat(List<String> parts) {
        this.parts = List.copyOf(parts);
    }

    /** @throws ValueException for a letter that is not one of the patterns known here */
    public static TimeFormat of(String picture) {
        List<String> parts = new ArrayList<>();
        int at = 0;
        while (at < picture.length()) {
            String rest = picture.substring(at).toUpperCase(Locale.ROOT);
            String pattern =
                    PATTERNS.stream().filter(rest::startsWith).findFirst().orElse("");
            int end = at + Math.max(1, pattern.length());
            if (pattern.isEmpty()) {
                requirePunctuation(picture.charAt(at));
                parts.add("'" + picture.charAt(at));
            } else {
                parts.add(pattern);
            }
            if (!pattern.isEmpty()
                    && picture.substring(end).toUpperCase(Locale.ROOT).startsWith("TH")) {
                throw new ValueException("TH is not supported in a picture of TO_CHAR");
            }
            at = end;
        }
        return new TimeFormat(parts);
    }

    private static void requirePunctuation(char literal) {
        if (" -/:.,;_".indexOf(literal) < 0) {
            throw new ValueException("a picture of TO_CHAR may contain " + String.join(", ", PATTERNS)
                    + ", blanks and -/:.,;_ but not " + literal);
        }
    }

    /** An infinite timestamp has no picture. */
    public @Nullable String format(long timestamp) {
        if (!Times.isFinite(timestamp) || parts.isEmpty()) {
            return null;
        }
        Civil civil = Civil.of(Math.floorDiv(timestamp, Times.DAY));
        long time = Math.floorMod(timestamp, Times.DAY);
        StringBuilder text = new StringBuilder();
        for (String part : parts) {
            text.append(part.charAt(0) == '\'' ? part.substring(1) : number(part, civil, time));
        }
        return text.toString();
    }

    private static String number(String pattern, Civil civil, long time) {
        long hour = time / Times.HOUR;
        return switch (pattern) {
            case "YYYY" -> digits(civil.year() > 0 ? civil.year() : 1 - civil.year(), 4);
            case "MM" -> digits(civil.month(), 2);
            case "DD" -> digits(civil.day(), 2);
            case "DDD" -> digits(civil.dayOfYear(), 3);
            case "HH24" -> digits(hour, 2);
            case "HH", "HH12" -> digits(hour % 12 == 0 ? 12 : hour % 12, 2);
            case "MI" -> digits(time / Times.MINUTE % 60, 2);
            case "SS" -> digits(time / Times.SECOND % 60, 2);
            case "SSSS", "SSSSS" -> Long.toString(time / Times.SECOND);
            case "MS" -> digits(time % Times.SECOND / 1_000, 3);
            case "US" -> digits(time % Times.SECOND, 6);
            default -> throw new IllegalStateException(pattern);
        };
    }

    private static String digits(long number, int width) {
        String digits = Long.toString(number);
        return "0".repeat(Math.max(0, width - digits.length())) + digits;
    }
}
