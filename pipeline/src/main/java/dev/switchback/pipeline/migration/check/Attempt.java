package dev.switchback.pipeline.migration.check;

import java.util.List;
import java.util.function.Supplier;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** A look that may itself fail, which is a problem like what it finds. Stateless. */
final class Attempt {

    private Attempt() {}

    static List<Problem> of(Supplier<List<Problem>> look) {
        try {
            return look.get();
        } catch (ProblemException e) {
            return e.problems();
        } catch (DestinationException e) {
            return List.of(new Problem(
                    Problem.Kind.UNREACHABLE,
                    "check",
                    "It cannot be looked: " + e.getMessage() + ".",
                    "See that both databases answer, and try again."));
        }
    }
}
