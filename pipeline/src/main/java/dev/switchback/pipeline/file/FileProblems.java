package dev.switchback.pipeline.file;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Collects what is wrong with one file, so that all of it can be said at once, from its first line to its last. */
public final class FileProblems {

    private final String file;
    private final List<AtLine> found = new ArrayList<>();

    private record AtLine(int line, Problem problem) {}

    public FileProblems(String file) {
        this.file = file;
    }

    public void add(int line, String what, String remedy) {
        found.add(new AtLine(line, new Problem(Problem.Kind.BAD_INPUT, place(line), what, remedy)));
    }

    /** For {@link Problem#where()}. */
    public String place(int line) {
        return file + ":" + line;
    }

    public void requireNone() {
        if (!found.isEmpty()) {
            throw exception();
        }
    }

    public ProblemException exception() {
        return new ProblemException(found.stream()
                .sorted(Comparator.comparingInt(AtLine::line))
                .map(AtLine::problem)
                .distinct()
                .toList());
    }
}
