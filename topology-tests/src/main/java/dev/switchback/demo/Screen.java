package dev.switchback.demo;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.stream.Stream;

/**
 * The demo's output: each finished step is a line that stays; on a terminal the running step is a last line that moves,
 * elsewhere a line every few seconds. Not thread-safe.
 */
final class Screen {

    private static final Duration PLAIN_INTERVAL = Duration.ofSeconds(5);
    private static final String CLEAR_LINE = "\r\u001b[2K";

    private final PrintStream out;
    private final boolean terminal;
    private final boolean colour;
    private final boolean unicode;
    private long nextPlain;
    private boolean moving;

    private Screen(PrintStream out, boolean terminal, boolean colour, boolean unicode) {
        this.out = out;
        this.terminal = terminal;
        this.colour = colour;
        this.unicode = unicode;
    }

    /** What the environment says about standard output. */
    static Screen standard() {
        boolean terminal = isTerminal() && !"dumb".equals(System.getenv("TERM"));
        boolean unicode = Stream.of("LC_ALL", "LC_CTYPE", "LANG")
                .map(System::getenv)
                .filter(value -> value != null && !value.isEmpty())
                .findFirst()
                .map(value -> value.toUpperCase(Locale.ROOT).contains("UTF"))
                .orElse(false);
        // Java 17 would encode by the locale, and write question marks for what that lacks.
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        return new Screen(out, terminal, terminal && System.getenv("NO_COLOR") == null, unicode);
    }

    /** Lines alone. */
    static Screen plain(PrintStream out) {
        return new Screen(out, false, false, true);
    }

    // System.console() asks about standard input as well, and means something else from Java 22 on.
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    void line(String text) {
        clear();
        out.println(text);
    }

    void blank() {
        line("");
    }

    /** A step that is done, with what it took. */
    void done(String text, Duration took) {
        step("32", unicode ? "✓" : "+", String.format(Locale.ROOT, "%-66s %5.1f s", text, took.toMillis() / 1000.0));
    }

    /** A step that went wrong. */
    void failed(String text) {
        step("31", unicode ? "✗" : "x", text);
    }

    /** How far the running step is. */
    void progress(String text) {
        if (terminal) {
            out.print(CLEAR_LINE + "  " + painted("36", unicode ? "▸" : ">") + " " + text);
            out.flush();
            moving = true;
        } else if (System.nanoTime() >= nextPlain) {
            nextPlain = System.nanoTime() + PLAIN_INTERVAL.toNanos();
            out.println("  " + (unicode ? "▸" : ">") + " " + text);
        }
    }

    String strong(String text) {
        return painted("1", text);
    }

    private void step(String code, String mark, String text) {
        clear();
        out.println("  " + painted(code, mark) + " " + text);
    }

    private void clear() {
        if (moving) {
            out.print(CLEAR_LINE);
            moving = false;
        }
    }

    private String painted(String code, String text) {
        return colour ? "\u001b[" + code + "m" + text + "\u001b[0m" : text;
    }
}
