package dev.switchback.pipeline.migration;

import java.util.List;

/** The append-only record of what a migration was told and did. Thread-safe. */
public interface Ledger extends AutoCloseable {

    /**
     * Reads to what is the ledger's end now.
     *
     * @return where the migration stands there
     * @throws dev.switchback.transforms.problem.ProblemException when the ledger does not answer, cannot be read by this
     *     version, or is not the one it was
     */
    MigrationState read();

    /** All that has been read so far, in order. */
    List<Line> lines();

    /**
     * Appends what was observed, and reads to it.
     *
     * @throws InDoubtException when it may or may not have been appended
     */
    MigrationState note(Note note);

    /**
     * Appends a decision, and reads to it.
     *
     * @param claim by what right, from the state that the decision rests on
     * @return where the migration stands behind it; it counts
     * @throws OvertakenException when it does not count
     * @throws InDoubtException when it may or may not have been appended, or may be yet
     */
    MigrationState decide(Decision decision, Claim claim);

    @Override
    void close();
}
