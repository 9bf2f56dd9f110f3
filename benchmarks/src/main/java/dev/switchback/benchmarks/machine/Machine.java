package dev.switchback.benchmarks.machine;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;

/**
 * The machine that something was measured on.
 *
 * @param processor as the kernel names it
 * @param memoryGib all of it
 * @param system the kernel
 * @param java the Java that runs everything
 * @param loadBefore the one-minute load average when the benchmark began: above {@value #CALM} somebody else was at work
 */
public record Machine(String processor, int cores, long memoryGib, String system, String java, double loadBefore) {

    /** Below this load nobody else is at work. */
    private static final double CALM = 0.3;

    private static final Duration CALM_WITHIN = Duration.ofMinutes(5);

    /** As it is once it is calm, or when it was not within five minutes. */
    public static Machine onceCalm(PrintStream progress) throws InterruptedException {
        Machine machine = here();
        if (machine.loadBefore > CALM) {
            progress.printf(
                    Locale.ROOT,
                    "The machine is at work (load average %.2f); waiting up to %d minutes for it to calm down…%n",
                    machine.loadBefore,
                    CALM_WITHIN.toMinutes());
        }
        for (long began = System.nanoTime();
                machine.loadBefore > CALM && System.nanoTime() - began < CALM_WITHIN.toNanos();
                machine = here()) {
            Thread.sleep(5_000);
        }
        return machine;
    }

    public static Machine here() {
        return new Machine(
                line("/proc/cpuinfo", "model name").replaceFirst(".*:\\s*", ""),
                Runtime.getRuntime().availableProcessors(),
                Math.round(Long.parseLong(line("/proc/meminfo", "MemTotal").replaceAll("\\D", "")) / (1024.0 * 1024.0)),
                System.getProperty("os.name") + " " + System.getProperty("os.version"),
                System.getProperty("java.vm.name") + " " + System.getProperty("java.runtime.version"),
                Double.parseDouble(line("/proc/loadavg", "").split(" ")[0]));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%d cores of %s, %d GiB, %s, %s; load average before: %.2f",
                cores,
                processor,
                memoryGib,
                system,
                java,
                loadBefore);
    }

    private static String line(String file, String prefix) {
        try {
            return Files.readAllLines(Path.of(file), StandardCharsets.UTF_8).stream()
                    .filter(line -> line.startsWith(prefix))
                    .findFirst()
                    .orElse("unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
