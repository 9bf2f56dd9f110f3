package dev.switchback.platform;

import java.time.Duration;
import java.util.concurrent.Callable;

import org.jspecify.annotations.Nullable;

/** Waits for what another thread, process or database brings about, instead of sleeping and hoping. */
public final class Await {

    private static final long POLL_MILLIS = 20;
    private static final Duration LONGEST_LOOK = Duration.ofSeconds(10);

    private Await() {}

    /** A condition that may fail while what it asks is not there yet; a failure counts as "not yet". */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /**
     * Polls until the condition holds.
     *
     * @param what the awaited state in words, as it stands behind "waited for": {@code the slot to be inactive}
     * @throws AssertionError when it does not hold within the timeout, or the thread is interrupted; the condition's
     *     last failure is its cause
     */
    public static void until(String what, Duration timeout, Condition condition) {
        value(what, timeout, () -> condition.holds() ? Boolean.TRUE : null);
    }

    /**
     * Polls until the supplier gives something other than null, and returns it.
     *
     * @throws AssertionError as {@link #until} does
     */
    public static <T> T value(String what, Duration timeout, Callable<? extends @Nullable T> supplier) {
        long left = timeout.toNanos();
        long looked = System.nanoTime();
        Exception last = null;
        while (left > 0) {
            try {
                T value = supplier.call();
                if (value != null) {
                    return value;
                }
                last = null;
            } catch (InterruptedException e) {
                throw interrupted(what, e);
            } catch (Exception e) {
                last = e;
            }
            pause(what);
            // A machine, or a process, that was suspended meanwhile has not waited.
            left -= Math.min(System.nanoTime() - looked, LONGEST_LOOK.toNanos());
            looked = System.nanoTime();
        }
        throw new AssertionError("waited " + timeout.toSeconds() + " s in vain for " + what, last);
    }

    private static void pause(String what) {
        try {
            Thread.sleep(POLL_MILLIS);
        } catch (InterruptedException e) {
            throw interrupted(what, e);
        }
    }

    private static AssertionError interrupted(String what, InterruptedException cause) {
        Thread.currentThread().interrupt();
        return new AssertionError("interrupted while waiting for " + what, cause);
    }
}
