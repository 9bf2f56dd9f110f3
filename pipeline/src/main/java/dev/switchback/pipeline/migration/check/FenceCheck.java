package dev.switchback.pipeline.migration.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;

/** Whether both fences can be closed: rights, subscriptions, long and prepared transactions, ways around them. */
public final class FenceCheck implements Parts.Finding {

    private final Map<Side, Fence> fences;

    public FenceCheck(Map<Side, Fence> fences) {
        this.fences = Map.copyOf(fences);
    }

    @Override
    public String subject() {
        return "what would keep a fence from closing";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        List<Problem> problems = new ArrayList<>();
        for (Side side : List.of(Side.readBy(ends), Side.readBy(ends).other())) {
            problems.addAll(Attempt.of(() -> fence(side).obstacles()));
        }
        return problems;
    }

    @Override
    public List<String> notices(Direction ends) {
        return fence(Side.readBy(ends)).notices();
    }

    private Fence fence(Side side) {
        return Objects.requireNonNull(fences.get(side));
    }
}
