package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.Step;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** An operator's right to move a migration: its epoch, and what it has last seen of the ledger. Not thread-safe. */
final class Lease {

    private final Ledger ledger;
    private final long epoch;
    private MigrationState state;

    private Lease(Ledger ledger, long epoch, MigrationState state) {
        this.ledger = ledger;
        this.epoch = epoch;
        this.state = state;
    }

    /**
     * Begins an operation.
     *
     * @throws ProblemException when another one is under way, or it may not begin as the migration stands
     */
    static Lease begin(Parts parts, Operation operation, Duration maxPause) {
        Set<Side> sides = EnumSet.allOf(Side.class);
        long before = highest(parts, sides);
        MigrationState seen = parts.ledger().read();
        requireFree(seen, operation);
        long epoch = raise(parts, sides, Math.max(before, seen.epoch()) + 1);
        try {
            MigrationState begun = parts.ledger().decide(new Decision.Began(operation, maxPause), seen.claim(epoch));
            return new Lease(parts.ledger(), epoch, begun);
        } catch (OvertakenException overtaken) {
            requireFree(overtaken.state(), operation);
            throw overtaken;
        }
    }

    /** @throws ProblemException when another operation is under way, or this one may not begin as the migration stands */
    static void requireFree(MigrationState state, Operation operation) {
        if (state.operation().isPresent()) {
            Running running = state.operation().get();
            throw refused(
                    "A " + running.operation() + " of " + running.operator() + " is under way since " + running.since()
                            + running.reached().map(step -> ", at step " + step).orElse("") + ".",
                    "Wait until it has ended; if its operator is gone, end it by switchback " + running.operation()
                            + " --take-over.");
        }
        if (!operation.mayBegin(state.settled())) {
            throw refused(
                    "A migration that is " + state.settled() + " cannot begin a " + operation + ".",
                    "See switchback status for where it stands.");
        }
    }

    /**
     * Takes over what is under way. Before the commit point it will be undone, for which the old side is enough: once the
     * ledger says who has taken over, no record of the one before can commit any more, and without that nothing opens the
     * new side. So a new side that is gone, or busy, keeps nobody from opening the old one again.
     *
     * @throws ProblemException when it is not this one that is under way any more
     */
    static Lease takeOver(Parts parts, Running found, String why) {
        Set<Side> needed = found.outcome() == Running.Outcome.SWITCHED
                ? EnumSet.allOf(Side.class)
                : EnumSet.of(found.operation().from());
        long before = highest(parts, needed);
        MigrationState seen = parts.ledger().read();
        boolean same = seen.operation()
                .filter(now -> now.epoch() == found.epoch() && now.outcome() == found.outcome())
                .isPresent();
        if (!same) {
            throw refused(
                    "The " + found.operation() + " of " + found.operator() + " has gone on or ended meanwhile.",
                    "See switchback status for where it stands.");
        }
        long epoch = raise(parts, needed, Math.max(before, seen.epoch()) + 1);
        MigrationState taken = parts.ledger().decide(new Decision.TookOver(why), seen.claim(epoch));
        return new Lease(parts.ledger(), epoch, taken);
    }

    /** Read before the ledger: whoever begins behind that look at it has raised an epoch, and {@link #raise} fails. */
    private static long highest(Parts parts, Set<Side> sides) {
        return sides.stream()
                .mapToLong(side -> parts.side(side).control().read().epoch())
                .max()
                .orElseThrow();
    }

    /** The source first, everywhere: of two that raise to the same epoch, only one gets past it. */
    private static long raise(Parts parts, Set<Side> sides, long epoch) {
        for (Side side : sides) {
            if (!parts.side(side).control().raise(epoch)) {
                throw refused(
                        "Another operator has begun at the same moment.",
                        "See switchback ledger for who, and try again.");
            }
        }
        return epoch;
    }

    private static ProblemException refused(String what, String remedy) {
        return new ProblemException(new Problem(Problem.Kind.REFUSED, "ledger", what, remedy));
    }

    Authority authority(Direction direction) {
        return new Authority(epoch, direction);
    }

    MigrationState state() {
        return state;
    }

    Running running() {
        return state.operation().orElseThrow();
    }

    void begun(Step step) {
        decide(new Decision.StepBegan(step));
    }

    void done(Step step, Duration took, Map<String, String> facts) {
        decide(new Decision.StepDone(step, took, facts));
    }

    /** Throws as {@link Ledger#decide} does. */
    void decide(Decision decision) {
        state = ledger.decide(decision, state.claim(epoch));
    }

    /**
     * Decides upon what the ledger says now: what this operator sent before and had no answer to may have come to be in
     * it, and may still come.
     *
     * @throws OvertakenException when the lease is another's, too
     */
    void decideAnew(Decision decision) {
        state = ledger.read();
        while (true) {
            try {
                decide(decision);
                return;
            } catch (OvertakenException overtaken) {
                boolean own = overtaken.state().decisions() > state.decisions()
                        && overtaken
                                .state()
                                .operation()
                                .filter(running -> running.epoch() == epoch)
                                .isPresent();
                if (!own) {
                    throw overtaken;
                }
                state = overtaken.state();
            }
        }
    }
}
