package dev.switchback.transforms.sql;

import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;

/** Says of each join why it could never run, or that lookups cannot yet. Not thread-safe. */
final class JoinCheck {

    private final SqlProblems problems;

    JoinCheck(SqlProblems problems) {
        this.problems = problems;
    }

    void check(SqlJoin join) {
        if (join.getLeft() instanceof SqlJoin earlier) {
            check(earlier);
        }
        SqlNode condition = join.getCondition();
        if (join.getJoinType() != JoinType.LEFT
                || join.getConditionType() != JoinConditionType.ON
                || condition == null) {
            problems.add(
                    join.getRight(),
                    "A join of this kind can drop rows of the table, or double them.",
                    "Write LEFT JOIN lookup l ON l.column = t.column.");
        } else if (!isEquality(condition)) {
            problems.add(
                    condition,
                    "The join's condition is not made of equalities of columns, by which alone a lookup's row is found.",
                    "Write LEFT JOIN lookup l ON l.column = t.column.");
        } else {
            problems.add(
                    join.getRight(),
                    "A LEFT JOIN to a lookup table is understood, but cannot run yet.",
                    "Leave it out, and fill the column at the destination.");
        }
    }

    private static boolean isEquality(SqlNode condition) {
        if (condition.getKind() == SqlKind.AND) {
            return ((SqlCall) condition).getOperandList().stream().allMatch(JoinCheck::isEquality);
        }
        return condition.getKind() == SqlKind.EQUALS
                && ((SqlCall) condition).getOperandList().stream().allMatch(SqlIdentifier.class::isInstance);
    }
}
