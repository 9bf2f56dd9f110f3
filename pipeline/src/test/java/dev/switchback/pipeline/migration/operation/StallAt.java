package dev.switchback.pipeline.migration.operation;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Stops the operator at one of its calls until it is woken up. */
final class StallAt implements Gate {

    private final int call;
    private final boolean afterwards;
    private final CountDownLatch stalled = new CountDownLatch(1);
    private final CountDownLatch awake = new CountDownLatch(1);

    StallAt(int call, boolean afterwards) {
        this.call = call;
        this.afterwards = afterwards;
    }

    @Override
    public void before(int number, String name) {
        stall(!afterwards && number == call);
    }

    @Override
    public void behind(int number, String name) {
        stall(afterwards && number == call);
    }

    private void stall(boolean here) {
        if (here) {
            stalled.countDown();
            try {
                awake.await();
            } catch (InterruptedException e) {
                throw new Killed();
            }
        }
    }

    /** @return whether it has stalled; false when the operator's thread ended without */
    boolean awaitStall(Thread operator) throws InterruptedException {
        while (!stalled.await(1, TimeUnit.MILLISECONDS)) {
            if (!operator.isAlive()) {
                return stalled.getCount() == 0;
            }
        }
        return true;
    }

    void wakeUp() {
        awake.countDown();
    }
}
