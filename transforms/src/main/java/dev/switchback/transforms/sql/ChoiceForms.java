package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlCase;
import org.jspecify.annotations.Nullable;

/** What returns one of several values. */
final class ChoiceForms {

    private final ExpressionBinder binder;

    ChoiceForms(ExpressionBinder binder) {
        this.binder = binder;
    }

    @Nullable Expression choice(SqlCase choice) {
        LogicForms logic = new LogicForms(binder);
        List<Expression> conditions = new ArrayList<>();
        for (SqlNode when : choice.getWhenOperands()) {
            Expression condition = logic.truth(when);
            if (condition != null) {
                conditions.add(condition);
            }
        }
        List<SqlNode> results = new ArrayList<>(choice.getThenOperands());
        results.add(java.util.Objects.requireNonNull(choice.getElseOperand()));
        List<Expression> values = alike(choice, "CASE", results, results.size() - 1);
        if (values == null || conditions.size() < results.size() - 1) {
            return null;
        }
        List<Expression> parts = new ArrayList<>(conditions);
        parts.addAll(values);
        Evaluator[] tests = evaluators(conditions);
        Evaluator[] outcomes = evaluators(values);
        return Expression.of(
                values.get(0).type(),
                row -> {
                    for (int i = 0; i < tests.length; i++) {
                        if (Boolean.TRUE.equals(tests[i].evaluate(row))) {
                            return outcomes[i].evaluate(row);
                        }
                    }
                    return outcomes[tests.length].evaluate(row);
                },
                parts,
                dialect -> spelled(conditions, values, dialect));
    }

    private static String spelled(List<Expression> conditions, List<Expression> values, Dialect dialect) {
        StringBuilder sql = new StringBuilder("CASE");
        for (int i = 0; i < conditions.size(); i++) {
            sql.append(" WHEN ").append(conditions.get(i).spelling().in(dialect));
            sql.append(" THEN ").append(values.get(i).spelling().in(dialect));
        }
        sql.append(" ELSE ").append(values.get(conditions.size()).spelling().in(dialect));
        return sql.append(" END").toString();
    }

    private static Evaluator[] evaluators(List<Expression> expressions) {
        return expressions.stream().map(Expression::evaluator).toArray(Evaluator[]::new);
    }

    private @Nullable List<Expression> alike(SqlNode node, String what, List<SqlNode> nodes) {
        return alike(node, what, nodes, 0);
    }

    /**
     * Bound, and all of one type.
     *
     * @param first the one that PostgreSQL looks at first
     */
    private @Nullable List<Expression> alike(SqlNode node, String what, List<SqlNode> nodes, int first) {
        List<Expression> bound = binder.bindAll(nodes);
        if (bound == null) {
            return null;
        }
        List<Expression> order = new ArrayList<>(bound);
        order.add(0, order.remove(first));
        SqlType common = SpecialForms.common(order);
        if (common == null) {
            binder.refuse(
                    node,
                    what + " has values of several types: "
                            + String.join(
                                    ", ",
                                    bound.stream()
                                            .map(value -> value.type().name())
                                            .toList()) + ".",
                    "Cast them to one type.");
            return null;
        }
        if (!areUnderstood(bound, common)) {
            binder.refuse(
                    node,
                    what + " of " + common + " is not supported"
                            + (common.kind() == SqlType.Kind.OTHER ? "." : " with a literal."),
                    "Leave the column as it is, or choose among the texts of values.");
            return null;
        }
        List<Expression> coerced = new ArrayList<>();
        for (int i = 0; i < bound.size(); i++) {
            Expression each = bound.get(i);
            Expression one = binder.reading(nodes.get(i), () -> Casts.coerce(each, common));
            if (one == null) {
                return null;
            }
            coerced.add(one);
        }
        return coerced;
    }

    /** Of types of which only the text is known, and of JSON, it is not known which literals are of them. */
    private static boolean areUnderstood(List<Expression> values, SqlType common) {
        return switch (common.kind()) {
            case OTHER ->
                !common.name().equals("oid")
                        && values.stream().allMatch(value -> value.type().equals(common));
            case JSON, JSONB -> values.stream().allMatch(value -> !value.isUnknown() || value.constantValue() == null);
            default -> true;
        };
    }

    @Nullable Expression coalesce(SqlCall call) {
        List<Expression> values = alike(call, "COALESCE", call.getOperandList());
        if (values == null) {
            return null;
        }
        Evaluator[] candidates = evaluators(values);
        return Expression.of(
                values.get(0).type(),
                row -> {
                    for (Evaluator candidate : candidates) {
                        @Nullable Object value = candidate.evaluate(row);
                        if (value != null) {
                            return value;
                        }
                    }
                    return null;
                },
                values,
                dialect -> "coalesce(" + joined(values, dialect) + ")");
    }

    /** NULL where both are equal; of the type that the first one has in the comparison. */
    @Nullable Expression nullIf(SqlCall call) {
        List<Expression> both = binder.bindAll(call.getOperandList());
        if (both == null || both.size() != 2) {
            return both == null ? null : binder.refuse(call, "NULLIF takes two values.");
        }
        Expression equal = new LogicForms(binder).compare(call, both.get(0), "=", both.get(1));
        if (equal == null) {
            return null;
        }
        Expression first = Casts.coerce(
                both.get(0), nullIfType(both.get(0).type(), both.get(1).type()));
        Evaluator value = first.evaluator();
        Evaluator same = equal.evaluator();
        return Expression.of(
                first.type(),
                row -> Boolean.TRUE.equals(same.evaluate(row)) ? null : value.evaluate(row),
                both,
                dialect -> "nullif(" + joined(both, dialect) + ")");
    }

    /** PostgreSQL compares integers of any two sizes, the floats, and the times as they are, and converts others first. */
    private static SqlType nullIfType(SqlType left, SqlType right) {
        boolean asTheyAre = (left.isWhole() && right.isWhole())
                || (left.isFloat() && right.isNumber())
                || left.is(SqlType.Kind.DATE, SqlType.Kind.TIMESTAMP);
        return asTheyAre ? left : Comparisons.type(left, right).orElse(left);
    }

    /** The greatest or least of those that are not NULL; of equal ones the first. */
    @Nullable Expression extreme(SqlCall call, String name, int sign) {
        List<Expression> values = alike(call, name.toUpperCase(java.util.Locale.ROOT), call.getOperandList());
        if (values == null) {
            return null;
        }
        SqlType type = values.get(0).type();
        if (!Comparisons.hasOrder(type)) {
            return new LogicForms(binder).refuseComparison(call, values.get(0), "<", values.get(0), type);
        }
        Comparator<Object> comparator = Comparisons.comparator(type);
        Evaluator[] candidates = evaluators(values);
        return Expression.of(
                type,
                row -> {
                    @Nullable Object best = null;
                    for (Evaluator candidate : candidates) {
                        @Nullable Object value = candidate.evaluate(row);
                        if (best == null || (value != null && comparator.compare(value, best) * sign > 0)) {
                            best = value;
                        }
                    }
                    return best;
                },
                values,
                dialect -> {
                    Spelling.requirePostgres(dialect, name);
                    return name + "(" + joined(values, dialect) + ")";
                });
    }

    private static String joined(List<Expression> values, Dialect dialect) {
        return Spelling.joined(values.stream().map(Expression::spelling).toList(), ", ", dialect);
    }
}
