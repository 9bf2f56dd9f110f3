package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.LedgerRecord;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.topic.LedgerJson;
import dev.switchback.transforms.problem.TimeSpan;

/** A ledger as a timed log, for whoever is on call. */
final class LedgerText {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final String FORMAT = "%-23s  %-11s  %8s  %s%n";

    private final String migration;
    private final PrintWriter out;
    private Optional<Instant> began = Optional.empty();
    private Optional<Instant> fenced = Optional.empty();

    LedgerText(String migration, PrintWriter out) {
        this.migration = migration;
        this.out = out;
    }

    /** An entry as JSON, with what it made of the migration. The names are an interface, as in {@link StatusJson}. */
    static String json(Line line) {
        ObjectNode json = LedgerJson.tree(line.entry()).put("offset", line.offset());
        json.put("phase", line.after().phase().toString());
        json.put("sourceOfTruth", truth(line.after()));
        json.put("counts", line.objection().isEmpty());
        line.objection().ifPresent(objection -> json.put("objection", objection));
        return json.toString();
    }

    void print(List<Line> lines) {
        if (lines.isEmpty()) {
            out.println("Nothing is recorded: " + migration + " has not been run yet.");
            return;
        }
        out.format(Locale.ROOT, FORMAT, "time (UTC)", "takes writes", "took", "event");
        for (int i = 0; i < lines.size(); i++) {
            Optional<Line> next = i + 1 < lines.size() ? Optional.of(lines.get(i + 1)) : Optional.empty();
            print(lines.get(i), next);
        }
        out.println(new Standing(migration, lines.get(lines.size() - 1).after()));
    }

    private void print(Line line, Optional<Line> next) {
        LedgerRecord record = line.entry().record();
        Instant at = line.entry().at();
        if (line.objection().isPresent()) {
            String event = event(line) + " by " + line.entry().by() + " (does not count: "
                    + line.objection().get() + ")";
            out.format(Locale.ROOT, FORMAT, TIME.format(at), truth(line.after()), "", event);
            return;
        }
        String took = took(record, at);
        // A step's beginning says nothing that its end does not, unless it has none.
        if (!(record instanceof Decision.StepBegan began) || !endsWith(next, began.step())) {
            out.format(Locale.ROOT, FORMAT, TIME.format(at), truth(line.after()), took, event(line));
        }
    }

    private static boolean endsWith(Optional<Line> next, Step step) {
        return next.map(line -> line.entry().record())
                .filter(record -> record instanceof Decision.StepDone done && done.step() == step)
                .isPresent();
    }

    private String took(LedgerRecord record, Instant at) {
        if (record instanceof Decision.Began) {
            began = Optional.of(at);
            fenced = Optional.empty();
        } else if (record instanceof Decision.StepBegan step && step.step() == Step.FENCE && fenced.isEmpty()) {
            fenced = Optional.of(at);
        } else if (record instanceof Decision.StepDone done) {
            return TimeSpan.text(done.took());
        } else if (record instanceof Note.Copied copied) {
            return TimeSpan.text(copied.took());
        } else if (record instanceof Decision.Finished || record instanceof Decision.Undone) {
            return since(began, at);
        }
        return "";
    }

    private static String since(Optional<Instant> from, Instant to) {
        return from.map(time -> TimeSpan.text(Duration.between(time, to))).orElse("");
    }

    private String event(Line line) {
        LedgerRecord record = line.entry().record();
        if (record instanceof Note note) {
            return event(note);
        }
        String by = line.entry().by();
        long epoch = line.entry().claim().orElseThrow().epoch();
        if (record instanceof Decision.Began begun) {
            return begun.operation() + " begun by " + by + " (epoch " + epoch + ", pause of at most "
                    + TimeSpan.text(begun.maxPause()) + ")";
        }
        if (record instanceof Decision.TookOver over) {
            return "taken over by " + by + " (epoch " + epoch + "): " + over.why();
        }
        if (record instanceof Decision.StepBegan step) {
            return step.step() + " begun";
        }
        if (record instanceof Decision.StepDone step) {
            return step.step()
                    + facts(step.facts())
                    + paused(step.step(), line.entry().at());
        }
        if (record instanceof Decision.UndoBegan undo) {
            return "undoing: " + undo.why();
        }
        if (record instanceof Decision.Undone) {
            return "undone" + paused(Step.OPEN, line.entry().at());
        }
        if (record instanceof Decision.Completed) {
            return "COMPLETED by " + by + ": there is no way back";
        }
        return record instanceof Decision.Switched ? "SWITCHED: from here on it is finished, not undone" : "finished";
    }

    private static String event(Note note) {
        if (note instanceof Note.Started started) {
            return started.member() + " started " + String.join(", ", started.roles());
        }
        if (note instanceof Note.Copied copied) {
            return "copied " + Numbers.count(copied.rows()) + " rows";
        }
        if (note instanceof Note.Following following) {
            return "following, " + TimeSpan.text(following.lag()) + " behind";
        }
        if (note instanceof Note.Released || note instanceof Note.Aborted) {
            return note instanceof Note.Released ? "released" : "aborted";
        }
        if (note instanceof Note.Hindered hindered) {
            return hindered.member() + " cannot go on: " + hindered.why();
        }
        Note.Stopped stopped = (Note.Stopped) note;
        return stopped.member() + " stopped" + (stopped.why().isEmpty() ? "" : ": " + stopped.why());
    }

    private static String facts(Map<String, String> facts) {
        return facts.isEmpty()
                ? ""
                : facts.entrySet().stream()
                        .map(fact -> fact.getKey() + " " + fact.getValue())
                        .collect(Collectors.joining(", ", ": ", ""));
    }

    private String paused(Step step, Instant at) {
        return step == Step.OPEN && fenced.isPresent() ? "; writes were refused for at most " + since(fenced, at) : "";
    }

    private static String truth(MigrationState state) {
        return state.sourceOfTruth().map(Side::toString).orElse("none");
    }
}
