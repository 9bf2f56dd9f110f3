package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.pipeline.topology.ApplyState.Phase;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Keeps one member of a flow's topology running: starts its stream threads, and when they end because the destination or
 * Kafka stays away, starts them again when it is back; halts for good where only a person can help. Thread-safe.
 */
public final class ApplyRole implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ApplyRole.class);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

    private final ApplySettings settings;
    private final ApplyListener listener;
    private final LagHistogram lag = new LagHistogram();
    private final Thread supervisor;
    private ApplyState state = new ApplyState(Phase.STARTING, Instant.now(), Optional.empty());
    private @Nullable ApplyRun run;
    private Duration pause = FIRST_PAUSE;
    private boolean closing;

    public ApplyRole(ApplySettings settings, ApplyListener listener) {
        this.settings = settings;
        this.listener = listener;
        this.supervisor = new Thread(this::supervise, settings.flow().applicationId() + "-apply");
        this.supervisor.setDaemon(true);
    }

    /** Returns at once; {@link #state()} says what became of it. */
    public void start() {
        supervisor.start();
    }

    public synchronized ApplyState state() {
        return state;
    }

    /** When its slowest loop last moved; a health check compares it with its bound. */
    public Instant lastMoved() {
        @Nullable ApplyRun current = run();
        return current == null ? Instant.now() : current.lastMoved();
    }

    /** Delays from the source's commit to the destination's, of all changes but those of a backfill. */
    public LagHistogram.Snapshot lag() {
        return lag.snapshot();
    }

    /** How many source keys have held changes in this member's partitions; a moment old. */
    public int heldKeys() {
        @Nullable ApplyRun current = run();
        return current == null ? 0 : current.heldKeys();
    }

    /**
     * Writes what is buffered, commits and leaves the consumer group; closes the destination. Past the limit it returns although stream threads
     * may still wait for Kafka or the destination; whatever they do then is as safe as a crash.
     */
    public void close(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        @Nullable ApplyRun current;
        synchronized (this) {
            closing = true;
            notifyAll();
            current = run;
        }
        settings.destination().close();
        boolean ended = current == null || current.end(limit);
        try {
            if (supervisor.isAlive() && Thread.currentThread() != supervisor) {
                supervisor.join(Math.max(1, (deadline - System.nanoTime()) / 1_000_000));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!ended) {
            LOG.warn("apply of {} did not end within {}", settings.flow(), TimeSpan.text(limit));
        }
        enter(Phase.CLOSED, Optional.empty());
    }

    @Override
    public void close() {
        close(Duration.ofSeconds(5));
    }

    private void supervise() {
        try {
            while (!isClosing()) {
                enter(Phase.STARTING, state().problem());
                Optional<ApplyFailure> failure = runOnce();
                if (failure.isPresent() && !failure.get().mayPass()) {
                    failure.get().problems().forEach(problem -> LOG.error("{}", problem));
                    enter(Phase.HALTED, failure.get().problems().stream().findFirst());
                    return;
                }
                if (failure.isPresent()) {
                    failure.get().problems().forEach(problem -> LOG.warn("{}", problem));
                    enter(Phase.WAITING, failure.get().problems().stream().findFirst());
                    pause();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            LOG.error("apply of {} has ended", settings.flow(), e);
            enter(
                    Phase.HALTED,
                    ApplyFailure.of(settings.flow(), e).problems().stream().findFirst());
        }
    }

    /** Runs the stream threads until they end; returns why, or nothing if they were told to. */
    private Optional<ApplyFailure> runOnce() throws InterruptedException {
        try (ApplyRun prepared = ApplyRun.prepare(settings, new Listener(), this::running)) {
            if (!begin(prepared)) {
                return Optional.empty();
            }
            try {
                prepared.start();
                return prepared.awaitEnd().map(failure -> ApplyFailure.of(settings.flow(), failure));
            } finally {
                end();
            }
        } catch (RuntimeException | Error e) {
            // An error, too: whoever looks at the state must see that nothing is applied any more.
            return Optional.of(ApplyFailure.of(settings.flow(), e));
        }
    }

    private synchronized boolean begin(ApplyRun prepared) {
        if (closing) {
            return false;
        }
        run = prepared;
        return true;
    }

    private synchronized void end() {
        run = null;
    }

    private synchronized @Nullable ApplyRun run() {
        return run;
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    private void running() {
        enter(Phase.RUNNING, Optional.empty());
    }

    private void enter(Phase phase, Optional<Problem> problem) {
        ApplyState entered = new ApplyState(phase, Instant.now(), problem);
        synchronized (this) {
            boolean halted = state.phase() == Phase.HALTED;
            if (state.phase() == Phase.CLOSED || (halted && phase != Phase.CLOSED)) {
                return;
            }
            state = entered;
        }
        listener.stateChanged(entered);
    }

    /** Waits longer each time, until something has been applied; not in step with other members. */
    private synchronized void pause() throws InterruptedException {
        long millis = pause.toMillis() / 2 + ThreadLocalRandom.current().nextLong(pause.toMillis() / 2 + 1);
        long deadline = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; left > 0 && !closing; left = (deadline - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) > 0 ? LONGEST_PAUSE : longer;
    }

    private synchronized void progressed() {
        pause = FIRST_PAUSE;
    }

    /** Takes what the role itself wants to know, and passes everything on. */
    private final class Listener implements ApplyListener {

        @Override
        public void flushed(int rows, List<Batch.Advance> advances, Duration took) {
            progressed();
            listener.flushed(rows, advances, took);
        }

        @Override
        public void lag(long millis) {
            lag.record(millis);
            listener.lag(millis);
        }

        @Override
        public void held(List<HeldChange> changes) {
            listener.held(changes);
        }

        @Override
        public void rebalancing() {
            listener.rebalancing();
        }

        @Override
        public void stateChanged(ApplyState changed) {
            listener.stateChanged(changed);
        }
    }
}
