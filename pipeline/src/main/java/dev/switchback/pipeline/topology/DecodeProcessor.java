package dev.switchback.pipeline.topology;

import java.util.Map;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Turns a record of a change topic into the event it stands for. */
final class DecodeProcessor extends ContextualProcessor<byte[], byte[], byte[], InputEvent> {

    private static final byte[] NO_BYTES = {};

    private final InputTopics topics;
    private final EventDecoder decoder;
    private Map<String, InputPartition> inputs = Map.of();

    DecodeProcessor(InputTopics topics, EventDecoder decoder) {
        this.topics = topics;
        this.decoder = decoder;
    }

    @Override
    public void init(ProcessorContext<byte[], InputEvent> context) {
        super.init(context);
        inputs = topics.ofTask(context.taskId().partition());
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        InputChange input = input(record);
        Event event = decoder.decode(input);
        requireKey(input, event);
        context().forward(record.withValue(new InputEvent(input, event)));
    }

    private InputChange input(Record<byte[], byte[]> record) {
        RecordMetadata metadata = context().recordMetadata().orElseThrow();
        @Nullable InputPartition input = inputs.get(metadata.topic());
        if (input == null) {
            throw new IllegalStateException("not a change topic of this flow: " + metadata.topic());
        }
        return new InputChange(input, metadata.offset(), bytes(record.key()), bytes(record.value()));
    }

    private static byte[] bytes(byte @Nullable [] bytes) {
        return bytes == null ? NO_BYTES : bytes;
    }

    private static void requireKey(InputChange input, Event event) {
        if (input.key().length == 0 && event instanceof Change change && change.operation() != Operation.TRUNCATE) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    EventDecoder.place(input),
                    "The record holds a change of a row but has no key.",
                    "Find out which producer besides Switchback's capture writes to this topic and stop it; then copy"
                            + " the table again."));
        }
    }
}
