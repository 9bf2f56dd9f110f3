package dev.switchback.pipeline.topology;

import java.time.Duration;

import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;

/**
 * Tries a task's held changes again, and notices those that an operator discarded. Not thread-safe: it belongs to its
 * task's stream thread.
 */
final class HeldRetry {

    private static final long EVERY_MILLIS = 1_000;
    /** How long a round may keep the stream thread from other work. */
    private static final Duration ROUND = Duration.ofMillis(250);
    /** The more is held, the more rarely all of it is read. */
    private static final int READ_AT_ONCE = 1_000;

    private final StreamThreadApply thread;
    private final ApplyBuffer buffer;
    private final EventDecoder decoder;
    private final EventMapper mapper;
    private long lastRound;
    private long rounds;

    HeldRetry(StreamThreadApply thread, ApplyBuffer buffer, EventDecoder decoder, EventMapper mapper) {
        this.thread = thread;
        this.buffer = buffer;
        this.decoder = decoder;
        this.mapper = mapper;
    }

    void runIfDue(long now) {
        if (now - lastRound >= EVERY_MILLIS) {
            lastRound = now;
            run();
        }
    }

    private void run() {
        // First what is buffered: a change that waits behind a held one must be in the destination's queue before the
        // one in front of it leaves, or the key would look free to the changes behind both.
        thread.flush();
        long deadline = System.nanoTime() + ROUND.toNanos();
        boolean progress = true;
        while (progress && System.nanoTime() < deadline) {
            progress = false;
            for (HeldChange head : thread.due(buffer.inputs())) {
                progress |= retry(head);
            }
        }
        if (rounds++ % (1 + buffer.heldKeys().count() / READ_AT_ONCE) == 0) {
            buffer.heldKeys().replace(thread.held(buffer.inputs()));
        }
    }

    private boolean retry(HeldChange held) {
        InputChange input = held.change();
        MappedEvent event = mapper.map(input, decoder.decode(input));
        boolean applied = event.unmappable() == null && thread.retry(held, event.mutations());
        if (applied) {
            buffer.heldKeys().remove(input);
        }
        return applied;
    }
}
