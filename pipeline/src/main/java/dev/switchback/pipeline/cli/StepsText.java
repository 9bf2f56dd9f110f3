package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

import dev.switchback.pipeline.migration.Step;
import dev.switchback.pipeline.migration.operation.Announcer;

/** An operation's steps, one line each as it is done, for whoever waits at the terminal. */
final class StepsText implements Announcer {

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneOffset.UTC);
    private static final String FORMAT = "%-12s  %8s  %s%n";

    private final PrintWriter out;
    private final Clock clock;

    StepsText(PrintWriter out, Clock clock) {
        this.out = out;
        this.clock = clock;
        out.format(Locale.ROOT, FORMAT, "time (UTC)", "took", "event");
    }

    @Override
    public void begun(Step step) {
        if (step == Step.FENCE) {
            print("", "closing the fence: applications are refused from here on");
        }
    }

    @Override
    public void done(Step step, Duration took) {
        print(Numbers.duration(took), step.toString());
    }

    @Override
    public void switched() {
        print("", "SWITCHED: from here on it is finished, not undone");
    }

    @Override
    public void undoing(String why) {
        print("", "undoing: " + why);
    }

    @Override
    public void hookFailed(String hook, String why) {
        print("", "a hook failed and is not tried again by itself: " + why);
    }

    private void print(String took, String event) {
        out.format(Locale.ROOT, FORMAT, TIME.format(clock.instant()), took, event);
        out.flush();
    }
}
