package dev.switchback.pipeline.migration.topic;

import java.time.Duration;

import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.pipeline.migration.LedgerListener;

/** Follows a ledger on a thread of its own, from its beginning. Thread-safe. */
public final class LedgerTail implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerTail.class);
    private static final Duration POLL = Duration.ofSeconds(1);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final LedgerReader reader;
    private final LedgerListener listener;
    private final Thread thread;
    private volatile boolean closing;

    private LedgerTail(LedgerReader reader, LedgerListener listener) {
        this.reader = reader;
        this.listener = listener;
        this.thread = new Thread(this::run, "ledger");
        thread.setDaemon(true);
    }

    /**
     * Begins to read.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when Kafka does not answer
     */
    public static LedgerTail follow(LedgerTopic topic, LedgerListener listener) {
        LedgerTail tail = new LedgerTail(new LedgerReader(topic), listener);
        tail.thread.start();
        return tail;
    }

    private void run() {
        try (reader) {
            long end = reader.end();
            boolean caughtUp = false;
            while (!closing) {
                if (!caughtUp && reader.isAt(end)) {
                    caughtUp = true;
                    listener.caughtUp(reader.state());
                }
                reader.poll(POLL).forEach(listener::read);
            }
        } catch (WakeupException e) {
            LOG.debug("the ledger's tail was told to end");
        } catch (RuntimeException e) {
            listener.failed(e);
        }
    }

    @Override
    public void close() {
        closing = true;
        reader.wakeup();
        try {
            thread.join(CLOSE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
