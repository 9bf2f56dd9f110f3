package dev.switchback.pipeline.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

import dev.switchback.pipeline.status.MemberReport.Captured;

/**
 * Which heartbeats are under way in the source's log, and which capture has passed. What an earlier process left is taken
 * over until the first heartbeat of this one has come through, so that a start does not make a delay look short.
 * Thread-safe.
 */
final class HeartbeatTrain {

    /** A heartbeat that is no older than this is no sign of a delay. */
    static final Duration LATE = Duration.ofMillis(1_500);

    /** Enough to say how old the oldest one is; later ones need not be told apart. */
    private static final int UNDER_WAY_AT_MOST = 100;

    private final Deque<Beat> underWay = new ArrayDeque<>();
    private Instant capturedTo;
    private boolean copied;
    private boolean passed;

    /** Where in the log a heartbeat stands, and when it was put there. */
    private record Beat(long lsn, Instant at) {}

    HeartbeatTrain(Instant start) {
        this.capturedTo = start;
    }

    /** Says where an earlier process of the flow had got. */
    synchronized void resume(Captured earlier) {
        if (!passed) {
            capturedTo = earlier.to();
            copied = earlier.copied();
        }
    }

    /** Whether another heartbeat would tell more. */
    synchronized boolean hasRoom() {
        return underWay.size() < UNDER_WAY_AT_MOST;
    }

    synchronized void sent(long lsn, Instant at) {
        underWay.addLast(new Beat(lsn, at));
    }

    /** The log held nothing behind the last heartbeat at that time. */
    synchronized void nothingBehind(Instant at) {
        if (passed && underWay.isEmpty()) {
            capturedTo = at;
        }
    }

    /**
     * How far capture is.
     *
     * @param capturedLsn everything that committed up to there is in Kafka; 0 before the tables are copied
     */
    synchronized Captured captured(long capturedLsn, Instant now) {
        copied |= capturedLsn != 0;
        while (!underWay.isEmpty() && Long.compareUnsigned(underWay.getFirst().lsn(), capturedLsn) < 0) {
            capturedTo = underWay.removeFirst().at();
            passed = true;
        }
        Duration lag = passed && underWay.isEmpty() ? Duration.ZERO : Duration.between(oldest(), now);
        return new Captured(capturedTo, lag.compareTo(LATE) > 0 ? lag : Duration.ZERO, copied);
    }

    private Instant oldest() {
        return passed && !underWay.isEmpty() ? underWay.getFirst().at() : capturedTo;
    }
}
