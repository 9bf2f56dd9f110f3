package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Moves the writes from one side to the other; a revert is the same with the direction exchanged. Used once, by one
 * thread.
 *
 * <p>Whatever fails before the commit point is undone. Whoever dies leaves it to the next call, which finishes what is
 * behind the commit point and undoes everything else. Why at most one side ever takes writes: docs/decisions/0011.
 */
public final class Cutover {

    private static final Logger LOG = LoggerFactory.getLogger(Cutover.class);
    private static final long BETWEEN_QUESTIONS_MILLIS = 2;
    private static final long BETWEEN_LOOKS_MILLIS = 200;

    /** How often what is held is tried again while nobody can write, and how long apply takes to get to it. */
    private static final int HELD_ROUNDS = 2;

    private static final Duration HELD_ROUND = Duration.ofSeconds(1);

    private final Operation operation;
    private final Parts parts;
    private final Settings settings;
    private final Announcer announcer;
    private long pausedSince;
    private boolean fenceTouched;
    private volatile boolean stopped;

    public Cutover(Operation operation, Parts parts, Settings settings, Announcer announcer) {
        this.operation = operation;
        this.parts = parts;
        this.settings = settings;
        this.announcer = announcer;
    }

    /**
     * Does the operation.
     *
     * @throws ProblemException when it may not begin; or when it is behind its commit point and could not be finished,
     *     which {@link #settle} then does
     * @throws InDoubtException when Kafka has not said whether the commit point is passed: the old side stays fenced, and
     *     {@link #settle} tells
     * @throws NotInChargeException when another operator has taken over
     */
    public Outcome run() {
        Lease lease = Lease.begin(parts, operation, settings.maxPause());
        try {
            prepare(lease);
            if (settings.postponed()) {
                awaitRelease(lease);
            }
            pause(lease);
        } catch (NotInChargeException | OvertakenException lost) {
            throw notInCharge(lost);
        } catch (RuntimeException failure) {
            return undo(lease, reason(failure), true);
        }
        commit(lease);
        return finish(lease);
    }

    /** @throws ProblemException when another operation is under way, or this one may not begin as the migration stands */
    public static void requireFree(MigrationState state, Operation operation) {
        Lease.requireFree(state, operation);
    }

    /**
     * Takes over whatever is under way, of this operation or the other one, and ends it: finishes it behind its commit
     * point, undoes it before.
     *
     * @param why in words
     * @return how it ended; as {@link Outcome.Undone} where nothing was under way
     */
    public static Outcome settle(Parts parts, Settings settings, Announcer announcer, String why) {
        MigrationState seen = parts.ledger().read();
        return seen.operation().isEmpty()
                ? new Outcome.Undone(seen, "nothing was under way")
                : settle(parts, seen.operation().get(), settings, announcer, why);
    }

    /**
     * Takes over what was found under way, as {@link #settle(Parts, Settings, Announcer, String)} does.
     *
     * @throws ProblemException when it is not this one that is under way any more
     */
    public static Outcome settle(Parts parts, Running found, Settings settings, Announcer announcer, String why) {
        Cutover interrupted = new Cutover(found.operation(), parts, settings, announcer);
        Lease lease = Lease.takeOver(parts, found, why);
        return lease.running().outcome() == Running.Outcome.SWITCHED
                ? interrupted.finish(lease)
                : interrupted.undo(lease, why, false);
    }

    /**
     * Has it undone at its next step, unless it is behind the commit point: then it is finished. By any thread.
     */
    public void stop() {
        stopped = true;
    }

    private void requireGoing() {
        if (stopped) {
            throw new ProblemException(refused("It was told to stop.", "Start it again."));
        }
    }

    private void prepare(Lease lease) {
        step(lease, Step.CHECK, this::check);
        requireGoing();
        step(lease, Step.ARM, () -> {
            Authority authority = lease.authority(operation.ends());
            // It has been closed since the first run, or the last turn; whatever happened to it since is put right.
            parts.side(operation.to()).fence().arm(authority);
            parts.side(operation.to()).fence().close(authority, settings.passiveWithin());
            parts.side(operation.from()).fence().arm(authority);
            parts.flow(operation.begins()).prove(authority, this::requireGoing);
            // So that the drain, when everybody waits for it, has nothing to look up any more.
            var unused = parts.flow(operation.ends()).applied(0);
            parts.sequences().observe(operation.from());
            return Map.of();
        });
    }

    /** What was found and proven before the wait may not be so any more. */
    private void awaitRelease(Lease lease) {
        announcer.postponed();
        int seen = begun(lease);
        while (true) {
            requireGoing();
            readPatiently();
            for (Line line :
                    parts.ledger().lines().subList(seen, parts.ledger().lines().size())) {
                seen++;
                if (line.entry().record() instanceof Note.Aborted) {
                    throw new ProblemException(
                            refused("It was aborted by " + line.entry().by() + ".", "Begin it again."));
                }
                if (line.entry().record() instanceof Note.Released) {
                    check();
                    parts.flow(operation.begins()).prove(lease.authority(operation.ends()), this::requireGoing);
                    return;
                }
            }
            Rest.of(BETWEEN_LOOKS_MILLIS);
        }
    }

    /** Nothing is fenced: whoever has waited for hours may wait until Kafka answers again. */
    private void readPatiently() {
        try {
            var unused = parts.ledger().read();
        } catch (ProblemException away) {
            LOG.warn("the ledger does not answer, and is asked again: {}", away.getMessage());
        }
    }

    /** Where in what was read of the ledger this operation begins. */
    private int begun(Lease lease) {
        List<Line> lines = parts.ledger().lines();
        for (int i = lines.size() - 1; i >= 0; i--) {
            if (lines.get(i).entry().record() instanceof Decision.Began
                    && lines.get(i).entry().claim().orElseThrow().epoch()
                            == lease.running().epoch()) {
                return i;
            }
        }
        return lines.size();
    }

    private Map<String, String> check() {
        List<Problem> problems = new ArrayList<>();
        parts.findings().forEach(finding -> problems.addAll(finding.problems(operation.ends())));
        ProblemException.requireNone(problems);
        return Map.of("findings", Integer.toString(parts.findings().size()));
    }

    /** From the fence on, every millisecond is one in which nobody can write. */
    private void pause(Lease lease) {
        requireGoing();
        Authority authority = lease.authority(operation.ends());
        Parts.Database old = parts.side(operation.from());
        step(lease, Step.FENCE, () -> {
            fenceTouched = true;
            // From here on somebody may be refused, and whoever watches the ledger counts.
            pausedSince = System.nanoTime();
            old.fence().close(authority, settings.maxPause());
            return Map.of();
        });
        long[] watermark = new long[1];
        step(lease, Step.WATERMARK, () -> {
            watermark[0] = old.control().watermark(authority);
            return Map.of("watermark", Long.toString(watermark[0]));
        });
        step(lease, Step.DRAIN, () -> drain(watermark[0]));
        step(lease, Step.RETURN_WATERMARK, () -> {
            long behind = parts.side(operation.to()).control().watermark(authority);
            old.control().applyBehind(authority, behind);
            return Map.of("watermark", Long.toString(behind));
        });
        step(
                lease,
                Step.SEQUENCES,
                () -> Map.of("moved", Integer.toString(parts.sequences().handOver(operation.from()))));
        requireFenced();
        ProblemException.requireNone(parts.side(operation.to()).fence().heldUp());
        requireTime("the commit point was reached");
    }

    private Map<String, String> drain(long watermark) {
        Parts.Applying flow = parts.flow(operation.ends());
        String waitingFor = "";
        while (true) {
            requireTime("the drain was done" + waitingFor);
            try {
                if (flow.applied(watermark)) {
                    requireNoneHeld(flow);
                    return Map.of();
                }
                waitingFor = ", which waits for watermark " + watermark;
            } catch (DestinationException away) {
                waitingFor = ", which asks in vain: " + away.getMessage();
            }
            Rest.of(BETWEEN_QUESTIONS_MILLIS);
        }
    }

    /** Everything has arrived: what waited for changes of other rows passes when it is tried again behind them. */
    private void requireNoneHeld(Parts.Applying flow) {
        Optional<Problem> held = flow.held();
        for (int round = 0; round < HELD_ROUNDS && held.isPresent(); round++) {
            flow.retryHeld();
            Duration left = settings.maxPause().minus(paused());
            held = flow.stillHeld(left.compareTo(HELD_ROUND) < 0 ? left : HELD_ROUND, this::requireGoing);
        }
        ProblemException.requireNone(held.stream().toList());
    }

    /** Somebody may have opened one by hand, or attached a partition, since they were closed. */
    private void requireFenced() {
        for (Parts.Database side : List.of(parts.side(operation.from()), parts.side(operation.to()))) {
            if (!side.fence().closed()) {
                throw new ProblemException(refused(
                        "A fence was opened by somebody else.", "Find out who enables and disables triggers there."));
            }
        }
    }

    private Duration paused() {
        return Duration.ofNanos(System.nanoTime() - pausedSince);
    }

    private void requireTime(String before) {
        requireGoing();
        if (paused().compareTo(settings.maxPause()) > 0) {
            throw new ProblemException(refused(
                    "Writes were refused for " + TimeSpan.text(paused()) + " before " + before + ".",
                    "Find out what takes so long, or allow more by --max-pause."));
        }
    }

    private void commit(Lease lease) {
        try {
            lease.decide(new Decision.Switched());
            announcer.switched();
        } catch (OvertakenException lost) {
            throw notInCharge(lost);
        }
    }

    /** Behind the commit point. Every step may have been done before, by whoever was interrupted in it. */
    private Outcome finish(Lease lease) {
        try {
            while (lease.running().next().isPresent()) {
                Step next = lease.running().next().get();
                step(lease, next, () -> finish(lease, next));
            }
            lease.decide(new Decision.Finished());
            return new Outcome.Done(lease.state());
        } catch (OvertakenException lost) {
            throw notInCharge(lost);
        }
    }

    private Map<String, String> finish(Lease lease, Step step) {
        Authority before = lease.authority(operation.ends());
        Authority after = lease.authority(operation.begins());
        if (step == Step.TURN) {
            parts.side(operation.to()).control().turn(before, operation.begins());
            parts.side(operation.from()).control().turn(before, operation.begins());
        } else if (step == Step.OPEN) {
            parts.side(operation.to()).fence().open(after, settings.openWithin());
        } else {
            return hooks(after);
        }
        return Map.of();
    }

    /** Each only while this operator is in charge: one that slept through a revert must turn nobody round. */
    private Map<String, String> hooks(Authority authority) {
        Map<String, String> facts = new TreeMap<>();
        facts.put("run", Integer.toString(parts.hooks().size()));
        for (Parts.Hook hook : parts.hooks()) {
            Control.Row row = parts.side(operation.to()).control().read();
            if (row.epoch() != authority.epoch()) {
                throw new NotInChargeException("the " + operation.to() + " is in epoch " + row.epoch()
                        + ", this operator is of epoch " + authority.epoch());
            }
            try {
                hook.run(operation.to());
            } catch (RuntimeException e) {
                facts.put("failed " + hook.name(), reason(e));
                announcer.hookFailed(hook.name(), reason(e));
            }
        }
        return facts;
    }

    /**
     * Before the commit point only. Without Kafka too: this process has not begun to send the commit record, and whoever
     * takes over later has to close the fence again before it may.
     */
    private Outcome undo(Lease lease, String why, boolean own) {
        // Whoever was told to stop has to undo it before, for which Kafka and the database must be asked.
        boolean interrupted = Thread.interrupted();
        try {
            return undone(lease, why, own);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private Outcome undone(Lease lease, String why, boolean own) {
        announcer.undoing(why);
        // Who has never begun to send the commit record opens first, and need not wait for Kafka; whoever takes over
        // has to read before that it is not there.
        boolean openFirst = own && fenceTouched;
        if (openFirst) {
            openOld(lease);
        }
        boolean recorded = lease.running().outcome() == Running.Outcome.UNDOING || begunUndoing(lease, why);
        if (!openFirst && lease.running().fence()) {
            openOld(lease);
        }
        announcer.undone();
        if (!recorded) {
            throw new ProblemException(new Problem(
                    Problem.Kind.UNREACHABLE,
                    "ledger",
                    "The " + operation + " was undone (" + why + "), and the ledger does not answer to take that down.",
                    "See that Kafka is up, and let the next call settle it."));
        }
        try {
            lease.decide(new Decision.Undone());
            return new Outcome.Undone(lease.state(), why);
        } catch (OvertakenException lost) {
            throw notInCharge(lost);
        }
    }

    private void openOld(Lease lease) {
        parts.side(operation.from()).fence().open(lease.authority(operation.ends()), settings.openWithin());
    }

    private boolean begunUndoing(Lease lease, String why) {
        try {
            lease.decideAnew(new Decision.UndoBegan(why));
            return true;
        } catch (OvertakenException lost) {
            throw notInCharge(lost);
        } catch (RuntimeException e) {
            LOG.warn("the ledger does not answer, and the fence is opened without it: {}", e.getMessage());
            return false;
        }
    }

    private interface Work {
        /** @return facts for the ledger */
        Map<String, String> run();
    }

    private void step(Lease lease, Step step, Work work) {
        lease.begun(step);
        announcer.begun(step);
        long begun = System.nanoTime();
        Map<String, String> facts = work.run();
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        lease.done(step, took, facts);
        announcer.done(step, took);
    }

    private static NotInChargeException notInCharge(RuntimeException lost) {
        return new NotInChargeException("another operator has taken over: " + lost.getMessage());
    }

    private static String reason(RuntimeException failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, operation.toString(), what, remedy);
    }
}
