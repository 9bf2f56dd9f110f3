package dev.switchback.benchmarks.machine;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

import dev.switchback.platform.Await;

/**
 * A JVM of its own for one contender, so that what it uses can be told apart. It announces what it has reached by lines
 * of the form {@code @name value} on standard output; the rest of its output goes to a log file. It ends when its
 * standard input does, hence with this JVM. Thread-safe.
 */
public final class JavaChild implements AutoCloseable {

    /**
     * Every JVM of the benchmark has these options, which are our launcher's, but for Kafka Connect. Compilers that ended could
     * not be read.
     */
    public static final List<String> OPTIONS = List.of(
            "-Xms256m",
            "-Xmx1g",
            "-XX:+UseG1GC",
            "-XX:G1HeapRegionSize=8m",
            "-XX:SurvivorRatio=2",
            "-XX:TargetSurvivorRatio=90",
            "-Dfile.encoding=UTF-8",
            "-XX:-UseDynamicNumberOfCompilerThreads");

    private static final String FAILED = "failed";
    // How Kafka Connect says that a task has died; the worker itself lives on.
    private static final String DEAD_TASK = "will not recover until manually restarted";
    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration GRACE = Duration.ofSeconds(20);
    private static final int SHOWN_CHARACTERS = 4_000;

    private final String name;
    private final Process process;
    private final Path log;
    private final long logStart;
    private final Map<String, String> announced = new ConcurrentHashMap<>();

    private JavaChild(String name, Process process, Path log, long logStart) {
        this.name = name;
        this.process = process;
        this.log = log;
        this.logStart = logStart;
    }

    /**
     * What to start.
     *
     * @param name for people and for its log file
     * @param classPath as behind {@code -cp}
     * @param options over {@link #OPTIONS}
     */
    public record Command(
            String name, String classPath, String mainClass, List<String> arguments, List<String> options) {

        /** A main class of this class path. */
        public static Command of(String name, Class<?> main, String... arguments) {
            return new Command(
                    name, System.getProperty("java.class.path"), main.getName(), List.of(arguments), List.of());
        }

        public Command withOptions(List<String> more) {
            List<String> all = new ArrayList<>(options);
            all.addAll(more);
            return new Command(name, classPath, mainClass, arguments, List.copyOf(all));
        }
    }

    /** @param directory where {@code NAME.log} goes, behind what an earlier child of this name wrote there */
    public static JavaChild start(Command command, Path directory) {
        List<String> line = new ArrayList<>();
        line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        line.addAll(OPTIONS);
        line.addAll(command.options());
        line.addAll(List.of("-cp", command.classPath(), command.mainClass()));
        line.addAll(command.arguments());
        try {
            Path log = directory.resolve(command.name() + ".log");
            long logStart = Files.exists(log) ? Files.size(log) : 0;
            Process process = new ProcessBuilder(line).redirectErrorStream(true).start();
            JavaChild child = new JavaChild(command.name(), process, log, logStart);
            Thread reader = new Thread(child::readOutput, command.name() + "-output");
            reader.setDaemon(true);
            reader.start();
            return child;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public String name() {
        return name;
    }

    public long pid() {
        return process.pid();
    }

    /** What it announced last under this name. */
    public @Nullable String announced(String what) {
        return announced.get(what);
    }

    /** The number that it announced last under this name; 0 before it did. */
    public long count(String what) {
        String value = announced.get(what);
        return value == null ? 0 : Long.parseLong(value);
    }

    /** Waits until it announces something, and returns the value. */
    public String await(String what) {
        String value = Await.value(name + " to announce " + what, PATIENCE, () -> isAlive() ? announced.get(what) : "");
        requireAlive();
        return value;
    }

    /** Whether it runs, and has not announced that it {@code failed}. */
    public boolean isAlive() {
        return process.isAlive() && !announced.containsKey(FAILED);
    }

    /** @throws IllegalStateException with what it announced, and the end of its log, unless it {@link #isAlive} */
    public void requireAlive() {
        if (!isAlive()) {
            String reason = announced.get(FAILED);
            String how = reason != null ? " failed: " + reason : " ended with exit code " + process.exitValue();
            throw new IllegalStateException(name + how + "\n" + endOfLog());
        }
    }

    /** The last lines that it wrote to its log. */
    private String endOfLog() {
        try {
            byte[] all = Files.readAllBytes(log);
            String text = new String(all, (int) logStart, all.length - (int) logStart, StandardCharsets.UTF_8);
            return text.substring(Math.max(0, text.length() - SHOWN_CHARACTERS));
        } catch (IOException e) {
            return "(" + log + " cannot be read: " + e.getMessage() + ")";
        }
    }

    /** Asks it to end by SIGTERM, and kills it when it does not within some seconds. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(GRACE.toSeconds(), TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void readOutput() {
        try (BufferedReader reader = process.inputReader(StandardCharsets.UTF_8);
                PrintWriter writer = new PrintWriter(Files.newBufferedWriter(
                        log, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.startsWith("@")) {
                    int space = line.indexOf(' ');
                    announced.put(space < 0 ? line.substring(1) : line.substring(1, space), line.substring(space + 1));
                } else {
                    writer.println(line);
                    if (line.contains(DEAD_TASK)) {
                        announced.put(FAILED, line);
                    }
                    writer.flush();
                }
            }
        } catch (IOException e) {
            // The pipe breaks when the child is killed; who waits for it asks whether it is alive.
            announced.put("output-ended", String.valueOf(e.getMessage()));
        }
    }
}
