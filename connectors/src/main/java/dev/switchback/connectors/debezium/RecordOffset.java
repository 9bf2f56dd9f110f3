package dev.switchback.connectors.debezium;

import java.util.Map;

/** What Debezium's offset of a record says about the record's place in the log. */
record RecordOffset(Map<String, ?> debezium) {

    /** The commit LSN of records between a snapshot and the first commit behind it. */
    static final long NO_COMMIT = 0;

    boolean ofSnapshot() {
        return debezium.get("snapshot") != null;
    }

    /** False for a logical message that was written outside of transactions. */
    boolean ofTransaction() {
        return debezium.get("txId") != null;
    }

    /** The id of the transaction, see {@link #ofTransaction}. */
    long transaction() {
        return number("txId");
    }

    long lsn() {
        return number("lsn");
    }

    /** The end of the last commit before it; {@link #NO_COMMIT} when there was none yet. */
    long commitLsn() {
        return number("lsn_commit");
    }

    long commitMicros() {
        return number("ts_usec");
    }

    private long number(String name) {
        return debezium.get(name) instanceof Long number ? number : 0;
    }
}
