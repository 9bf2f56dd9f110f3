package dev.switchback.connectors.postgres;

import java.util.ArrayList;
import java.util.List;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;

/** Collects what checks of one database find. Not thread-safe. */
final class Report {

    private final String where;
    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    /** @param where for {@link Problem#where()} */
    Report(String where) {
        this.where = where;
    }

    /** The database is not in the state that the request needs. Both texts are one sentence each. */
    void refuse(String what, String remedy) {
        problems.add(new Problem(Kind.REFUSED, where, what, remedy));
    }

    void add(Problem problem) {
        problems.add(problem);
    }

    void notice(String sentence) {
        notices.add(where + ": " + sentence);
    }

    List<Problem> problems() {
        return List.copyOf(problems);
    }

    Findings findings() {
        return new Findings(problems, notices);
    }
}
