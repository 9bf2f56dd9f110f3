package dev.switchback.pipeline.migration.operation;

import java.time.Duration;
import java.util.Optional;

import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Step;

/**
 * Tells when nobody serves a fence any more, from what the ledger says and when it was read: the times in it are other
 * people's clocks'. Not thread-safe.
 *
 * <p>An operator undoes its operation by itself when the pause gets too long, and finishes it behind the commit point; so
 * whoever has neither done so within that time and a grace is gone, or cannot do it. Progress in between extends nothing:
 * what counts is how long nobody has been able to write.
 */
public final class Unserved {

    /** What an operator that lives may need beyond the pause to undo it; of the five seconds, the rest is for us. */
    static final Duration GRACE = Duration.ofSeconds(2);

    private record Watched(Running running, long sinceNanos) {

        boolean isOf(Running now) {
            return running.epoch() == now.epoch() && running.outcome() == now.outcome();
        }
    }

    private final Duration grace;
    private Optional<Watched> watched = Optional.empty();

    /** @param longer how much longer than others this one waits, so that not all of them act at once */
    public Unserved(Duration longer) {
        this.grace = GRACE.plus(longer);
    }

    /**
     * Takes a line into account.
     *
     * @param nanos when it was read, by {@link System#nanoTime()}
     */
    public void read(Line line, long nanos) {
        watch(line.after(), nanos);
    }

    /** Takes into account where the migration stands, at the end of what there was to read. */
    public void watch(MigrationState state, long nanos) {
        Optional<Running> fenced = state.operation().filter(Unserved::mayRefuseWrites);
        if (fenced.isEmpty()) {
            watched = Optional.empty();
        } else if (watched.filter(known -> known.isOf(fenced.get())).isEmpty()) {
            watched = Optional.of(new Watched(fenced.get(), nanos));
        }
    }

    private static boolean mayRefuseWrites(Running running) {
        // Behind OPEN only hooks are left, for which nobody waits.
        return !running.done().contains(Step.OPEN)
                && (running.fence() || running.outcome() != Running.Outcome.UNDECIDED);
    }

    /** What is under way and has to be settled now. */
    public Optional<Running> due(long nanos) {
        return watched.filter(known -> nanos - known.sinceNanos()
                        >= known.running().maxPause().plus(grace).toNanos())
                .map(Watched::running);
    }

    /** To be called when it was tried in vain: it is due again a grace later. */
    public void triedInVain(long nanos) {
        watched = watched.map(known ->
                new Watched(known.running(), nanos - known.running().maxPause().toNanos()));
    }
}
