package dev.switchback.connectors.postgres.sequences;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;

/** Collects which sequences are about to run out of numbers. Not thread-safe. */
final class Headroom {

    /** Below it, what is left is too little to move a site by. */
    private static final double REFUSED_BELOW = 0.02;

    private static final double NOTICED_BELOW = 0.1;

    private final List<Problem> problems = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();

    /** @param refuse whether too little is a problem; only the side that numbers will be given on has to have more */
    void check(String where, Sequence sequence, boolean refuse) {
        if (sequence.bounds().cycle()) {
            notices.add(where + ": sequence " + sequence.id()
                    + " cycles; where it is handed over, numbers may come again earlier than they would have.");
            return;
        }
        double left = sequence.range() == 0 ? 0 : (double) sequence.remaining() / sequence.range();
        String what = "Sequence " + sequence.id() + name(sequence) + " has " + sequence.remaining() + " numbers left, "
                + String.format(Locale.ROOT, "%.1f", left * 100) + "% of them.";
        if (left < REFUSED_BELOW && refuse) {
            problems.add(new Problem(
                    Kind.REFUSED, where, what, "Make its column a bigint, and the sequence's bounds wider."));
        } else if (left < NOTICED_BELOW) {
            notices.add(where + ": " + what);
        }
    }

    private static String name(Sequence sequence) {
        return sequence.column()
                .map(column -> " of " + column.table() + "." + column.name())
                .orElse("");
    }

    void add(Problem problem) {
        problems.add(problem);
    }

    Findings findings() {
        return new Findings(problems, notices);
    }
}
