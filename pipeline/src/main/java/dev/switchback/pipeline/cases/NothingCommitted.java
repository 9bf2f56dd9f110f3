package dev.switchback.pipeline.cases;

import java.util.Collection;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.topology.InputLog;

/** The log of a group that has committed nothing: it reads from the start. */
public enum NothingCommitted implements InputLog {
    INSTANCE;

    @Override
    public Map<InputPartition, Long> resumesAt(Collection<InputPartition> inputs) {
        return Map.of();
    }

    @Override
    public Map<InputPartition, Long> ends(Collection<InputPartition> inputs) {
        return inputs.stream().collect(Collectors.toMap(Function.identity(), input -> Long.MAX_VALUE));
    }

    @Override
    public Map<InputPartition, Content> contents(Map<InputPartition, Range> ranges) {
        if (!ranges.isEmpty()) {
            throw new IllegalStateException("nothing is committed, and this is asked for: " + ranges);
        }
        return Map.of();
    }
}
