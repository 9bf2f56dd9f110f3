package dev.switchback.pipeline.held;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.Conflicts.Difference;
import dev.switchback.connectors.postgres.HeldChanges.Entry;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;

/** Held changes as people read them. Stateless. */
public final class HeldText {

    private HeldText() {}

    /** A line for each change, and one for each table in which rows may keep each other waiting. */
    public static String of(List<Entry> entries) {
        return entries.stream().map(HeldText::line).collect(Collectors.joining("\n")) + circles(entries);
    }

    private static String line(Entry entry) {
        String what = entry.first() ? entry.reason() : "waits behind the one before it";
        String direction = HeldId.isReverse(entry) ? "reverse  " : "";
        return HeldId.of(entry) + "  " + direction + entry.table() + " " + entry.sourceKey() + "  tried "
                + entry.attempts() + " times: " + what;
    }

    /**
     * That changes are held, which keeps a direction from ending. It goes into the ledger, and to whom the operation is
     * announced, so nothing of a row is in it: neither its key nor the destination's words, which quote values.
     *
     * @param count how many
     * @param first some of them, which are to be named
     */
    public static Problem problem(Flow flow, long count, List<Entry> first) {
        Side lacking = Side.readBy(flow.direction()).other();
        String which = first.stream().map(HeldText::brief).collect(Collectors.joining(", "));
        return new Problem(
                Problem.Kind.REFUSED,
                "flow " + flow,
                (count == 1 ? "1 change is" : count + " changes are") + " held, which the " + lacking + " would lack"
                        + (which.isEmpty() ? "." : ": " + which + (count > first.size() ? ", …" : ".")),
                "switchback held says which rows and why; retry or discard them.");
    }

    private static String brief(Entry entry) {
        return HeldId.of(entry) + " of " + entry.table()
                + (entry.sqlstate() == null ? "" : " (SQLSTATE " + entry.sqlstate() + ")");
    }

    /** A row of a table that is only compared. */
    public static String line(Difference difference) {
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
