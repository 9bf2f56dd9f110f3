package dev.switchback.pipeline.topology;

import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/** Turns a change into all the mutations it makes at the destination. */
final class MapProcessor extends ContextualProcessor<byte[], InputEvent, byte[], MappedEvent> {

    private final EventMapper mapper;

    MapProcessor(EventMapper mapper) {
        this.mapper = mapper;
    }

    @Override
    public void process(Record<byte[], InputEvent> record) {
        InputEvent event = record.value();
        context().forward(record.withValue(mapper.map(event.input(), event.event())));
    }
}
