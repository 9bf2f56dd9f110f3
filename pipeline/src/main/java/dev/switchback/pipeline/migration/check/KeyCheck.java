package dev.switchback.pipeline.migration.check;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.sequences.KeyHeadroom;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;

/**
 * Whether integer keys are about to run out of numbers: a problem on the side that is to take the writes, a notice on the
 * one that is to be left, since it may be the reason to leave it.
 */
public final class KeyCheck implements Parts.Finding {

    private final Map<Side, KeyHeadroom> keys;

    public KeyCheck(Map<Side, KeyHeadroom> keys) {
        this.keys = Map.copyOf(keys);
    }

    @Override
    public String subject() {
        return "integer keys near their end";
    }

    @Override
    public List<Problem> problems(Direction ends) {
        return Attempt.of(() -> found(Side.readBy(ends).other()).problems());
    }

    @Override
    public List<String> notices(Direction ends) {
        Findings there = found(Side.readBy(ends));
        List<String> notices = new ArrayList<>(found(Side.readBy(ends).other()).notices());
        notices.addAll(there.notices());
        there.problems()
                .forEach(problem ->
                        notices.add(problem.where() + ": " + problem.what() + " A way back would lead there."));
        return notices;
    }

    private Findings found(Side side) {
        return Objects.requireNonNull(keys.get(side)).check();
    }
}
