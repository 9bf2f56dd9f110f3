package dev.switchback.pipeline.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.cases.CaseFile.Result;
import dev.switchback.pipeline.cases.Difference;

/** What became of cases: what is different, at most a screen for each case, and how many there are. Immutable. */
final class CaseText {

    private static final JsonMapper JSON = new JsonMapper();

    /** Two lines at most for each. */
    private static final int MOST_DIFFERENCES = 10;

    private static final int WIDEST = 100;

    private final String file;

    CaseText(String file) {
        this.file = file;
    }

    String of(List<Result> results) {
        List<String> lines = new ArrayList<>();
        results.stream().filter(result -> !result.passed()).forEach(result -> add(result, lines));
        lines.add(summary(results));
        return String.join("\n", lines);
    }

    /** The names are an interface: they may be added to, and not changed. */
    static ObjectNode json(String file, List<Result> results) {
        ObjectNode json = JSON.createObjectNode()
                .put("file", file)
                .put("cases", results.size())
                .put("failed", failed(results));
        ArrayNode all = json.putArray("results");
        for (Result result : results) {
            ArrayNode differences = all.addObject()
                    .put("name", result.name())
                    .put("line", result.line())
                    .put("passed", result.passed())
                    .putArray("differences");
            result.differences().forEach(each -> differences
                    .addObject()
                    .put("kind", each.kind().name().toLowerCase(Locale.ROOT))
                    .put("line", each.line())
                    .put("table", each.table())
                    .put("key", each.key())
                    .put("column", each.column())
                    .put("expected", each.expected())
                    .put("actual", each.actual()));
        }
        return json;
    }

    private static String summary(List<Result> results) {
        return (results.size() == 1 ? "1 case, " : Numbers.count(results.size()) + " cases, ")
                + Numbers.count(failed(results)) + " failed";
    }

    private static long failed(List<Result> results) {
        return results.stream().filter(result -> !result.passed()).count();
    }

    private void add(Result result, List<String> lines) {
        lines.add(file + ":" + result.line() + ": " + result.name());
        result.differences().stream().limit(MOST_DIFFERENCES).forEach(each -> add(each, lines));
        int more = result.differences().size() - MOST_DIFFERENCES;
        if (more > 0) {
            lines.add("  … and " + Numbers.count(more) + " more; --json shows all.");
        }
        lines.add("");
    }

    private static void add(Difference difference, List<String> lines) {
        String row = "  " + difference.table() + " " + cut(difference.key(), 0);
        String line = " (line " + difference.line() + ")";
        String expected = String.valueOf(difference.expected());
        String actual = String.valueOf(difference.actual());
        switch (difference.kind()) {
            case VALUE -> {
                int from = firstDifference(expected, actual);
                lines.add(row + ", column " + difference.column() + line + ":");
                lines.add("    expected " + cut(expected, from));
                lines.add("    actual   " + cut(actual, from));
            }
            case ROW_MISSING -> lines.add(row + line + " is missing: " + cut(expected, 0));
            case ROW_UNEXPECTED -> lines.add(row + " is there, and is not expected: " + cut(actual, 0));
            case HELD_MISSING -> lines.add(row + line + " is not held for a reason with: " + cut(expected, 0));
            case HELD_UNEXPECTED -> lines.add(row + " is held, and not expected to be: " + actual);
        }
    }

    private static int firstDifference(String one, String other) {
        int i = 0;
        while (i < Math.min(one.length(), other.length()) && one.charAt(i) == other.charAt(i)) {
            i++;
        }
        return i;
    }

    /** As much of a value as a line has room for, with the place that matters in it. */
    private static String cut(@Nullable String value, int place) {
        String text = String.valueOf(value).replace("\r", "\\r").replace("\n", "\\n");
        int from = Math.max(0, Math.min(place, text.length()) - WIDEST / 2);
        if (text.length() <= WIDEST) {
            return text;
        }
        int to = Math.min(text.length(), from + WIDEST);
        return (from > 0 ? "…" : "")
                + text.substring(from, to)
                + (to < text.length() ? "… (" + Numbers.count(text.length()) + " characters)" : "");
    }
}
