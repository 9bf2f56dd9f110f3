package dev.switchback.connectors.postgres;

import java.util.List;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * What the checks of one database found, all of it at once.
 *
 * @param problems what stands in the way
 * @param notices one sentence each about what does not, and yet has consequences
 */
public record Findings(List<Problem> problems, List<String> notices) {

    public Findings {
        problems = List.copyOf(problems);
        notices = List.copyOf(notices);
    }

    /** @throws ProblemException with every problem, if there is one */
    public void requireNone() {
        ProblemException.requireNone(problems);
    }
}
