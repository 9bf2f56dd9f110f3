package dev.switchback.pipeline.migration.check;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;

/** Whether the flow that ends holds changes: the other side would lack them. */
public final class HeldCheck implements Parts.Finding {

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
            long held = Objects.requireNonNull(flows.get(ends)).held();
            return held == 0
                    ? List.of()
                    : List.of(new Problem(
                            Problem.Kind.REFUSED,
                            ends.lowerCase(),
                            (held == 1 ? "1 change is" : held + " changes are")
                                    + " held, which the other side would lack.",
                            "See switchback held, and retry or discard them."));
        });
    }
}
