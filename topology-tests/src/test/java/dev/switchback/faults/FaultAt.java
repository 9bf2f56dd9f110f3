package dev.switchback.faults;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

import dev.switchback.connectors.spi.FaultPoints;

/**
 * Does something to this process when a point is reached for the nth time. Thread-safe.
 *
 * @param left how often the point may still be passed
 */
record FaultAt(Point point, AtomicInteger left, Fault fault) implements FaultPoints {

    private static final String POINT = "faults.point";
    private static final String PASSES = "faults.passes";
    private static final String FAULT = "faults.fault";

    /** The exit code of a process that ended at its point: that of one killed by signal 9. */
    static final int EXIT_CODE = 137;

    /** What happens to the process. */
    enum Fault {
        /** It ends, as abruptly as by {@code kill -9}. */
        DIE,
        /** It stands still, as by {@code kill -STOP}, until somebody continues it. */
        FREEZE
    }

    /** For a child process, which reads it with {@link #inherited}. */
    static Map<String, String> properties(Point point, int passes, Fault fault) {
        return Map.of(POINT, point.name(), PASSES, Integer.toString(passes), FAULT, fault.name());
    }

    static FaultPoints inherited() {
        String point = System.getProperty(POINT);
        return point == null
                ? NONE
                : new FaultAt(
                        Point.valueOf(point),
                        new AtomicInteger(Integer.getInteger(PASSES)),
                        Fault.valueOf(System.getProperty(FAULT)));
    }

    @Override
    public void reached(Point reached) {
        if (reached == point && left.getAndDecrement() == 0) {
            switch (fault) {
                case DIE -> Runtime.getRuntime().halt(EXIT_CODE);
                case FREEZE -> freeze();
            }
        }
    }

    private static void freeze() {
        try {
            new ProcessBuilder(
                            "kill",
                            "-STOP",
                            Long.toString(ProcessHandle.current().pid()))
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
