package dev.switchback.connectors.debezium;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.atomic.AtomicLong;

import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;

import dev.switchback.connectors.postgres.LogMessage;

/**
 * Debezium's replication stream, in which a change of a table that capture does not know is not passed over.
 *
 * <p>The publication holds the captured tables only, so such a table is one of them under a new name, or was added behind
 * our back. Debezium skips its changes, or, if it has met the table under its old name, takes them for changes of that.
 * Here a message of ours takes their place in the stream, at which capture halts.
 */
final class SlotStream implements ReplicationStream {

    /** The content of the message that stands for a change of an unknown table. */
    private static final byte[] UNKNOWN_TABLE = "{\"kind\":\"unknown_table\"}".getBytes(StandardCharsets.UTF_8);

    private final ReplicationStream plain;
    private final LogCatalogue catalogue;
    private final Arrivals arrivals;
    private final AtomicLong toConfirm = new AtomicLong();
    private volatile long receivedLsn;
    private volatile long waitedAt = System.nanoTime();

    SlotStream(ReplicationStream plain, LogCatalogue catalogue, Arrivals arrivals) {
        this.plain = plain;
        this.catalogue = catalogue;
        this.arrivals = arrivals;
    }

    /**
     * Moves the slot's confirmed position. The thread that reads does it, within a moment: the driver lets no other in
     * while it waits for the log.
     */
    void confirm(long lsn) {
        toConfirm.set(lsn);
    }

    /** How far the log has come through this connection. Thread-safe. */
    long receivedLsn() {
        return receivedLsn;
    }

    /** Whether whoever reads has asked for more within this time, and there was none. Thread-safe. */
    boolean isWaited(Duration within) {
        return System.nanoTime() - waitedAt < within.toNanos();
    }

    static boolean isUnknownTable(byte[] content) {
        return Arrays.equals(content, UNKNOWN_TABLE);
    }

    @Override
    public void read(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        confirm();
        waitedAt = System.nanoTime();
        plain.read(message -> process(message, processor));
        received();
    }

    @Override
    public boolean readPending(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        confirm();
        boolean found = plain.readPending(message -> process(message, processor));
        if (found) {
            received();
        } else {
            waitedAt = System.nanoTime();
        }
        return found;
    }

    private void received() {
        Lsn last = plain.lastReceivedLsn();
        if (last != null) {
            receivedLsn = last.asLong();
        }
    }

    private void confirm() throws SQLException {
        long lsn = toConfirm.getAndSet(0);
        if (lsn != 0) {
            plain.flushLsn(Lsn.valueOf(lsn));
        }
    }

    private void process(ReplicationMessage message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        if (isChange(message.getOperation())) {
            processor.process(isKnown(message) ? message : unknown(message));
            if (message.isLastEventForLsn()) {
                catalogue.forgetDescribed();
            }
        } else {
            processor.process(message);
            if (message.getOperation() != Operation.MESSAGE) {
                return;
            }
        }
        arrivals.announce();
    }

    private static boolean isChange(Operation operation) {
        return switch (operation) {
            case INSERT, UPDATE, DELETE, TRUNCATE -> true;
            default -> false;
        };
    }

    /**
     * The log describes a table right ahead of its first change, and again when it was altered. What it described, but as
     * another table than Debezium takes the change for, was renamed. (Of a partitioned table it describes the partition
     * as well.)
     */
    private boolean isKnown(ReplicationMessage change) {
        return !change.isSkippedMessage()
                && (catalogue.described().isEmpty() || catalogue.described().contains(change.getTable()));
    }

    private static ReplicationMessage unknown(ReplicationMessage change) {
        Long transaction = change.getTransactionId().isPresent()
                ? (Long) change.getTransactionId().getAsLong()
                : null;
        return new LogicalDecodingMessage(
                Operation.MESSAGE, change.getCommitTime(), transaction, true, LogMessage.PREFIX, UNKNOWN_TABLE);
    }

    @Override
    public void flushLsn(Lsn lsn) throws SQLException {
        plain.flushLsn(lsn);
    }

    @Override
    public Lsn lastReceivedLsn() {
        return plain.lastReceivedLsn();
    }

    @Override
    public Lsn startLsn() {
        return plain.startLsn();
    }

    @Override
    public void startKeepAlive(ExecutorService service) {
        plain.startKeepAlive(service);
    }

    @Override
    public void stopKeepAlive() {
        plain.stopKeepAlive();
    }

    @Override
    public void close() throws Exception {
        plain.close();
    }
}
