package dev.switchback.connectors.debezium;

import java.io.IOException;
import java.time.Duration;
import java.util.Properties;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import io.debezium.embedded.Connect;
import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One life of Debezium's embedded engine. Thread-safe. */
final class Engine {

    private static final Logger LOG = LoggerFactory.getLogger(Engine.class);
    private static final Duration BETWEEN_TRIES = Duration.ofMillis(50);

    private final DebeziumEngine<ChangeEvent<SourceRecord, SourceRecord>> debezium;
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    Engine(Properties properties, DebeziumEngine.ChangeConsumer<ChangeEvent<SourceRecord, SourceRecord>> consumer) {
        this.debezium = DebeziumEngine.create(Connect.class)
                .using(properties)
                .using((boolean success, String message, Throwable error) -> {
                    if (!success) {
                        failure.compareAndSet(null, error == null ? new IllegalStateException(message) : error);
                    }
                })
                .notifying(consumer)
                .build();
    }

    /**
     * Runs until the engine is closed or fails.
     *
     * @return why it failed; null when it was closed
     */
    @Nullable Throwable run() {
        debezium.run();
        return failure.get();
    }

    /** Makes {@link #run} end with this failure, unless it has ended. */
    void fail(Throwable reason, Duration within) {
        failure.compareAndSet(null, reason);
        close(within);
    }

    /** Asks it to end, and waits for that no longer than this. */
    void close(Duration within) {
        Thread closing = new Thread(() -> closeOnceStarted(System.nanoTime() + within.toNanos()), "capture-close");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(within.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** Debezium refuses to be closed while it starts. */
    private void closeOnceStarted(long deadline) {
        while (System.nanoTime() < deadline) {
            try {
                debezium.close();
                return;
            } catch (IllegalStateException starting) {
                LOG.debug("not closed yet: {}", starting.getMessage());
            } catch (IOException failed) {
                LOG.warn("Debezium did not close well: {}", failed.toString());
                return;
            }
            try {
                TimeUnit.NANOSECONDS.sleep(BETWEEN_TRIES.toNanos());
            } catch (InterruptedException interrupted) {
                return;
            }
        }
    }
}
