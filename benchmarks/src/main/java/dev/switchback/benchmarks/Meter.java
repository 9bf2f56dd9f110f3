package dev.switchback.benchmarks;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

import dev.switchback.benchmarks.contender.Running;
import dev.switchback.benchmarks.machine.Network;
import dev.switchback.benchmarks.machine.Usage;
import dev.switchback.benchmarks.stage.Stage;

/** Follows what processes use between two moments. Not thread-safe. */
final class Meter {

    private static final long SAMPLE_NANOS = 1_000_000_000;

    /** Begins the name of what is a part of another figure. */
    private static final String OF = "of ";

    private final Map<String, Long> processes;
    private final Map<String, Usage> beginning = new HashMap<>();
    private final Map<String, Usage> last = new HashMap<>();
    private final Map<String, Double> compiled = new TreeMap<>();
    private final Map<String, Long> peakKib = new HashMap<>();
    private long sampled;
    private long transferred;

    /** Of a contender at work, and of what serves it. */
    static Meter of(Stage stage, Running running) {
        Map<String, Long> processes = new LinkedHashMap<>(stage.processes());
        running.children().forEach(child -> processes.put(child.name(), child.pid()));
        return new Meter(processes);
    }

    /** @param processes the roots of process trees, by name */
    private Meter(Map<String, Long> processes) {
        this.processes = new LinkedHashMap<>(processes);
    }

    /** From here on CPU time counts. */
    void begin() {
        read();
        beginning.putAll(last);
        transferred = -Network.bytes();
        processes.forEach((name, pid) -> compiled.put(name, -Usage.compilerSeconds(pid)));
    }

    /** Looks at memory, once a second however often it is called. */
    void sample() {
        if (System.nanoTime() - sampled > SAMPLE_NANOS) {
            read();
        }
    }

    /** Up to here CPU time counts. */
    void end() {
        read();
        transferred += Network.bytes();
        processes.forEach((name, pid) -> compiled.merge(name, Usage.compilerSeconds(pid), Double::sum));
    }

    /** How long it took, and what a change cost everybody together; the network is every connection's. */
    Map<String, Double> details(long nanos, long changes) {
        double all = cpuSecondsPerMillion(changes).entrySet().stream()
                .filter(process -> !process.getKey().startsWith(OF))
                .mapToDouble(Map.Entry::getValue)
                .sum();
        return Map.of(
                "seconds",
                nanos / 1e9,
                "CPU µs a change",
                all,
                "bytes a change over the network",
                (double) transferred / changes);
    }

    /** Of each process, and again what Java's compilers took of it. */
    Map<String, Double> cpuSecondsPerMillion(long changes) {
        Map<String, Double> seconds = new TreeMap<>();
        beginning.forEach((name, before) -> {
            Usage after = last.get(name);
            if (after != null) {
                seconds.put(name, after.cpuSecondsSince(before) * 1_000_000 / changes);
            }
        });
        compiled.forEach((name, took) -> {
            if (took > 0) {
                seconds.put(OF + name + " compiling", took * 1_000_000 / changes);
            }
        });
        return seconds;
    }

    /** Of a JVM the most it ever had resident; of a PostgreSQL server the most memory besides its shared buffers seen. */
    Map<String, Long> peakMebibytes() {
        Map<String, Long> peaks = new TreeMap<>();
        peakKib.forEach((name, kib) -> peaks.put(name, kib / 1024));
        return peaks;
    }

    private void read() {
        sampled = System.nanoTime();
        processes.forEach((name, pid) -> {
            Usage usage = Usage.of(pid);
            last.put(name, usage);
            boolean server = name.endsWith("PostgreSQL");
            peakKib.merge(name, server ? usage.anonymousKib() : usage.peakKib(), Math::max);
        });
    }
}
