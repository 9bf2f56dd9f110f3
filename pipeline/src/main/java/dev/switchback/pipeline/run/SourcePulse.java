package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.pipeline.status.KeptConnection;
import dev.switchback.pipeline.status.MemberReport.Captured;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Tells how far capture is behind the source's log, even while it has delivered nothing of a transaction yet: puts a
 * heartbeat into the log now and then, and looks which of them capture has passed. An idle log is left alone.
 */
final class SourcePulse implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourcePulse.class);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);

    private final KeptConnection source;
    private final Watermarks watermarks;
    private final LongSupplier capturedLsn;
    private final HeartbeatTrain train = new HeartbeatTrain(Instant.now());
    private long endOfLog;

    /** @param capturedLsn everything that committed up to there is in Kafka; 0 before the tables are copied */
    SourcePulse(PostgresConnections source, String migration, LongSupplier capturedLsn) {
        this.source = new KeptConnection(source, ANSWER_WITHIN);
        this.watermarks = new Watermarks(migration);
        this.capturedLsn = capturedLsn;
    }

    /** Says where an earlier process of the flow had got. */
    void resume(Captured earlier) {
        train.resume(earlier);
    }

    /** To be called every second or so, by one thread. Takes as long as the source takes to answer. */
    void beat() {
        try {
            endOfLog = source.ask(this::beat);
        } catch (ProblemException e) {
            LOG.debug("no heartbeat: {}", e.getMessage());
        }
    }

    /** How far capture is. Does not block. */
    Captured captured() {
        return train.captured(capturedLsn.getAsLong(), Instant.now());
    }

    /** When the source last answered, see {@link KeptConnection#lastAnswer}. */
    Instant lastAnswer() {
        return source.lastAnswer();
    }

    private long beat(Connection connection) throws SQLException {
        Instant now = Instant.now();
        if (Watermarks.endOfLog(connection) == endOfLog) {
            captured();
            train.nothingBehind(now);
            return endOfLog;
        }
        if (train.hasRoom()) {
            train.sent(watermarks.heartbeat(connection), now);
        }
        return Watermarks.endOfLog(connection);
    }

    @Override
    public void close() {
        source.close();
    }
}
