package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.time.Instant;
import java.util.List;

import dev.switchback.connectors.debezium.CaptureListener.Committed;
import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.transforms.problem.Problem;

/** Keeps {@link CaptureState} and tells the listener. Thread-safe. */
final class Progress {

    private final CaptureListener listener;
    private Phase phase = Phase.STARTING;
    private long changes;
    private long commitLsn;
    private long commitMicros;
    private Instant alive = Instant.now();
    private int restarts;
    private String reason = "";
    private List<Problem> problems = List.of();

    Progress(CaptureListener listener) {
        this.listener = listener;
    }

    synchronized CaptureState state() {
        return new CaptureState(phase, changes, commitLsn, commitMicros, alive, restarts, reason, problems);
    }

    synchronized void alive() {
        alive = Instant.now();
    }

    /** @return the phase before */
    synchronized Phase phase(Phase next) {
        Phase before = phase;
        if (phase != Phase.HALTED && phase != Phase.CLOSED) {
            phase = next;
            alive = Instant.now();
            reason = "";
        }
        return before;
    }

    void committed(Committed batch, long storedCommitLsn) {
        synchronized (this) {
            changes += batch.rowsRead() + batch.changes();
            commitLsn = storedCommitLsn;
            commitMicros = Math.max(commitMicros, batch.commitMicros());
        }
        listener.committed(batch);
    }

    void restarting(String why, Duration pause) {
        synchronized (this) {
            phase = Phase.RESTARTING;
            reason = why;
            restarts++;
        }
        listener.restarting(why, pause);
    }

    void halted(List<Problem> why) {
        synchronized (this) {
            phase = Phase.HALTED;
            problems = List.copyOf(why);
        }
        listener.halted(why);
    }

    synchronized void closed() {
        if (phase != Phase.HALTED) {
            phase = Phase.CLOSED;
        }
    }
}
