package dev.switchback.pipeline.run;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.pipeline.metrics.MetricsServer;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.status.Status;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.LagHistogram;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A migration that runs in this process, with the roles it was given. Thread-safe. */
public final class Pipeline implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Pipeline.class);

    /** Of the ten seconds within which all must have ended, what the roles may take; the broker ends behind them. */
    static final Duration ROLES_CLOSE_WITHIN = Duration.ofSeconds(5);

    private static final Duration CLIENTS_CLOSE_WITHIN = Duration.ofSeconds(1);
    private static final Duration GROUND_CLOSES_WITHIN = Duration.ofSeconds(3);

    private final Assembly.Parts parts;
    private final CountDownLatch ending = new CountDownLatch(1);
    private final AtomicBoolean closing = new AtomicBoolean();
    private final CountDownLatch closed = new CountDownLatch(1);

    private Pipeline(Plan plan, RunSettings settings, FaultPoints faults) {
        this.parts = new Assembly(plan, settings, faults, this::endIfHalted).parts();
    }

    /**
     * Creates what is missing (control schema, topics, publication, triggers) and starts the roles. Returns once they
     * have been told to start; {@link #status()} says how they fare.
     *
     * @throws ProblemException when something cannot be created, Kafka does not answer, or another process holds the data
     *     directory; nothing is left running
     */
    public static Pipeline start(Plan plan, RunSettings settings) {
        return start(plan, settings, FaultPoints.NONE);
    }

    /** As {@link #start(Plan, RunSettings)}, for tests of what happens when the process dies at a certain point. */
    public static Pipeline start(Plan plan, RunSettings settings, FaultPoints faults) {
        Pipeline pipeline = new Pipeline(plan, settings, faults);
        try {
            pipeline.parts.chronicle().start();
            pipeline.parts.warden().start();
        } catch (RuntimeException e) {
            pipeline.close();
            throw e;
        }
        pipeline.parts.flows().forward().start();
        return pipeline;
    }

    /** How the migration stood at most a second or so ago. Does not block. */
    public Status status() {
        return parts.flows().applying().observation().latest();
    }

    /** Delays from the source's commit to the destination's, of all changes that this process applied. */
    public LagHistogram.Snapshot lag() {
        return parts.flows().applying().roles().apply().map(ApplyRole::lag).orElseGet(() -> new LagHistogram()
                .snapshot());
    }

    /** The port that serves metrics; 0 if none does. */
    public int metricsPort() {
        return parts.metrics().map(MetricsServer::port).orElse(0);
    }

    /**
     * Waits until everything that the source has committed so far is applied, by watermark.
     *
     * @return whether it was within the time
     * @throws ProblemException when a role has halted meanwhile
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        boolean drained = parts.flows().applying().drainage().await(timeout, () -> isClosing() || isHalted());
        if (!drained && isHalted()) {
            throw new ProblemException(applying().halted());
        }
        return drained;
    }

    /**
     * Waits until the pipeline ends: by {@link #close}, or because a role has halted. When capture has halted, what it
     * had captured before is applied first.
     *
     * @return why it ended; empty after {@link #close}
     */
    public List<Problem> awaitEnd() throws InterruptedException {
        ending.await();
        if (isClosing()) {
            return List.of();
        }
        Roles roles = applying();
        if (roles.apply().isPresent() && !roles.applyHalted()) {
            LOG.info("capture has halted; what it captured is being applied");
            parts.flows().applying().remainder().awaitApplied(() -> isClosing() || roles.applyHalted());
        }
        return roles.halted();
    }

    /** Ends every role within ten seconds, whatever does not answer, and leaves no session behind that holds the slot. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            awaitClosed();
            return;
        }
        ending.countDown();
        // First of all: whoever waits for a destination that stays away must not be waited for.
        List<FlowRun> flows = parts.flows().ending();
        flows.forEach(flow -> flow.target().close());
        List<Problem> why = applying().halted();
        List<AutoCloseable> roles = new ArrayList<>();
        List<AutoCloseable> clients = new ArrayList<>(parts.clients());
        roles.add(() -> parts.chronicle().stopped(why));
        for (FlowRun flow : flows) {
            flow.roles().capture().ifPresent(roles::add);
            flow.roles().apply().ifPresent(apply -> roles.add(() -> apply.close(ROLES_CLOSE_WITHIN)));
            clients.addAll(flow.clients());
        }
        within(ROLES_CLOSE_WITHIN.plusMillis(500), roles);
        within(CLIENTS_CLOSE_WITHIN, clients);
        within(GROUND_CLOSES_WITHIN, List.of(this::closeGround));
        closed.countDown();
    }

    /** A flow that stands by may halt without harm, until it is turned to. */
    private void endIfHalted() {
        if (isHalted()) {
            ending.countDown();
        }
    }

    private void closeGround() {
        List<AutoCloseable> ground = parts.ground();
        for (int i = ground.size() - 1; i >= 0; i--) {
            closeQuietly(ground.get(i));
        }
    }

    private static void closeQuietly(AutoCloseable part) {
        try {
            part.close();
        } catch (Exception e) {
            LOG.info("{} did not close", part, e);
        }
    }

    /** Closes all of them at once, and goes on after the limit whether or not they have ended. */
    private static void within(Duration limit, List<AutoCloseable> parts) {
        List<Thread> threads = new ArrayList<>();
        for (AutoCloseable part : parts) {
            Thread thread = new Thread(() -> closeQuietly(part), "closing");
            thread.setDaemon(true);
            thread.start();
            threads.add(thread);
        }
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            for (Thread thread : threads) {
                thread.join(Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void awaitClosed() {
        try {
            if (!closed.await(10, TimeUnit.SECONDS)) {
                LOG.debug("another thread has not ended to close the pipeline");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private Roles applying() {
        return parts.flows().applying().roles();
    }

    private boolean isClosing() {
        return closing.get();
    }

    private boolean isHalted() {
        return parts.flows()
                .inCharge()
                .filter(flow -> !flow.roles().halted().isEmpty())
                .isPresent();
    }
}
