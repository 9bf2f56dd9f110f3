package dev.switchback.pipeline.file;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An amount of memory or disk as people write it, {@code 64MB}, by powers of 1024. */
public record ByteSize(long bytes) {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(B|KB|MB|GB|TB)");
    private static final Map<String, Integer> SHIFTS = Map.of("B", 0, "KB", 10, "MB", 20, "GB", 30, "TB", 40);

    /** @throws IllegalArgumentException when the text is not of that form */
    public static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.trim());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not a size");
        }
        return new ByteSize(
                Math.multiplyExact(Long.parseLong(matcher.group(1)), 1L << SHIFTS.getOrDefault(matcher.group(2), 0)));
    }

    /** {@code 1.5 GB}: the largest unit of which there is one at least, with one decimal where that says more. */
    @Override
    public String toString() {
        String[] units = {"B", "KB", "MB", "GB", "TB"};
        int unit = 0;
        double amount = bytes;
        while (amount >= 1024 && unit < units.length - 1) {
            amount /= 1024;
            unit++;
        }
        boolean whole = unit == 0 || amount == Math.rint(amount);
        return whole ? (long) amount + " " + units[unit] : Math.round(amount * 10) / 10.0 + " " + units[unit];
    }
}
