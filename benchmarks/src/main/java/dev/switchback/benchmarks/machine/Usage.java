package dev.switchback.benchmarks.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What a process and all that it started have used so far, from Linux's {@code /proc}.
 *
 * @param cpuTicks CPU time, user and system, of the process, its living descendants, and those that have ended and been
 *     waited for, in ticks of {@link #TICKS_PER_SECOND}
 * @param anonymousKib memory of their own (not shared with others, not backed by files) at this moment, of all of them
 * @param peakKib the most memory the process itself, without descendants, has ever had resident
 */
public record Usage(long cpuTicks, long anonymousKib, long peakKib) {

    /** The kernel's {@code USER_HZ}; 100 on every Linux that Java 17 runs on. */
    public static final int TICKS_PER_SECOND = 100;

    /** As the kernel cuts their threads' names off. */
    private static final Pattern COMPILER = Pattern.compile("\\(C[12] CompilerThre\\)");

    private static final String THREADS = "task/";

    private static final Usage NONE = new Usage(0, 0, 0);

    /** Of the process and its descendants; nothing for a process that is gone. */
    public static Usage of(long pid) {
        Optional<ProcessHandle> root = ProcessHandle.of(pid);
        if (root.isEmpty()) {
            return NONE;
        }
        long peak = statusKib(pid, "VmHWM:");
        return Stream.concat(Stream.of(root.get()), root.get().descendants())
                .map(process -> new Usage(ticks(process.pid()), statusKib(process.pid(), "RssAnon:"), 0))
                .reduce(new Usage(0, 0, peak), Usage::plus);
    }

    /** CPU seconds between an earlier reading and this one. */
    public double cpuSecondsSince(Usage earlier) {
        return (double) (cpuTicks - earlier.cpuTicks) / TICKS_PER_SECOND;
    }

    /**
     * CPU seconds that the compilers of a JVM have taken so far: many while it is young, hardly any later. Reads each of its
     * threads, so not for every sample.
     */
    public static double compilerSeconds(long pid) {
        String[] threads =
                Path.of("/proc", Long.toString(pid), THREADS).toFile().list();
        long ticks = threads == null
                ? 0
                : Arrays.stream(threads)
                        .map(thread -> read(pid, THREADS + thread + "/stat"))
                        .filter(stat -> COMPILER.matcher(stat).find())
                        .mapToLong(stat -> ticks(stat, 2))
                        .sum();
        return (double) ticks / TICKS_PER_SECOND;
    }

    private Usage plus(Usage other) {
        return new Usage(
                cpuTicks + other.cpuTicks, anonymousKib + other.anonymousKib, Math.max(peakKib, other.peakKib));
    }

    private static long ticks(long pid) {
        return ticks(read(pid, "stat"), 4);
    }

    /** @param fields 2 for its own time, 4 for that of children it has waited for as well */
    private static long ticks(String stat, int fields) {
        if (stat.isEmpty()) {
            return 0;
        }
        // The second field is the program's name in parentheses, which may hold anything; utime is the 14th.
        String[] values = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return Arrays.stream(values, 11, 11 + fields).mapToLong(Long::parseLong).sum();
    }

    private static long statusKib(long pid, String name) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            return "";
        } catch (IOException e) {
            // A process or a thread that ends while it is being read.
            if (ProcessHandle.of(pid).isEmpty() || file.startsWith(THREADS)) {
                return "";
            }
            throw new UncheckedIOException(e);
        }
    }
}
