package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
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

    /** A heartbeat that is no older than this is no sign of a delay. */
    private static final Duration LATE = Duration.ofMillis(1_500);

    /** Enough to say how old the oldest one is; later ones need not be told apart. */
    private static final int UNDER_WAY_AT_MOST = 100;

    private final KeptConnection source;
    private final Watermarks watermarks;
    private final LongSupplier capturedLsn;
    private final Deque<Beat> underWay = new ArrayDeque<>();
    private long endOfLog;
    private Instant capturedTo;

    private record Beat(long lsn, Instant at) {}

    /** @param capturedLsn everything that committed up to there is in Kafka; 0 before capture has begun */
    SourcePulse(PostgresConnections source, String migration, LongSupplier capturedLsn) {
        this.source = new KeptConnection(source, ANSWER_WITHIN);
        this.watermarks = new Watermarks(migration);
        this.capturedLsn = capturedLsn;
        this.capturedTo = Instant.now();
    }

    /** To be called every second or so, by one thread. Takes as long as the source takes to answer. */
    void beat() {
        try {
            source.ask(this::beat);
        } catch (ProblemException e) {
            LOG.debug("no heartbeat: {}", e.getMessage());
        }
    }

    /** How far capture is. Does not block. */
    synchronized Captured captured() {
        pass();
        Instant now = Instant.now();
        Duration oldest = Optional.ofNullable(underWay.peekFirst())
                .map(beat -> Duration.between(beat.at(), now))
                .orElse(Duration.ZERO);
        return new Captured(capturedTo, oldest.compareTo(LATE) > 0 ? oldest : Duration.ZERO);
    }

    private Instant beat(Connection connection) throws SQLException {
        Instant now = Instant.now();
        boolean moved = Watermarks.endOfLog(connection) != endOfLog;
        if (moved && mayBeat()) {
            long lsn = watermarks.heartbeat(connection);
            underWay(new Beat(lsn, now));
            endOfLog = Watermarks.endOfLog(connection);
        } else if (!moved) {
            nothingBehind(now);
        }
        return now;
    }

    private synchronized boolean mayBeat() {
        pass();
        return underWay.size() < UNDER_WAY_AT_MOST;
    }

    private synchronized void underWay(Beat beat) {
        underWay.addLast(beat);
    }

    private synchronized void nothingBehind(Instant now) {
        pass();
        if (underWay.isEmpty()) {
            capturedTo = now;
        }
    }

    private void pass() {
        long passed = capturedLsn.getAsLong();
        while (!underWay.isEmpty() && Long.compareUnsigned(underWay.getFirst().lsn(), passed) < 0) {
            capturedTo = underWay.removeFirst().at();
        }
    }

    @Override
    public void close() {
        source.close();
    }
}
