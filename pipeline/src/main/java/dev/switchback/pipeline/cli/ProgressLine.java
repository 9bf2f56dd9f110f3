package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;

import dev.switchback.pipeline.status.Status;
import dev.switchback.transforms.problem.TimeSpan;

/** The line that a running migration shows each second: on a terminal always the same one. Not thread-safe. */
final class ProgressLine {

    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");
    private static final String ERASE = "\r\u001b[2K";

    private final PrintWriter out;
    private final boolean rewrite;
    private final boolean json;
    private boolean open;
    private Instant shown = Instant.MIN;

    ProgressLine(Environment environment, boolean json) {
        this.out = environment.out();
        this.rewrite = !json && environment.terminal().getAsBoolean();
        this.json = json;
    }

    /** Shows a status, unless it is the one that was shown last. */
    void show(Status status) {
        if (status.at().equals(shown)) {
            return;
        }
        shown = status.at();
        String text = json ? StatusJson.of(status).toString() : text(status);
        if (rewrite) {
            out.print(ERASE + text);
            open = true;
        } else {
            out.println(text);
        }
        out.flush();
    }

    /** Leaves the last line where it is. */
    void end() {
        if (open) {
            out.println();
            open = false;
        }
    }

    private static String delay(Status status) {
        if (!status.known()) {
            return "lag not known yet";
        }
        return status.idle() ? "idle" : "lag " + TimeSpan.text(status.lag());
    }

    static String text(Status status) {
        String time = TIME.format(LocalTime.ofInstant(status.at(), ZoneId.systemDefault()));
        String estimate = Numbers.count(Math.max(status.rowsEstimated(), status.rowsCopied()));
        return time + "  copied " + Numbers.count(status.rowsCopied())
                + (status.copied() ? " rows, " : " of about " + estimate + " rows, ")
                + Numbers.count(status.changesApplied()) + " changes  "
                + Numbers.count(Math.round(status.rowsPerSecond())) + " rows/s  "
                + delay(status)
                + (status.held() == 0 ? "" : "  held " + Numbers.count(status.held()));
    }
}
