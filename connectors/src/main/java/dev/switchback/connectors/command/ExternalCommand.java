package dev.switchback.connectors.command;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * A program of the user's, run as it is written: no shell, unless the first word is one. It has this process's environment
 * and what the caller adds, nothing on its standard input, and as much time as it is given; then it and what it started
 * are killed. Thread-safe.
 *
 * @param words the program and its arguments
 */
public record ExternalCommand(List<String> words) {

    private static final int OUTPUT_SHOWN = 500;
    private static final Duration DIES_WITHIN = Duration.ofSeconds(5);

    /** How it ended: its exit code, and the end of what it printed. */
    public record Ended(int exitCode, String output) {}

    /** @throws IllegalArgumentException when there is no program */
    public ExternalCommand {
        words = List.copyOf(words);
        if (words.isEmpty() || words.get(0).isBlank()) {
            throw new IllegalArgumentException("a command needs a program");
        }
    }

    /**
     * Runs it to its end, which must be one with exit code 0.
     *
     * @throws ProblemException of kind REFUSED when it cannot be started, ends with another code, or is out of time
     */
    public void run(Map<String, String> environment, Duration timeout) {
        Ended ended = ask(environment, timeout);
        if (ended.exitCode != 0) {
            throw refused(
                    "It ended with exit code " + ended.exitCode + said(ended.output) + ".",
                    "Run it by hand to see what it lacks.",
                    null);
        }
    }

    /**
     * Runs it to its end, whatever the exit code.
     *
     * @throws ProblemException of kind REFUSED when it cannot be started, or is out of time
     */
    public Ended ask(Map<String, String> environment, Duration timeout) {
        try {
            Path output = Files.createTempFile("switchback", ".out");
            try {
                return run(environment, timeout, output);
            } finally {
                Files.deleteIfExists(output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Ended run(Map<String, String> environment, Duration timeout, Path output) {
        Process process = start(environment, output);
        try {
            process.getOutputStream().close();
            if (process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
                return new Ended(process.exitValue(), tail(output));
            }
            kill(process);
            throw refused(
                    "It did not end within " + TimeSpan.text(timeout) + ", and was killed" + said(tail(output)) + ".",
                    "Find out what it waits for, or give it a longer timeout.",
                    null);
        } catch (InterruptedException interrupted) {
            kill(process);
            Thread.currentThread().interrupt();
            throw refused("It was killed, since Switchback was told to stop.", "Run it again.", interrupted);
        } catch (IOException e) {
            kill(process);
            throw new UncheckedIOException(e);
        }
    }

    private Process start(Map<String, String> environment, Path output) {
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw refused("It cannot be started: " + e.getMessage() + ".", "See that it is there and executable.", e);
        }
    }

    private static void kill(Process process) {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
        try {
            var unused = process.waitFor(DIES_WITHIN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String tail(Path output) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(output.toFile(), "r")) {
            long from = Math.max(0, file.length() - OUTPUT_SHOWN);
            byte[] end = new byte[(int) (file.length() - from)];
            file.seek(from);
            file.readFully(end);
            return new String(end, StandardCharsets.UTF_8).trim();
        }
    }

    private static String said(String output) {
        return output.isEmpty() ? "" : " after it had printed: " + output.replaceAll("\\s*\\R\\s*", " | ");
    }

    private ProblemException refused(String what, String remedy, @Nullable Throwable cause) {
        return new ProblemException(
                List.of(new Problem(Problem.Kind.REFUSED, "command " + words.get(0), what, remedy)), cause);
    }

    /** The program alone: an argument may be a secret. */
    @Override
    public String toString() {
        return words.get(0);
    }
}
