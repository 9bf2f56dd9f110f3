package dev.switchback.pipeline.run;

import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.LedgerListener;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.around.WebhookAnnouncer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.migration.operation.Unserved;
import dev.switchback.pipeline.migration.topic.LedgerTail;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Does in this process what the ledger calls for beside the roles: runs REVERSE once the migration is armed, keeps the side
 * that is not the source of truth fenced, and settles an operation whose fence nobody serves any more. Thread-safe.
 */
final class Warden implements LedgerListener, AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Warden.class);
    private static final Duration OFTEN = Duration.ofMillis(100);
    private static final Duration BEHIND_CAPTURE = Duration.ofSeconds(1);
    private static final Duration SELDOM = Duration.ofSeconds(10);

    /** Writers on the wrong side are few, and an instant without them is soon found. */
    private static final Duration FENCE_WITHIN = Duration.ofSeconds(10);

    private final String member;
    private final boolean captures;
    private final Plan plan;
    private final KafkaAccess kafka;
    private final Flows flows;
    private final Ledger ledger;
    private final Map<Side, Parts.Database> sides;
    private final Runnable onTurned;
    private final Unserved unserved;
    private final ScheduledExecutorService clock = Executors.newScheduledThreadPool(3, Warden::thread);
    private MigrationState state = MigrationState.START;
    private boolean caughtUp;
    private @Nullable LedgerTail tail;
    private String hindered = "";

    /** @param onTurned told whenever another direction applies */
    Warden(Plan plan, Ground ground, Flows flows, Ledger ledger, Runnable onTurned) {
        this.plan = plan;
        // A process that captures reaches both databases for certain, so that the others leave it to go first.
        this.captures = ground.settings().roles().contains(Role.CAPTURE);
        this.unserved = new Unserved(captures ? Duration.ZERO : BEHIND_CAPTURE);
        this.member = ground.member().name();
        this.kafka = ground.kafka();
        this.flows = flows;
        this.ledger = ledger;
        this.sides = Operations.sides(plan.file());
        this.onTurned = onTurned;
    }

    void start() {
        if (captures) {
            try {
                keepFenced();
            } catch (ProblemException e) {
                LOG.warn(
                        "a misrouted client could write to the side that is not the source of truth: {}",
                        e.getMessage());
            }
        }
        follow();
        every(OFTEN, this::arm);
        every(OFTEN, this::settleUnserved);
        if (captures) {
            every(SELDOM, this::keepFenced);
        }
    }

    private synchronized void follow() {
        tail = LedgerTail.follow(new LedgerTopic(kafka.settings(), plan.file().migration()), this);
    }

    @Override
    public void read(Line line) {
        synchronized (this) {
            unserved.read(line, System.nanoTime());
            state = line.after();
            if (!caughtUp) {
                return;
            }
        }
        noteDirection(line.after());
    }

    @Override
    public void caughtUp(MigrationState now) {
        synchronized (this) {
            caughtUp = true;
            state = now;
        }
        noteDirection(now);
    }

    @Override
    public void failed(RuntimeException reason) {
        LOG.warn("the ledger cannot be followed: {}", reason.getMessage());
        synchronized (this) {
            caughtUp = false;
            tail = null;
        }
    }

    private void noteDirection(MigrationState now) {
        flows.applies(now.applies());
        onTurned.run();
    }

    private void arm() {
        long epoch;
        synchronized (this) {
            if (tail == null) {
                follow();
            }
            if (!caughtUp || !state.armed()) {
                return;
            }
            epoch = state.epoch();
        }
        try {
            flows.arm();
        } catch (ProblemException e) {
            // Whoever operates looks for what is said about the operation at hand.
            String why = String.valueOf(e.getMessage());
            if (!hindered.equals(epoch + why)) {
                hindered = epoch + why;
                LOG.warn("the way back cannot run: {}", why);
                var unused = ledger.note(new Note.Hindered(member, why));
            }
        }
    }

    private void settleUnserved() {
        Optional<Running> due;
        synchronized (this) {
            due = unserved.due(System.nanoTime());
            if (!caughtUp || due.isEmpty()) {
                return;
            }
        }
        LOG.warn("an operation's fence is closed and nobody serves it: settling it");
        try (WebhookAnnouncer webhooks = new WebhookAnnouncer(
                        plan.file().migration() + ": settled by switchback run",
                        plan.file().operations().announcements());
                Operations operations = Operations.toSettle(plan.file(), kafka, Settings.DEFAULTS.maxPause())) {
            Outcome outcome = Cutover.settle(
                    operations.parts(),
                    due.get(),
                    Settings.DEFAULTS,
                    webhooks,
                    "its fence was closed, and its operator neither went on nor opened it");
            LOG.warn("settled: {}", outcome.state().phase());
        } catch (RuntimeException | Error e) {
            LOG.warn("it could not be settled: {}", e.toString());
            synchronized (this) {
                unserved.triedInVain(System.nanoTime());
            }
        }
    }

    /**
     * Between operations, closes the fence of the side that applications must not write to, where it is not closed: also
     * where that side failed over to an older state, or was away when an operation was undone, and its control row is of
     * an epoch before the ledger's. That row is read before the ledger. Who gives the writes to this side later raises its
     * epoch first, so that a close that comes too late is refused.
     */
    private void keepFenced() {
        Side passive = ledger.read().sourceOfTruth().map(Side::other).orElse(Side.DESTINATION);
        Parts.Database database = Objects.requireNonNull(sides.get(passive));
        try {
            Control.Row row = database.control().read();
            MigrationState now = ledger.read();
            if (now.operation().isPresent()
                    || !now.sourceOfTruth().map(Side::other).equals(Optional.of(passive))) {
                return;
            }
            Fence fence = database.fence();
            if (!fence.closed()) {
                Authority authority = new Authority(row.epoch(), row.direction());
                fence.arm(authority);
                fence.close(authority, FENCE_WITHIN);
                LOG.info("the {} refuses application writes", passive);
            }
        } catch (NotInChargeException e) {
            LOG.debug("an operation has begun: {}", e.getMessage());
        }
    }

    private void every(Duration pause, Runnable work) {
        var unused = clock.scheduleWithFixedDelay(
                () -> guarded(work), pause.toMillis(), pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Work that throws would not be repeated. */
    private static void guarded(Runnable work) {
        try {
            work.run();
        } catch (RuntimeException | Error e) {
            LOG.info("the warden could not do its work, and goes on trying: {}", e.toString());
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        LedgerTail open;
        synchronized (this) {
            open = tail;
        }
        if (open != null) {
            open.close();
        }
    }

    private static Thread thread(@Nullable Runnable work) {
        Thread thread = new Thread(work, "warden");
        thread.setDaemon(true);
        return thread;
    }
}
