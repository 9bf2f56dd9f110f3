package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Collectors;

import dev.switchback.pipeline.file.ByteSize;
import dev.switchback.pipeline.status.Status;
import dev.switchback.transforms.problem.TimeSpan;

/** A status for people. */
final class StatusText {

    private StatusText() {}

    static void print(Status status, PrintWriter out) {
        if (!status.known()) {
            out.println(status.migration() + ": unknown, since the destination does not answer");
            return;
        }
        out.println(status.migration() + ": " + (status.idle() ? "idle" : "lag " + TimeSpan.text(status.lag())) + ", "
                + Numbers.count(Math.round(status.rowsPerSecond())) + " rows/s, " + Numbers.count(status.held())
                + " held");
        tables(status, out);
        status.slot()
                .ifPresent(slot -> out.println("slot " + slot.name() + (slot.active() ? "" : " (nobody reads it)")
                        + ": " + new ByteSize(slot.lagBytes()) + " of log not read, "
                        + new ByteSize(slot.retainedBytes())
                        + " kept"));
        status.members().forEach(member -> out.println(member(member, status)));
        status.warnings().forEach(warning -> out.println("Warning: " + warning));
    }

    private static void tables(Status status, PrintWriter out) {
        int width = status.tables().stream()
                .mapToInt(table -> name(table).length())
                .max()
                .orElse(5);
        String format = "  %-" + Math.max(width, 5) + "s %15s %15s %15s%n";
        out.format(Locale.ROOT, format, "table", "rows copied", "of about", "changes");
        status.tables()
                .forEach(table -> out.format(
                        Locale.ROOT,
                        format,
                        name(table),
                        Numbers.count(table.rowsCopied()),
                        status.copied() ? "all" : Numbers.count(Math.max(table.rowsEstimated(), table.rowsCopied())),
                        Numbers.count(table.changesApplied())));
        status.tables().stream()
                .filter(table -> table.conflicts().declined() > 0)
                .forEach(table -> out.println(
                        name(table) + ": " + Numbers.count(table.conflicts().declined()) + " declined by on_conflict"));
        status.tables().stream()
                .filter(table -> table.conflicts().differing() > 0)
                .forEach(table -> out.println(name(table) + ": "
                        + Numbers.count(table.conflicts().differing()) + " rows differ; see switchback held"));
    }

    private static String name(Status.TableStatus table) {
        return table.table().equals(table.destination()) ? table.table() : table.table() + " to " + table.destination();
    }

    private static String member(Status.MemberStatus member, Status status) {
        String roles = member.roles().stream()
                .map(role -> role.role() + " " + role.phase())
                .collect(Collectors.joining(", "));
        String seen = member.alive()
                ? ""
                : " (last seen " + TimeSpan.text(Duration.between(member.lastSeen(), status.at())) + " ago)";
        return "member " + member.name() + ": " + roles + seen;
    }
}
