package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.LogCursor.AnotherLogException;
import dev.switchback.connectors.debezium.LogDecoder.UnreadableLogException;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Reads one flow's source and writes its changes to the change topics, exactly once: changes and the log offset behind
 * them go in one Kafka transaction, and whatever fails, capture starts again from the offset that was stored. What a
 * person must act on (DDL, a gap in the log, a record too large) halts it for good. Thread-safe.
 *
 * <p>The publication must be there; topics and slot are created. Of several captures of a flow one is active: the one that
 * reads the slot.
 */
public final class Capture implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Capture.class);

    /** A run that lasted this long was no failed start: the next failure begins with a short pause again. */
    private static final Duration HEALTHY = Duration.ofSeconds(60);

    private final CaptureSettings settings;
    private final SchemaStore schemas;
    private final Drain drain;
    private final FaultPoints faults;
    private final Progress progress;
    private final Thread thread;
    private final CountDownLatch closing = new CountDownLatch(1);
    private volatile @Nullable CaptureRun run;

    /**
     * Touches nothing yet.
     *
     * @param schemas where the changes' Avro schemas are kept; not closed by capture
     * @param drain asked while a TRUNCATE waits for the destination
     */
    public Capture(
            CaptureSettings settings, SchemaStore schemas, Drain drain, CaptureListener listener, FaultPoints faults) {
        this.settings = settings;
        this.schemas = schemas;
        this.drain = drain;
        this.faults = faults;
        this.progress = new Progress(listener);
        this.thread = new Thread(this::supervise, "capture-" + settings.flow());
    }

    /** Starts to capture on a thread of its own, and returns at once. */
    public void start() {
        thread.start();
    }

    public CaptureState state() {
        return progress.state();
    }

    private void supervise() {
        Duration pause = settings.tuning().firstPause();
        while (!isClosing()) {
            long began = System.nanoTime();
            Throwable failure = runOnce();
            if (isClosing() || failure == null) {
                break;
            }
            Optional<List<Problem>> halt = reasonToHalt(failure);
            if (halt.isPresent()) {
                halt.get().forEach(problem -> LOG.error("Capture of {} has stopped: {}", settings.flow(), problem));
                progress.halted(halt.get());
                break;
            }
            if (System.nanoTime() - began > HEALTHY.toNanos()) {
                pause = settings.tuning().firstPause();
            }
            pauseAfter(failure, pause);
            pause = shorter(pause.multipliedBy(2), settings.tuning().longestPause());
        }
        progress.closed();
    }

    private @Nullable Throwable runOnce() {
        CaptureRun next = new CaptureRun(settings, schemas, drain, progress, faults);
        run = next;
        try (next) {
            return isClosing() ? null : next.execute();
        } catch (Throwable failure) {
            // Errors, too: whoever looks at the state must see that nothing is captured any more.
            return failure;
        }
    }

    private void pauseAfter(Throwable failure, Duration pause) {
        Duration jittered = pause.plusMillis(ThreadLocalRandom.current().nextLong(pause.toMillis() / 2 + 1));
        String reason = reason(failure);
        LOG.warn("Capture of {} starts again in {}: {}", settings.flow(), TimeSpan.text(jittered), reason);
        LOG.debug("the failure in full", failure);
        progress.restarting(reason, jittered);
        try {
            if (closing.await(jittered.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.debug("closed during the pause");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private Optional<List<Problem>> reasonToHalt(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof UnreadableLogException unreadable) {
                return Optional.of(List.of(new Problem(
                        Problem.Kind.INTERNAL,
                        settings.source().where(),
                        "The log holds what this version of Switchback cannot read: " + unreadable.getMessage()
                                + ". Nothing behind that is in Kafka.",
                        "Report this with the server's version; nothing is lost, and a version that can read it goes on"
                                + " where this one ended.")));
            }
            if (cause instanceof Error) {
                return Optional.of(List.of(new Problem(
                        Problem.Kind.INTERNAL,
                        settings.source().where(),
                        "Capture failed: " + cause + ".",
                        "Report this with the log; nothing is lost, and a new start goes on where it ended.")));
            }
            if (cause instanceof ProblemException problem
                    && problem.problems().stream().anyMatch(one -> one.kind() != Problem.Kind.UNREACHABLE)) {
                return Optional.of(problem.problems());
            }
            if (cause instanceof AnotherLogException another) {
                return Optional.of(List.of(new Problem(
                        Problem.Kind.REFUSED,
                        settings.source().where(),
                        "The log is not the one that was captured: " + another.getMessage() + ".",
                        "Start the migration anew, so that the tables are copied again.")));
            }
        }
        return Optional.empty();
    }

    /** The innermost message: what wraps it says only that something failed. */
    private static String reason(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null && !(cause instanceof ProblemException)) {
            cause = cause.getCause();
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }

    /** Ends within {@link CaptureSettings.Tuning#close}, and leaves no session behind that holds the slot. */
    @Override
    public void close() {
        closing.countDown();
        Duration within = settings.tuning().close();
        CaptureRun current = run;
        if (current != null) {
            current.close(within.dividedBy(2));
        }
        thread.interrupt();
        try {
            thread.join(within.dividedBy(4).toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
        progress.closed();
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
