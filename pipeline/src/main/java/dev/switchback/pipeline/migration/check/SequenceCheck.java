package dev.switchback.pipeline.migration.check;

import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.postgres.sequences.SequenceHandOver;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Whether the new side's sequences can go on where the old side's stop, and have numbers enough. */
public final class SequenceCheck implements Parts.Finding {

    private final Map<Direction, SequenceHandOver> handOvers;

    /** @param handOvers what hands sequences over when that direction ends */
    public SequenceCheck(Map<Direction, SequenceHandOver> handOvers) {
        this.handOvers = Map.copyOf(handOvers);
    }

    @Override
    public String subject() {
        return "sequences near their end, or without a counterpart";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        return Attempt.of(() -> handOver(ends).check().problems());
    }

    @Override
    public List<String> notices(Direction ends) {
        try {
            return handOver(ends).check().notices();
        } catch (ProblemException e) {
            return List.of();
        }
    }

    private SequenceHandOver handOver(Direction ends) {
        return Objects.requireNonNull(handOvers.get(ends));
    }
}
