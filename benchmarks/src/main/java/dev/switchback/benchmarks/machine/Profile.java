package dev.switchback.benchmarks.machine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordedThread;
import jdk.jfr.consumer.RecordingFile;

/**
 * What a JVM spent its time and memory on, from a recording of Java's Flight Recorder, as text: which threads, which
 * methods, a flame graph of each busy thread turned into an indented tree, and what was allocated where.
 */
public final class Profile {

    private static final int TOP = 30;
    private static final int DEPTH = 40;
    /** Branches below this share of all samples are left out. */
    private static final double SMALLEST = 0.01;

    private static final String CPU = "jdk.ExecutionSample";
    private static final String ALLOCATION = "jdk.ObjectAllocationSample";

    private final Map<String, Branch> threads = new TreeMap<>();
    private final Map<String, Long> methods = new HashMap<>();
    private final Map<String, Long> allocatedClasses = new HashMap<>();
    private final Map<String, Long> allocatedAt = new HashMap<>();
    private long samples;
    private long allocated;

    private Profile() {}

    /** Samples of one place in the code and what it called. */
    private static final class Branch {
        private long samples;
        private final Map<String, Branch> calls = new HashMap<>();
    }

    /**
     * Writes each recording out as text.
     *
     * @param recordings a directory of {@code NAME.jfr}
     * @param texts where {@code SCENARIO-NAME.txt} goes
     * @param facts what ran where, and when, by name
     */
    public static void write(Path recordings, Path texts, String scenario, Map<String, String> facts)
            throws IOException {
        Files.createDirectories(texts);
        String head = facts.entrySet().stream()
                .map(fact -> fact.getKey() + ": " + fact.getValue() + "\n")
                .collect(Collectors.joining("", "", "\n"));
        try (Stream<Path> files = Files.list(recordings)) {
            for (Path file : files.sorted().toList()) {
                String name = String.valueOf(file.getFileName()).replace(".jfr", ".txt");
                Files.writeString(texts.resolve(scenario + "-" + name), head + of(file).text(), StandardCharsets.UTF_8);
            }
        }
    }

    /** Reads a recording. */
    public static Profile of(Path recording) {
        Profile profile = new Profile();
        try (RecordingFile file = new RecordingFile(recording)) {
            while (file.hasMoreEvents()) {
                profile.add(file.readEvent());
            }
            return profile;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void add(RecordedEvent event) {
        RecordedStackTrace trace = event.getStackTrace();
        if (trace == null || trace.getFrames().isEmpty()) {
            return;
        }
        if (event.getEventType().getName().equals(CPU)) {
            addSample(group(event.getThread("sampledThread")), trace.getFrames());
        } else if (event.getEventType().getName().equals(ALLOCATION)) {
            long weight = event.getLong("weight");
            allocated += weight;
            allocatedClasses.merge(event.getClass("objectClass").getName(), weight, Long::sum);
            allocatedAt.merge(
                    trace.getFrames().stream().limit(3).map(Profile::method).collect(Collectors.joining(" < ")),
                    weight,
                    Long::sum);
        }
    }

    private void addSample(String thread, List<RecordedFrame> frames) {
        samples++;
        methods.merge(method(frames.get(0)), 1L, Long::sum);
        Branch branch = threads.computeIfAbsent(thread, name -> new Branch());
        branch.samples++;
        for (int i = frames.size() - 1; i >= Math.max(0, frames.size() - DEPTH); i--) {
            branch = branch.calls.computeIfAbsent(method(frames.get(i)), name -> new Branch());
            branch.samples++;
        }
    }

    /** Threads of one kind together: their numbers do not matter. */
    private static String group(RecordedThread thread) {
        String name = thread == null || thread.getJavaName() == null ? "native" : thread.getJavaName();
        return name.replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "#").replaceAll("\\d+", "#");
    }

    private static String method(RecordedFrame frame) {
        String type = frame.getMethod().getType().getName().replaceAll("(?:[a-z0-9_]+\\.)+(?=[A-Z])", "");
        return type.replaceAll("[/+].*", "") + "." + frame.getMethod().getName();
    }

    /** The profile for people. */
    public String text() {
        StringBuilder text = new StringBuilder();
        text.append(samples).append(" samples of running Java code\n\nBy thread\n");
        table(text, threads, branch -> branch.samples, samples);
        text.append("\nBy method, itself\n");
        table(text, methods, count -> count, samples);
        text.append("\nAllocation by class, ").append(allocated >> 20).append(" MiB\n");
        table(text, allocatedClasses, bytes -> bytes, allocated);
        text.append("\nAllocation by place\n");
        table(text, allocatedAt, bytes -> bytes, allocated);
        sorted(threads, branch -> branch.samples).forEach(thread -> {
            if (thread.getValue().samples >= samples * SMALLEST) {
                text.append("\nThread ").append(thread.getKey()).append('\n');
                tree(text, thread.getValue(), 0);
            }
        });
        return text.toString();
    }

    private static <T> void table(StringBuilder text, Map<String, T> rows, Function<T, Long> weight, long all) {
        sorted(rows, weight).stream().limit(TOP).forEach(row -> text.append(share(weight.apply(row.getValue()), all))
                .append("  ")
                .append(row.getKey())
                .append('\n'));
    }

    private void tree(StringBuilder text, Branch branch, int depth) {
        for (Map.Entry<String, Branch> call : sorted(branch.calls, child -> child.samples)) {
            if (call.getValue().samples >= samples * SMALLEST) {
                text.append(share(call.getValue().samples, samples))
                        .append("  ")
                        .append(" ".repeat(depth))
                        .append(call.getKey())
                        .append('\n');
                tree(text, call.getValue(), depth + 1);
            }
        }
    }

    private static <T> List<Map.Entry<String, T>> sorted(Map<String, T> rows, Function<T, Long> weight) {
        return rows.entrySet().stream()
                .sorted(Comparator.comparing((Map.Entry<String, T> row) -> -weight.apply(row.getValue()))
                        .thenComparing(Map.Entry::getKey))
                .toList();
    }

    private static String share(long part, long all) {
        return String.format(Locale.ROOT, "%5.1f%%", all == 0 ? 0 : 100.0 * part / all);
    }
}
