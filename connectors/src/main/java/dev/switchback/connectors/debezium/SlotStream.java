package dev.switchback.connectors.debezium;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.TransactionMessage;
import org.jspecify.annotations.Nullable;
import org.postgresql.replication.LogSequenceNumber;
import org.postgresql.replication.PGReplicationStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.debezium.LogDecoder.UnreadableLogException;
import dev.switchback.connectors.postgres.LogMessage;

/**
 * What a slot sends, in the {@code pgoutput} protocol, as Debezium's engine takes it: transactions begin and end, logical
 * messages of ours as they are, and in between the changes of tables as {@linkplain LogBatch batches} that Debezium
 * carries without looking into them, as the content of logical messages. {@link LogDecoder} reads them, on the other side
 * of Debezium's queue.
 *
 * <p>Debezium's own decoder makes a dozen objects of each value, which bounds what one reader of the log can do.
 */
final class SlotStream implements ReplicationStream {

    private static final Logger LOG = LoggerFactory.getLogger(SlotStream.class);

    /** The prefix of the messages that hold changes. One that stands in the log under it is not passed on. */
    static final String CHANGES = LogMessage.PREFIX + ".changes";

    private static final Instant EPOCH = Instant.parse("2000-01-01T00:00:00Z");

    private final Connection connection;
    private final PGReplicationStream log;
    private final Lsn start;
    private final Arrivals arrivals;
    private final LogBatch batch = new LogBatch();
    private final AtomicLong toConfirm = new AtomicLong();
    private final AtomicLong passed = new AtomicLong();
    private volatile Lsn received;
    private volatile long waitedAt = System.nanoTime();
    private @Nullable ExecutorService keepAlive;
    private @Nullable Instant commitTime;
    private @Nullable Long transaction;

    /** @param connection on which the log comes */
    SlotStream(Connection connection, PGReplicationStream log, Lsn start, Arrivals arrivals) {
        this.connection = connection;
        this.log = log;
        this.start = start;
        this.received = start;
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
        return received.asLong();
    }

    /** How many messages Debezium has been handed, batches of changes among them. Thread-safe. */
    long passed() {
        return passed.get();
    }

    /** Whether whoever reads has asked for more within this time, and there was none. Thread-safe. */
    boolean isWaited(Duration within) {
        return System.nanoTime() - waitedAt < within.toNanos();
    }

    @Override
    public void read(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        confirm();
        waitedAt = System.nanoTime();
        take(log.read(), processor);
    }

    @Override
    public boolean readPending(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        confirm();
        ByteBuffer message = log.readPending();
        if (message == null) {
            waitedAt = System.nanoTime();
            return false;
        }
        take(message, processor);
        return true;
    }

    private void confirm() throws SQLException {
        long lsn = toConfirm.getAndSet(0);
        if (lsn != 0) {
            flushLsn(Lsn.valueOf(lsn));
            connection.clearWarnings(); // The driver would keep all that the server ever sends.
        }
    }

    private void take(ByteBuffer message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        Lsn lsn = Lsn.valueOf(log.getLastReceiveLSN().asLong());
        if (lsn.isValid()) { // The description of a table has no place of its own.
            received = lsn;
        }
        switch (message.get(message.position())) {
            case 'B' -> begin(message, processor);
            case 'C' -> end(processor);
            case 'M' -> takeMessage(message, processor);
            case 'R', 'I', 'U', 'D', 'T' -> {
                batch.add(lsn.asLong(), message);
                if (batch.isFull()) {
                    passChanges(processor);
                }
            }
            // Types are told apart by their OIDs, and where a change came from nobody asks.
            case 'Y', 'O' -> {}
            default -> throw new UnreadableLogException("a message of kind " + (char) message.get(message.position()));
        }
    }

    private void begin(ByteBuffer message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        message.get();
        message.getLong(); // the commit's place in the log
        long micros = message.getLong();
        commitTime = EPOCH.plusSeconds(Math.floorDiv(micros, 1_000_000L))
                .plusNanos(Math.floorMod(micros, 1_000_000L) * 1000);
        transaction = Integer.toUnsignedLong(message.getInt());
        processor.process(new TransactionMessage(Operation.BEGIN, transaction, commitTime));
    }

    private void end(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        if (transaction == null) {
            throw new UnreadableLogException("the end of a transaction that has not begun");
        }
        passChanges(processor);
        processor.process(new TransactionMessage(Operation.COMMIT, transaction, commitTime));
        transaction = null;
    }

    private void takeMessage(ByteBuffer message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        message.get();
        boolean transactional = message.get() == 1;
        message.getLong(); // its place in the log
        String prefix = text(message);
        if (!prefix.equals(LogMessage.PREFIX)) {
            return;
        }
        byte[] content = new byte[message.getInt()];
        message.get(content);
        passChanges(processor);
        pass(
                new LogicalDecodingMessage(
                        Operation.MESSAGE,
                        transactional ? commitTime : null,
                        transactional ? transaction : null,
                        transactional,
                        prefix,
                        content),
                processor);
    }

    /** Hands the changes on that have come so far. */
    private void passChanges(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        if (!batch.isEmpty()) {
            byte[] changes = batch.take().array();
            pass(
                    new LogicalDecodingMessage(Operation.MESSAGE, commitTime, transaction, true, CHANGES, changes),
                    processor);
        }
    }

    private void pass(LogicalDecodingMessage message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        passed.incrementAndGet();
        processor.process(message);
        arrivals.announce();
    }

    /** A text that ends with a zero byte. */
    static String text(ByteBuffer message) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte next = message.get(); next != 0; next = message.get()) {
            bytes.write(next);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void flushLsn(Lsn lsn) throws SQLException {
        LogSequenceNumber place = lsn.asLogSequenceNumber();
        if (log.getLastFlushedLSN().compareTo(place) < 0) {
            log.setFlushedLSN(place);
            log.setAppliedLSN(place);
        }
        log.forceUpdateStatus();
    }

    @Override
    public Lsn lastReceivedLsn() {
        return received;
    }

    @Override
    public Lsn startLsn() {
        return start;
    }

    /** The server hears from us while the reader waits for room in Debezium's queue, too. */
    @Override
    public void startKeepAlive(ExecutorService service) {
        keepAlive = service;
        service.execute(() -> {
            try {
                while (true) {
                    log.forceUpdateStatus();
                    TimeUnit.MILLISECONDS.sleep(EngineProperties.STATUS_INTERVAL.toMillis());
                }
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
            } catch (SQLException failed) {
                LOG.debug("the server is not told any more that we live; whoever reads will notice", failed);
            }
        });
    }

    @Override
    public void stopKeepAlive() {
        ExecutorService service = keepAlive;
        if (service != null) {
            service.shutdownNow();
        }
    }

    @Override
    public void close() throws SQLException {
        log.close();
    }
}
