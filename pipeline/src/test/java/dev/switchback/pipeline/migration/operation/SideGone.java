package dev.switchback.pipeline.migration.operation;

import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A database answers nobody. */
record SideGone(Side side) implements Gate {

    @Override
    public void before(int number, String call) {
        if (call.endsWith(side.toString())) {
            throw new ProblemException(
                    new Problem(Problem.Kind.UNREACHABLE, side.toString(), "It does not answer.", "Start it."));
        }
    }
}
