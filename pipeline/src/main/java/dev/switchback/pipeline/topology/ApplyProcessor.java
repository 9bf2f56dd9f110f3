package dev.switchback.pipeline.topology;

import java.util.Collection;
import java.util.Map;

import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;

/**
 * The topology's last step: puts each record into its task's buffer. The destination sees it when the stream thread
 * flushes: at a bound of size or age, and always before Streams commits.
 */
@SuppressWarnings("NullAway.Init") // Streams calls init before anything else
final class ApplyProcessor extends ContextualProcessor<byte[], MappedEvent, Void, Void> {

    /** How long the clock goes on without records: longer than Streams takes to commit the last ones. */
    private static final long QUIET_MILLIS = 7_000;

    private final ApplyThreads threads;
    private final InputTopics topics;
    private final Resumption resumption;
    private final EventDecoder decoder;
    private final EventMapper mapper;

    private StreamThreadApply thread;
    private ApplyBuffer buffer;
    private HeldRetry heldRetry;
    private @Nullable Cancellable clock;
    private long lastRecordAt;

    ApplyProcessor(
            ApplyThreads threads, InputTopics topics, Resumption resumption, EventDecoder decoder, EventMapper mapper) {
        this.threads = threads;
        this.topics = topics;
        this.resumption = resumption;
        this.decoder = decoder;
        this.mapper = mapper;
    }

    @Override
    public void process(Record<byte[], MappedEvent> record) {
        MappedEvent event = record.value();
        if (!buffer.covers(event.input())) {
            take(event);
            thread.flushIfFull();
            startClock();
        }
    }

    private void take(MappedEvent event) {
        if (!buffer.counts(event)) {
            buffer.pass(event);
        } else if (buffer.heldKeys().contains(event.input())) {
            hold(event, "It waits behind an earlier change of its key, which is held.");
        } else if (event.unmappable() != null) {
            hold(event, event.unmappable());
        } else if (event.clearsTable()) {
            thread.flush();
            buffer.clear(event);
            thread.flush();
        } else if (!buffer.add(event)) {
            thread.flush();
            // An empty buffer takes it, but the flush may have held an earlier change of its key.
            take(event);
        }
    }

    /** Takes the task's partitions over at the destination, and learns where it has left them. */
    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        Collection<InputPartition> inputs =
                topics.ofTask(context.taskId().partition()).values();
        thread = threads.current();
        Map<InputPartition, Checkpoint> checkpoints = thread.claim(inputs);
        resumption.refuseGaps(checkpoints);
        buffer = new ApplyBuffer(
                thread.mandate(),
                checkpoints,
                thread.heldKeys(inputs),
                threads.flow().sharedTopic());
        heldRetry = new HeldRetry(thread, buffer, decoder, mapper);
        thread.add(buffer);
        startClock();
    }

    /** Discards what is buffered: whatever of it the next owner needs, Kafka still has. */
    @Override
    public void close() {
        stopClock();
        threads.release(thread, buffer);
    }

    private void hold(MappedEvent event, String reason) {
        HeldChange held = new HeldChange(
                event.input(),
                mapper.destination(event.input(), event.event()),
                decoder.describeKey(event.input(), event.event()),
                event.destinationKey(),
                reason);
        buffer.hold(held, event.event());
        if (mapper.outdoes(event)) {
            heldRetry.supersede(held, event.mutations());
        }
    }

    /** Each tick makes Streams commit, so the clock runs only while there is something to do. */
    private void startClock() {
        lastRecordAt = context().currentSystemTimeMs();
        if (clock == null) {
            clock = context().schedule(thread.age(), PunctuationType.WALL_CLOCK_TIME, this::tick);
        }
    }

    private void tick(long now) {
        thread.flushIfOld(now);
        if (thread.mandate().applies() && !buffer.heldKeys().isEmpty()) {
            heldRetry.runIfDue(now);
        } else if (now - lastRecordAt > QUIET_MILLIS) {
            stopClock();
        }
    }

    private void stopClock() {
        if (clock != null) {
            clock.cancel();
            clock = null;
        }
    }
}
