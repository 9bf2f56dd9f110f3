package dev.switchback.connectors.debezium;

import java.time.Duration;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Drain;

/** Waits until the destination has applied a watermark, however long that takes. */
final class DrainWait {

    private static final Logger LOG = LoggerFactory.getLogger(DrainWait.class);
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(10);
    private static final Duration AFTER_A_FAILURE = Duration.ofSeconds(1);

    private final Drain drain;
    private final Runnable alive;

    /** @param alive called again and again while this waits */
    DrainWait(Drain drain, Runnable alive) {
        this.drain = drain;
        this.alive = alive;
    }

    /** @throws InterruptedException when capture closes meanwhile */
    void until(long watermark) throws InterruptedException {
        while (true) {
            alive.run();
            Duration pause = BETWEEN_LOOKS;
            try {
                if (drain.applied(watermark)) {
                    return;
                }
            } catch (DestinationException unanswered) {
                LOG.warn(
                        "Waiting for watermark {}, but the destination does not answer: {}",
                        watermark,
                        unanswered.getMessage());
                pause = AFTER_A_FAILURE;
            }
            Thread.sleep(pause.toMillis());
        }
    }
}
