package dev.switchback.pipeline.migration;

/** Told what a tail of the ledger reads, in order, on the tail's thread. */
public interface LedgerListener {

    /** An entry was read, whether or not it counts. */
    void read(Line line);

    /** All that was in the ledger when the tail was opened has been read: what comes now is new. Called once. */
    default void caughtUp(MigrationState state) {}

    /**
     * The tail has ended, and will read no more.
     *
     * @param reason why it cannot go on
     */
    default void failed(RuntimeException reason) {}
}
