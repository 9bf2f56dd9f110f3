package dev.switchback.platform;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A main class of this class path in a JVM of its own, to be killed, frozen and watched. It does not outlive its parent,
 * however that ends. Not thread-safe.
 */
public final class ChildProcess implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final String name;
    private final Process process;
    private final Path output;
    private final long outputStart;

    private ChildProcess(String name, Process process, Path output, long outputStart) {
        this.name = name;
        this.process = process;
        this.output = output;
        this.outputStart = outputStart;
    }

    /**
     * What to start.
     *
     * @param name for people, and for the file that keeps the output
     * @param properties system properties
     */
    public record Command(
            String name, Class<?> main, List<String> arguments, Map<String, String> properties, List<String> options) {

        /** No properties, and a heap of 512 MB. */
        public static Command of(String name, Class<?> main, String... arguments) {
            return new Command(name, main, List.of(arguments), Map.of(), List.of("-Xmx512m"));
        }

        public Command withProperties(Map<String, String> others) {
            return new Command(name, main, arguments, others, options);
        }

        private List<String> line() {
            List<String> line = new ArrayList<>();
            line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            // Short-lived: compiling with the first compiler only, and sharing classes, halves the time to start.
            line.addAll(List.of(
                    "-Xshare:auto", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"));
            line.addAll(options);
            properties.forEach((key, value) -> line.add("-D" + key + "=" + value));
            line.addAll(List.of("-cp", System.getProperty("java.class.path"), ChildMain.class.getName()));
            line.add(main.getName());
            line.addAll(arguments);
            return line;
        }
    }

    /** @param directory where the output goes, as {@code NAME.log}, behind what an earlier child left there */
    public static ChildProcess start(Command command, Path directory) {
        Path output = directory.resolve(command.name() + ".log");
        try {
            long outputStart = Files.exists(output) ? Files.size(output) : 0;
            Process process = new ProcessBuilder(command.line())
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(output.toFile()))
                    .start();
            return new ChildProcess(command.name(), process, output, outputStart);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** {@code kill -9}; returns when it is dead. */
    public void kill() {
        process.destroyForcibly();
        awaitExit(PATIENCE);
    }

    /** SIGTERM; does not wait. */
    public void terminate() {
        // Process.destroy() would close the child's standard input as well, which ends it at once.
        Program.signal("TERM", process.pid());
    }

    /** SIGSTOP: it keeps its memory and its connections, and does nothing. */
    public void freeze() {
        Program.signal("STOP", process.pid());
    }

    /** Whether it stands still by a SIGSTOP, be it from itself. */
    public boolean isFrozen() {
        return Program.output("ps", "-o", "state=", "-p", Long.toString(pid()))
                .strip()
                .startsWith("T");
    }

    /** SIGCONT. */
    public void thaw() {
        Program.signal("CONT", process.pid());
    }

    /** Waits for its end and returns its exit code (137 after {@code kill -9}, 143 after SIGTERM). */
    public int awaitExit(Duration timeout) {
        try {
            if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError(name + " did not end within " + timeout.toSeconds() + " s:\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for the end of " + name, e);
        }
    }

    /** Waits until its output contains the text. */
    public void awaitOutput(String text, Duration timeout) {
        await("'" + text + "' in its output", timeout, () -> output().contains(text));
    }

    /**
     * Waits for what it is to bring about.
     *
     * @param what the awaited state in words, as in {@link Await#until}
     * @throws AssertionError with its output, as soon as it has ended without that, or at the timeout
     */
    public void await(String what, Duration timeout, Await.Condition condition) {
        try {
            Await.until(what, timeout, () -> {
                boolean alive = isAlive();
                if (condition.holds()) {
                    return true;
                }
                if (!alive) {
                    throw new AssertionError("it ended without " + what);
                }
                return false;
            });
        } catch (AssertionError e) {
            throw new AssertionError(name + ": " + e.getMessage() + "\n" + output(), e);
        }
    }

    /** All that it has printed. */
    public String output() {
        try (InputStream in = Files.newInputStream(output)) {
            in.skipNBytes(outputStart);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills it if it still runs. */
    @Override
    public void close() {
        kill();
    }
}
