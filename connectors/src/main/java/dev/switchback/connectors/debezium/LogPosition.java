package dev.switchback.connectors.debezium;

/**
 * A place in one log, between two of its messages.
 *
 * @param commitLsn the end of the last commit before it: PostgreSQL sends exactly the transactions that commit behind it
 * @param ordinal how many messages of the transaction that follows that commit lie before this place. The two halves of
 *     a key change are one message.
 * @param lastLsn the LSN of the last of them, as a check; 0 for none. Several messages may share it.
 */
record LogPosition(long commitLsn, long ordinal, long lastLsn) {

    static LogPosition after(long commitLsn) {
        return new LogPosition(commitLsn, 0, 0);
    }
}
