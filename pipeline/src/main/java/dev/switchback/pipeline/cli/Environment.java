package dev.switchback.pipeline.cli;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * What a verb has around it.
 *
 * @param out for its answer
 * @param err for everything else
 * @param variables the environment variables that a migration file may refer to
 * @param terminal whether a person looks at {@code out}
 */
record Environment(PrintWriter out, PrintWriter err, Map<String, String> variables, BooleanSupplier terminal) {

    /** Prints problems, one line each, and returns the exit code that they amount to. */
    int report(List<Problem> problems) {
        problems.forEach(problem -> err.println("switchback: " + problem));
        return problems.isEmpty() ? 0 : new ProblemException(problems).exitCode();
    }
}
