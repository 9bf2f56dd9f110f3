package dev.switchback.pipeline.run;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Waits until all that a source has committed so far is applied: emits a watermark into its log and asks until that has
 * come through on every partition. Held changes are not waited for. Stateless.
 */
final class Drainage {

    private static final Logger LOG = LoggerFactory.getLogger(Drainage.class);
    private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(20);
    private static final Duration BETWEEN_WATERMARKS = Duration.ofSeconds(1);

    private final PostgresConnections source;
    private final String migration;
    private final Drain drain;

    Drainage(PostgresConnections source, String migration, Drain drain) {
        this.source = source;
        this.migration = migration;
        this.drain = drain;
    }

    /**
     * Waits.
     *
     * @param hopeless asked between questions: whether there is no point in waiting any longer
     * @return whether it has come through in time
     * @throws ProblemException when the source does not take the watermark
     */
    boolean await(Duration timeout, BooleanSupplier hopeless) throws InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        long watermark = emit();
        long emitted = System.nanoTime();
        while (!applied(watermark)) {
            // One that was written before capture began to read the log never arrives, but one behind it does.
            if (System.nanoTime() - emitted > BETWEEN_WATERMARKS.toNanos()) {
                emit();
                emitted = System.nanoTime();
            }
            if (System.nanoTime() > deadline || hopeless.getAsBoolean()) {
                return false;
            }
            TimeUnit.NANOSECONDS.sleep(BETWEEN_QUESTIONS.toNanos());
        }
        return true;
    }

    private long emit() {
        try (Connection connection = source.open()) {
            return new Watermarks(migration).emit(connection);
        } catch (SQLException e) {
            throw new ProblemException(source.problem(e), e);
        }
    }

    private boolean applied(long watermark) {
        try {
            return drain.applied(watermark);
        } catch (DestinationException e) {
            LOG.debug("the destination does not say how far it is: {}", e.getMessage());
            return false;
        }
    }
}
