package dev.switchback.pipeline.migration.check;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;

/** Whether the flow that ends holds changes: the other side would lack them. */
public final class HeldCheck implements Parts.Finding {

    /** What is held for a moment is nothing to refuse an operation for, and nobody is kept from writing yet. */
    private static final Duration PASSES_WITHIN = Duration.ofSeconds(5);

    private final Map<Direction, Parts.Applying> flows;

    public HeldCheck(Map<Direction, Parts.Applying> flows) {
        this.flows = Map.copyOf(flows);
    }

    @Override
    public String subject() {
        return "held changes";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        return Attempt.of(() -> {
            Parts.Applying flow = Objects.requireNonNull(flows.get(ends));
            return flow.stillHeld(PASSES_WITHIN, () -> {}).stream().toList();
        });
    }
}
