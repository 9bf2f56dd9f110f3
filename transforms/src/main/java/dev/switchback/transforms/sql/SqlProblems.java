package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.List;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Everything that is wrong with one {@code SELECT}, each with its line and column. Not thread-safe. */
final class SqlProblems {

    private final String where;
    private final List<Problem> problems = new ArrayList<>();

    /** @param where the place of the {@code SELECT} itself, for {@link Problem#where()} */
    SqlProblems(String where) {
        this.where = where;
    }

    void add(SqlNode node, String what, String remedy) {
        add(place(node), what, remedy);
    }

    void add(String place, String what, String remedy) {
        problems.add(problem(place, what, remedy));
    }

    static Problem problem(String place, String what, String remedy) {
        return new Problem(Problem.Kind.BAD_INPUT, place, what, remedy);
    }

    String where() {
        return where;
    }

    boolean isEmpty() {
        return problems.isEmpty();
    }

    ProblemException exception() {
        return new ProblemException(problems);
    }

    String place(SqlNode node) {
        // Calcite places "a::b" somewhere in front of it.
        SqlNode start = node.getKind() == SqlKind.CAST ? ((SqlCall) node).operand(0) : node;
        return place(start.getParserPosition());
    }

    String place(@Nullable SqlParserPos position) {
        return position == null || position.getLineNum() < 1
                ? where
                : where + ", line " + position.getLineNum() + ", column " + position.getColumnNum() + " of the select";
    }
}
