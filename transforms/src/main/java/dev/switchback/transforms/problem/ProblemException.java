package dev.switchback.transforms.problem;

import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/** Ends an operation for reasons that a person must act on: all of them at once, never just the first. */
public final class ProblemException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    public ProblemException(List<Problem> problems, @Nullable Throwable cause) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("\n")), cause);
        if (problems.isEmpty()) {
            throw new IllegalArgumentException("a ProblemException needs a problem");
        }
        this.problems = List.copyOf(problems);
    }

    public ProblemException(List<Problem> problems) {
        this(problems, null);
    }

    public ProblemException(Problem problem, Throwable cause) {
        this(List.of(problem), cause);
    }

    public ProblemException(Problem problem) {
        this(List.of(problem), null);
    }

    /** @throws ProblemException with all of them, if there are any */
    public static void requireNone(Collection<Problem> problems) {
        if (!problems.isEmpty()) {
            throw new ProblemException(List.copyOf(problems));
        }
    }

    public List<Problem> problems() {
        return problems;
    }

    /** The exit code of the gravest problem: internal before unreachable before bad input before refused. */
    public int exitCode() {
        return problems.stream()
                .mapToInt(problem -> problem.kind().exitCode())
                .max()
                .orElseThrow();
    }
}
