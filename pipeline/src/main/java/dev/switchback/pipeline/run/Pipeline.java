package dev.switchback.pipeline.run;

import java.time.Duration;
import java.util.List;

import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.status.Status;
import dev.switchback.pipeline.topology.LagHistogram;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A migration that runs in this process, with the roles it was given. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class Pipeline implements AutoCloseable {

    private Pipeline() {}

    /**
     * Creates what is missing (control schema, topics, publication, triggers) and starts the roles. Returns once they
     * have been told to start; {@link #status()} says how they fare.
     *
     * @throws ProblemException when something cannot be created, Kafka does not answer, or another process holds the data
     *     directory; nothing is left running
     */
    public static Pipeline start(Plan plan, RunSettings settings) {
        throw new UnsupportedOperationException("not built yet: " + plan + settings);
    }

    /** How the migration stood at most a second or so ago. Does not block. */
    public Status status() {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Delays from the source's commit to the destination's, of all changes that this process applied. */
    public LagHistogram.Snapshot lag() {
        throw new UnsupportedOperationException("not built yet");
    }

    /**
     * Waits until everything that the source has committed so far is applied, by watermark.
     *
     * @return whether it was within the time
     * @throws ProblemException when a role has halted meanwhile
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        throw new UnsupportedOperationException("not built yet" + timeout);
    }

    /**
     * Waits until the pipeline ends: by {@link #close}, or because a role has halted. When capture has halted, what it
     * had captured before is applied first.
     *
     * @return why it ended; empty after {@link #close}
     */
    public List<Problem> awaitEnd() throws InterruptedException {
        throw new UnsupportedOperationException("not built yet");
    }

    /** Ends every role within ten seconds, whatever does not answer, and leaves no session behind that holds the slot. */
    @Override
    public void close() {}
}
