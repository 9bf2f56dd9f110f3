package dev.switchback.connectors.debezium;

import java.util.concurrent.TimeUnit;

/**
 * Wakes the engine's thread when the log's reader has something for it. Debezium's queue does so only once a whole batch
 * is there; until then it sleeps for its poll interval and spins away the rest of the millisecond, which costs a third of
 * a core when nothing happens. Thread-safe.
 */
final class Arrivals {

    /** How late the engine's thread learns of what is not announced here: a failure of the reader, a beat of the engine. */
    private static final long LOOK_AGAIN_MILLIS = 200;

    private boolean reading;
    private volatile boolean arrived;

    /** The log is being read: from here on, changes are announced. */
    synchronized void reading() {
        reading = true;
    }

    /** Something stands in the queue. */
    void announce() {
        if (!arrived) {
            synchronized (this) {
                arrived = true;
                notifyAll();
            }
        }
    }

    /** Returns when something may stand in the queue; at once while the log is not yet read. */
    synchronized void await() throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LOOK_AGAIN_MILLIS);
        while (reading && !arrived) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return;
            }
            wait(left);
        }
        // What is announced from here on is looked for once more.
        arrived = false;
    }
}
