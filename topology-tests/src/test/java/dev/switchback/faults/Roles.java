package dev.switchback.faults;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.Platform;

/** The processes of a run, by name: one for capture, one for each member of apply. Not thread-safe. */
final class Roles implements AutoCloseable {

    private final Platform platform;
    private final FaultMigration migration;
    private final Members members;
    private final Map<String, ChildProcess> running = new LinkedHashMap<>();

    /** What becomes of the partitions of a member of apply that has died. */
    enum Members {
        /** It keeps its name: they wait until it is back. */
        STATIC,
        /** They move to another member when its session expires. */
        DYNAMIC
    }

    Roles(Platform platform, FaultMigration migration, Members members) {
        this.platform = platform;
        this.migration = migration;
        this.members = members;
    }

    /** Starts a process that is not running. */
    void start(String name) {
        start(name, Map.of());
    }

    /** Starts a process with further system properties. */
    void start(String name, Map<String, String> further) {
        ChildProcess earlier = running.get(name);
        if (earlier != null && earlier.isAlive()) {
            throw new IllegalStateException(name + " is running");
        }
        Map<String, String> properties = new HashMap<>(migration.properties());
        properties.putAll(further);
        running.put(name, ChildProcess.start(command(name).withProperties(properties), platform.directory()));
    }

    /** Starts those again that have ended and were not stopped. */
    void startEnded() {
        List.copyOf(running.keySet()).stream()
                .filter(name -> !process(name).isAlive())
                .forEach(this::start);
    }

    private ChildProcess.Command command(String name) {
        String state = platform.directory().resolve("state-" + name).toString();
        return switch (name) {
            case FaultRun.CAPTURE -> ChildProcess.Command.of(name, CaptureMain.class);
            case FaultRun.CARELESS -> ChildProcess.Command.of(name, CarelessApplyMain.class, state);
            default -> ChildProcess.Command.of(name, ApplyMain.class, name, members.name(), state);
        };
    }

    /** The last process that was started under the name. */
    ChildProcess process(String name) {
        return running.get(name);
    }

    /** Kills a process and forgets it: from here on it need not live. */
    void stop(String name) {
        running.remove(name).kill();
    }

    /** Ends a process in order and forgets it: from here on it need not live. */
    void end(String name) {
        ChildProcess process = running.remove(name);
        process.terminate();
        process.awaitExit(FaultRun.PATIENCE);
    }

    /** @throws AssertionError when one has ended that was not stopped */
    void requireAlive() {
        running.forEach((name, process) -> {
            if (!process.isAlive()) {
                throw new AssertionError(name + " has ended by itself");
            }
        });
    }

    /** What all of them have printed. */
    String messages() {
        return running.keySet().stream().map(this::messages).collect(Collectors.joining("\n"));
    }

    /** What a process has printed, without its progress. */
    String messages(String name) {
        return process(name)
                .output()
                .lines()
                .filter(line -> !line.startsWith(ApplyMain.FLUSHED) && !line.equals(CaptureMain.COMMITTED))
                .collect(Collectors.joining("\n", "--- " + name + "\n", ""));
    }

    @Override
    public void close() {
        running.values().forEach(ChildProcess::close);
    }
}
