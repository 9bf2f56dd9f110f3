package dev.switchback.pipeline.migration;

import java.util.Optional;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.Running.Outcome;

/**
 * Where a migration stands: what its ledger's entries amount to, one after the other. A pure function of them, so that
 * every process that has read as far knows the same.
 *
 * <p>Kafka appends whatever comes, and cannot be told to append only if nothing else came before. So it is the reading
 * that decides: of two decisions that were taken upon the same look at the ledger, the first one in the log counts and
 * the other does not, for everybody. A writer learns which by reading its own back.
 *
 * @param settled where it stands without regard to an operation that is under way
 * @param applies the direction that applies
 * @param decisions how many decisions have counted
 * @param epoch the highest under which one did
 * @param armed whether an operation has ever got as far as to have both flows run
 * @param operation what is under way; empty while the lease is free
 */
public record MigrationState(
        Phase settled, Direction applies, long decisions, long epoch, boolean armed, Optional<Running> operation) {

    /** Before the first entry. */
    public static final MigrationState START =
            new MigrationState(Phase.PLANNED, Direction.FORWARD, 0, 1, false, Optional.empty());

    /** Where it stands now. */
    public Phase phase() {
        return operation.map(running -> running.phase(settled)).orElse(settled);
    }

    /** The side that applications may write to; empty while neither may be open. */
    public Optional<Side> sourceOfTruth() {
        return operation.map(Running::open).orElseGet(() -> Optional.of(Side.readBy(applies)));
    }

    /** The right by which the holder of an epoch decides upon this state. */
    public Claim claim(long ownEpoch) {
        return new Claim(ownEpoch, decisions);
    }

    /** What it is behind the next entry: the same as before if that does not count. */
    public MigrationState after(Entry entry) {
        if (objection(entry).isPresent()) {
            return this;
        }
        if (entry.record() instanceof Decision decision) {
            return decided(decision, entry);
        }
        return new MigrationState(noted(entry.record()), applies, decisions, epoch, armed, operation);
    }

    /** Why an entry that comes next would not count; empty where it would. */
    public Optional<String> objection(Entry entry) {
        if (!(entry.record() instanceof Decision decision)) {
            return Optional.empty();
        }
        Claim claim = entry.claim().orElseThrow();
        if (claim.decisions() != decisions) {
            return Optional.of(
                    claim.decisions() < decisions ? "somebody else decided first" : "what it rests on is lost");
        }
        if (decision instanceof Decision.Began began) {
            return beginning(began, claim);
        }
        if (decision instanceof Decision.Completed) {
            return completing(claim);
        }
        return operation
                .map(running -> decision instanceof Decision.TookOver
                        ? newEpoch(claim)
                        : claim.epoch() != running.epoch()
                                ? Optional.of("the lease is " + running.operator() + "'s, of epoch " + running.epoch())
                                : continuing(decision, running))
                .orElseGet(() -> Optional.of("no operation is under way"));
    }

    private Optional<String> beginning(Decision.Began began, Claim claim) {
        if (operation.isPresent()) {
            return operation.map(MigrationState::underWay);
        }
        return began.operation().mayBegin(settled)
                ? newEpoch(claim)
                : Optional.of("a migration that is " + settled + " cannot " + began.operation());
    }

    private Optional<String> completing(Claim claim) {
        if (operation.isPresent()) {
            return operation.map(MigrationState::underWay);
        }
        return settled == Phase.COMPLETED ? Optional.of("it is completed already") : newEpoch(claim);
    }

    private static String underWay(Running running) {
        return "a " + running.operation() + " of " + running.operator() + " is under way since " + running.since();
    }

    private Optional<String> newEpoch(Claim claim) {
        return claim.epoch() > epoch
                ? Optional.empty()
                : Optional.of("epoch " + claim.epoch() + " is not above " + epoch);
    }

    private static Optional<String> continuing(Decision decision, Running running) {
        Outcome outcome = running.outcome();
        if (decision instanceof Decision.StepBegan began) {
            return unless(
                    outcome != Outcome.UNDOING && running.next().equals(Optional.of(began.step())),
                    began.step() + " is not the next step");
        }
        if (decision instanceof Decision.StepDone done) {
            return unless(running.underWay().equals(Optional.of(done.step())), done.step() + " is not under way");
        }
        if (decision instanceof Decision.Switched) {
            return unless(
                    outcome == Outcome.UNDECIDED && running.next().isEmpty(),
                    "steps before the commit point are missing");
        }
        if (decision instanceof Decision.UndoBegan) {
            return unless(outcome == Outcome.UNDECIDED, "it is decided already");
        }
        if (decision instanceof Decision.Undone) {
            return unless(outcome == Outcome.UNDOING, "it is not being undone");
        }
        return unless(
                outcome == Outcome.SWITCHED && running.next().isEmpty(), "steps behind the commit point are missing");
    }

    private static Optional<String> unless(boolean fine, String objection) {
        return fine ? Optional.empty() : Optional.of(objection);
    }

    private MigrationState decided(Decision decision, Entry entry) {
        long itsEpoch = entry.claim().orElseThrow().epoch();
        if (decision instanceof Decision.Began began) {
            return with(settled, applies, itsEpoch, Optional.of(Running.begun(began, itsEpoch, entry)));
        }
        if (decision instanceof Decision.Completed) {
            return with(Phase.COMPLETED, applies, itsEpoch, Optional.empty());
        }
        Running running = operation.orElseThrow();
        if (decision instanceof Decision.TookOver) {
            return with(settled, applies, itsEpoch, Optional.of(running.takenOver(itsEpoch, entry)));
        }
        if (decision instanceof Decision.StepBegan began) {
            return with(running.begun(began.step()));
        }
        if (decision instanceof Decision.StepDone done) {
            return with(running.done(done.step()));
        }
        if (decision instanceof Decision.UndoBegan) {
            return with(running.decided(Outcome.UNDOING));
        }
        if (decision instanceof Decision.Switched) {
            Direction turned = running.operation().begins();
            return with(settled, turned, epoch, Optional.of(running.decided(Outcome.SWITCHED)));
        }
        Phase end = decision instanceof Decision.Finished ? running.operation().result() : settled;
        return with(end, applies, epoch, Optional.empty());
    }

    private Phase noted(LedgerRecord note) {
        if (settled == Phase.PLANNED && note instanceof Note.Started) {
            return Phase.BACKFILLING;
        }
        boolean there = note instanceof Note.Copied || note instanceof Note.Following;
        return there && (settled == Phase.PLANNED || settled == Phase.BACKFILLING) ? Phase.FOLLOWING : settled;
    }

    private MigrationState with(Running running) {
        return with(settled, applies, epoch, Optional.of(running));
    }

    private MigrationState with(Phase nowSettled, Direction nowApplies, long nowEpoch, Optional<Running> running) {
        boolean nowArmed = armed
                || running.flatMap(Running::reached).filter(Step.ARM::equals).isPresent();
        return new MigrationState(nowSettled, nowApplies, decisions + 1, nowEpoch, nowArmed, running);
    }
}
