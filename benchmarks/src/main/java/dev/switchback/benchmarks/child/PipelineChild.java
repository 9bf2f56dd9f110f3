package dev.switchback.benchmarks.child;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryType;
import java.lang.management.MemoryUsage;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import com.sun.management.GarbageCollectorMXBean;
import com.sun.management.GcInfo;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.Role;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.transforms.problem.Problem;

/** The product, as {@code switchback run} runs it. */
public final class PipelineChild {

    private PipelineChild() {}

    /** @param arguments the migration file, the data directory, the roles */
    public static void main(String[] arguments) throws InterruptedException {
        Lifeline.hold();
        Thread heap = new Thread(PipelineChild::watchHeap, "heap");
        heap.setDaemon(true);
        heap.start();
        Plan plan = Plan.of(MigrationFile.read(Path.of(arguments[0]), Map.of()));
        Set<Role> roles = Arrays.stream(arguments).skip(2).map(Role::valueOf).collect(Collectors.toUnmodifiableSet());
        Pipeline pipeline = Pipeline.start(plan, new RunSettings(Path.of(arguments[1]), roles));
        Runtime.getRuntime().addShutdownHook(new Thread(pipeline::close, "pipeline-close"));
        List<Problem> problems = pipeline.awaitEnd();
        if (!problems.isEmpty()) {
            Lifeline.announce("failed", problems);
        }
    }

    /** Announces, once a second, how many MiB the last collection of the heap has left. */
    private static void watchHeap() {
        try {
            while (true) {
                TimeUnit.SECONDS.sleep(1);
                ManagementFactory.getPlatformMXBeans(GarbageCollectorMXBean.class).stream()
                        .map(GarbageCollectorMXBean::getLastGcInfo)
                        .filter(Objects::nonNull)
                        .max(Comparator.comparing(GcInfo::getEndTime))
                        .ifPresent(last -> Lifeline.announce("heap", heapAfter(last) >> 20));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static long heapAfter(GcInfo collection) {
        return ManagementFactory.getMemoryPoolMXBeans().stream()
                .filter(pool -> pool.getType() == MemoryType.HEAP)
                .map(pool -> collection.getMemoryUsageAfterGc().get(pool.getName()))
                .filter(Objects::nonNull)
                .mapToLong(MemoryUsage::getUsed)
                .sum();
    }
}
