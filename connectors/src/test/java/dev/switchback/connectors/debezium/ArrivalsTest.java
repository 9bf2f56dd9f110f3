package dev.switchback.connectors.debezium;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine's thread sleeps while nothing comes, and never oversleeps what was announced. */
@Timeout(20)
class ArrivalsTest {

    private static final long SLEEPS = TimeUnit.MILLISECONDS.toNanos(150);

    private final Arrivals arrivals = new Arrivals();

    @Test
    void nobodyWaitsBeforeTheLogIsRead() throws InterruptedException {
        for (int i = 0; i < 100; i++) {
            arrivals.await(); // A hundred waits would take twenty seconds.
        }
    }

    @Test
    void theWaitEndsByItselfWhenNothingComes() throws InterruptedException {
        arrivals.reading();
        long began = System.nanoTime();
        arrivals.await();

        assertThat(System.nanoTime() - began).isGreaterThan(SLEEPS);
    }

    @Test
    void whatWasAnnouncedBeforeTheWaitEndsItOnce() throws InterruptedException {
        arrivals.reading();
        arrivals.announce();
        arrivals.announce();
        for (int i = 0; i < 100; i++) {
            arrivals.announce();
            arrivals.await();
        }
        long began = System.nanoTime();
        arrivals.await();

        assertThat(System.nanoTime() - began).isGreaterThan(SLEEPS);
    }
}
