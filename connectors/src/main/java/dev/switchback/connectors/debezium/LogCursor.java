package dev.switchback.connectors.debezium;

/**
 * Follows the log's messages, and tells which of them were sent before the place where capture resumes: PostgreSQL sends
 * a transaction always from its start. Not thread-safe.
 */
final class LogCursor {

    private final LogPosition resume;
    private boolean resuming;
    private long commitLsn;
    private long ordinal;
    private long lastLsn;

    LogCursor(LogPosition resume) {
        this.resume = resume;
        this.resuming = resume.ordinal() > 0;
        this.commitLsn = resume.commitLsn();
    }

    /** Everything up to this commit has been passed. */
    void passedCommit(long lsn) {
        if (lsn != commitLsn) {
            if (resuming) {
                throw new AnotherLogException(
                        "the transaction behind " + resume + " ended after " + ordinal + " messages");
            }
            commitLsn = lsn;
            ordinal = 0;
            lastLsn = 0;
        }
    }

    /**
     * Moves behind a message.
     *
     * @param commit the end of the last commit before it
     * @return whether it is to be sent; false when it was, before capture stopped
     * @throws AnotherLogException when this is not the log that the position to resume from was taken in
     */
    boolean pass(long commit, long lsn) {
        passedCommit(commit);
        ordinal++;
        lastLsn = lsn;
        if (!resuming) {
            return true;
        }
        if (ordinal == resume.ordinal()) {
            resuming = false;
            if (lsn != resume.lastLsn()) {
                throw new AnotherLogException("message " + ordinal + " behind " + resume + " has LSN " + lsn);
            }
        }
        return false;
    }

    /** Whether the next message is still one that was sent before. */
    boolean resuming() {
        return resuming;
    }

    LogPosition position() {
        return resuming ? resume : new LogPosition(commitLsn, ordinal, lastLsn);
    }

    long commitLsn() {
        return commitLsn;
    }

    /** The log does not hold what it held before. */
    static final class AnotherLogException extends RuntimeException {
        private static final long serialVersionUID = 1L;

        AnotherLogException(String message) {
            super(message);
        }
    }
}
