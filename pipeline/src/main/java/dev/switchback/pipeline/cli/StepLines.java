package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.transforms.problem.TimeSpan;

/** An operation's steps, a line each as they end, with the time and what they took. */
record StepLines(PrintWriter out) implements Announcer {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);

    @Override
    public void done(Step step, Duration took) {
        line(TimeSpan.text(took), step.toString());
    }

    @Override
    public void postponed() {
        line("", "everything is ready; waiting for switchback release (or abort)");
    }

    @Override
    public void switched() {
        line("", "SWITCHED: from here on it is finished, not undone");
    }

    @Override
    public void undoing(String why) {
        line("", "undoing: " + why);
    }

    @Override
    public void undone() {
        line("", "undone: the old side takes writes again");
    }

    @Override
    public void hookFailed(String hook, String why) {
        line("", "hook " + hook + " failed: " + why);
    }

    private void line(String took, String event) {
        out.println(String.format(Locale.ROOT, "%s  %8s  %s", TIME.format(Instant.now()), took, event));
    }
}
