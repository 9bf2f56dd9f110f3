package dev.switchback.connectors.postgres;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.transforms.problem.TimeSpan;

/** How long one call goes on trying: with pauses that grow and are spread at random, up to a bound. Not thread-safe. */
final class Patience {

    private static final Logger LOG = LoggerFactory.getLogger(Patience.class);

    private static final long FIRST_PAUSE_MILLIS = 20;
    private static final long LONGEST_PAUSE_MILLIS = 2_000;

    private final String where;
    private final Duration bound;
    private final CountDownLatch closed;
    private final long started = System.nanoTime();
    private int failures;

    /** @param closed when it reaches zero, waiting ends */
    Patience(String where, Duration bound, CountDownLatch closed) {
        this.where = where;
        this.bound = bound;
        this.closed = closed;
    }

    /**
     * Waits until it is time for the next try.
     *
     * @throws DestinationException when there is to be none
     */
    void pause(Exception failure) {
        failures++;
        Duration waited = Duration.ofNanos(System.nanoTime() - started);
        if (failures == 1) {
            LOG.warn("{}: {}; trying again for up to {}", where, failure.getMessage(), TimeSpan.text(bound));
        }
        if (waited.compareTo(bound) > 0) {
            throw new DestinationException(
                    where + " refused " + failures + " tries in " + TimeSpan.text(waited) + ", at last with: "
                            + failure.getMessage(),
                    failure);
        }
        long most = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(failures, 10));
        boolean ended;
        try {
            ended = closed.await(ThreadLocalRandom.current().nextLong(most / 2, most + 1), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            ended = true;
        }
        if (ended) {
            throw new DestinationException(
                    where + " did not answer, and this process is stopping: " + failure.getMessage(), failure);
        }
    }

    void succeeded() {
        if (failures > 0) {
            LOG.info("{} answers again after {} tries", where, failures);
        }
    }
}
