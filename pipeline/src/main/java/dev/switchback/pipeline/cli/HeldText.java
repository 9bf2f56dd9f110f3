package dev.switchback.pipeline.cli;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.Conflicts.Difference;
import dev.switchback.connectors.postgres.HeldChanges.Entry;

/** Held changes as people read them. Stateless. */
final class HeldText {

    private HeldText() {}

    /** A line for each change, and one for each table in which rows may keep each other waiting. */
    static String of(List<Entry> entries) {
        return entries.stream().map(HeldText::line).collect(Collectors.joining("\n")) + circles(entries);
    }

    private static String line(Entry entry) {
        String what = entry.first() ? entry.reason() : "waits behind the one before it";
        String direction = HeldId.isReverse(entry) ? "reverse  " : "";
        return HeldId.of(entry) + "  " + direction + entry.table() + " " + entry.sourceKey() + "  tried "
                + entry.attempts() + " times: " + what;
    }

    /** A row of a table that is only compared. */
    static String line(Difference difference) {
        return "differs  " + difference.table() + " " + difference.key() + ": the source has "
                + (difference.mutation().equals("remove") ? "no such row" : difference.content());
    }

    /** Which row waits for which the destination does not say; one alone waits for a row that is not held. */
    private static String circles(List<Entry> entries) {
        return entries.stream()
                .filter(Entry::waitsForAValue)
                .collect(Collectors.groupingBy(
                        entry -> (HeldId.isReverse(entry) ? "reverse " : "") + entry.table(),
                        TreeMap::new,
                        Collectors.counting()))
                .entrySet()
                .stream()
                .filter(table -> table.getValue() > 1)
                .map(table -> "\n" + table.getKey() + ": " + table.getValue()
                        + " rows wait for a value that another row has. If they wait for each other, and stay,"
                        + " retrying does not help; docs/operating.md, \"Held changes\", says what does.")
                .collect(Collectors.joining());
    }
}
