package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Gives the log a message of ours now and then, while others write to it: PostgreSQL does not send transactions that
 * touch no captured table, so without it the slot would hold back their log for ever. Also notices when the server no
 * longer sends to us, which a connection that died without a word does not tell. Thread-safe.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a beat reports its failures itself
final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Heartbeat.class);

    /** What the server writes by itself, around a heartbeat of ours, is not worth another one. */
    private static final long WORTH_A_BEAT = 4096;

    /** What is sent comes through in milliseconds, but for a connection that has died without a word. */
    private static final Duration SILENT = Duration.ofSeconds(20);

    private final KeptConnection kept;
    private final Watermarks watermarks;
    private final WalSender sender;
    private final SlotStream stream;
    private final Consumer<String> lost;
    private final ScheduledExecutorService clock;
    private long beatLsn;
    /** A beat that has not come through yet, and when it was sent; 0 for none. */
    private long awaitedLsn;

    private long awaitedSince;
    private int missed;

    /** @param lost told, with the reason, when the server has stopped to send */
    Heartbeat(
            PostgresConnections source,
            String migration,
            WalSender sender,
            SlotStream stream,
            Duration every,
            Consumer<String> lost) {
        this.stream = stream;
        this.kept = new KeptConnection(source::open);
        this.watermarks = new Watermarks(migration);
        this.sender = sender;
        this.lost = lost;
        this.clock = Executors.newSingleThreadScheduledExecutor(work -> {
            Thread thread = new Thread(work, "capture-heartbeat");
            thread.setDaemon(true);
            return thread;
        });
        clock.scheduleWithFixedDelay(this::beat, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void beat() {
        try {
            Connection connection = kept.open();
            if (endOfLog(connection) - beatLsn > WORTH_A_BEAT) {
                await(watermarks.heartbeat(connection));
                beatLsn = endOfLog(connection);
            }
            if (isSilent(connection)) {
                lost.accept("nothing comes through the connection to the log any more");
            }
            missed = sender.reads(connection) ? 0 : missed + 1;
            if (missed > 1) {
                lost.accept("the server no longer sends the log to this process");
            }
        } catch (SQLException | ProblemException failure) {
            if (!clock.isShutdown()) {
                LOG.warn("No heartbeat in the log: {}", failure.getMessage());
            }
            kept.drop();
        } catch (RuntimeException | Error failure) {
            // What throws would not be run again, and the slot would hold back the log.
            LOG.error("The heartbeat failed", failure);
            lost.accept("the heartbeat failed: " + failure);
        }
    }

    private void await(long lsn) {
        if (awaitedLsn == 0) {
            awaitedLsn = lsn;
            awaitedSince = System.nanoTime();
        }
    }

    /** Not so while nobody reads, for want of Kafka, or while the server works on a transaction that is not for us. */
    private boolean isSilent(Connection open) throws SQLException {
        if (awaitedLsn != 0 && Long.compareUnsigned(stream.receivedLsn(), awaitedLsn) >= 0) {
            awaitedLsn = 0;
        }
        return awaitedLsn != 0
                && System.nanoTime() - awaitedSince > SILENT.toNanos()
                && stream.isWaited(SILENT.dividedBy(2))
                && sender.waits(open);
    }

    static long endOfLog(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery("SELECT pg_current_wal_lsn() - '0/0'::pg_lsn")) {
            answer.next();
            return answer.getLong(1);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        kept.close();
    }
}
