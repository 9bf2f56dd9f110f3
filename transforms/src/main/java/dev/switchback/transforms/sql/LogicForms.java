package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.IntPredicate;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNodeList;
import org.apache.calcite.sql.fun.SqlBetweenOperator;
import org.jspecify.annotations.Nullable;

/** Comparisons, and what joins truths: true, false or, for unknown, NULL. */
final class LogicForms {

    private final ExpressionBinder binder;

    LogicForms(ExpressionBinder binder) {
        this.binder = binder;
    }

    @Nullable Expression connective(SqlCall call, boolean or) {
        Expression left = truth(call.operand(0));
        Expression right = truth(call.operand(1));
        return left == null || right == null ? null : connect(left, right, or);
    }

    private static Expression connect(Expression left, Expression right, boolean or) {
        Evaluator one = left.evaluator();
        Evaluator two = right.evaluator();
        Boolean decisive = or;
        return Expression.of(
                SqlType.BOOLEAN,
                row -> {
                    @Nullable Object a = one.evaluate(row);
                    if (decisive.equals(a)) {
                        return a;
                    }
                    @Nullable Object b = two.evaluate(row);
                    return (decisive.equals(b) || a != null) ? b : null;
                },
                List.of(left, right),
                Spelling.infix(left.spelling(), or ? "OR" : "AND", right.spelling()));
    }

    @Nullable Expression not(SqlCall call) {
        Expression value = truth(call.operand(0));
        return value == null ? null : negate(value);
    }

    private static Expression negate(Expression value) {
        Evaluator inner = value.evaluator();
        return Expression.of(
                SqlType.BOOLEAN,
                row -> {
                    @Nullable Object truth = inner.evaluate(row);
                    return truth == null ? null : !(Boolean) truth;
                },
                List.of(value),
                Spelling.of("NOT ", value.spelling()));
    }

    /** An expression that is true or false. */
    @Nullable Expression truth(SqlNode node) {
        Expression value = binder.bind(node);
        if (value == null || value.type().kind() == SqlType.Kind.BOOLEAN) {
            return value;
        }
        if (value.isUnknown()) {
            return binder.reading(node, () -> Casts.coerce(value, SqlType.BOOLEAN));
        }
        return binder.refuse(
                node, "Here a condition is needed, and this is of type " + value.type() + ".", "Compare it.");
    }

    @Nullable Expression comparison(SqlCall call, String operator) {
        Expression left = binder.bind(call.operand(0));
        Expression right = binder.bind(call.operand(1));
        return left == null || right == null ? null : compare(call, left, operator, right);
    }

    @Nullable Expression compare(SqlNode node, Expression left, String operator, Expression right) {
        SqlType type = Comparisons.type(left.type(), right.type()).orElse(null);
        boolean equality = operator.equals("=") || operator.equals("<>");
        if (type == null || (equality ? !Comparisons.hasEquality(type) : !Comparisons.hasOrder(type))) {
            return refuseComparison(node, left, operator, right, type);
        }
        Comparator<Object> comparator = Comparisons.comparator(type);
        IntPredicate accepts = accepting(operator);
        Expression one = Comparisons.coerce(left, type);
        Expression two = Comparisons.coerce(right, type);
        Evaluator first = one.evaluator();
        Evaluator second = two.evaluator();
        return Expression.of(
                SqlType.BOOLEAN,
                row -> {
                    @Nullable Object a = first.evaluate(row);
                    @Nullable Object b = second.evaluate(row);
                    return (a == null || b == null) ? null : (Boolean) accepts.test(comparator.compare(a, b));
                },
                List.of(one, two),
                Spelling.infix(left.spelling(), operator, right.spelling()));
    }

    private static IntPredicate accepting(String operator) {
        return switch (operator) {
            case "=" -> order -> order == 0;
            case "<>" -> order -> order != 0;
            case "<" -> order -> order < 0;
            case "<=" -> order -> order <= 0;
            case ">" -> order -> order > 0;
            default -> order -> order >= 0;
        };
    }

    @Nullable Expression refuseComparison(
            SqlNode node, Expression left, String operator, Expression right, @Nullable SqlType type) {
        String types = left.type() + " " + operator + " " + right.type();
        if (type != null && type.isText()) {
            return binder.refuse(
                    node,
                    "Which of two texts comes first (" + types + ") depends on the database's collation.",
                    "Compare texts with =, <>, IN or LIKE only.");
        }
        return binder.refuse(
                node,
                "The comparison " + types + " is not supported.",
                type == null ? "Cast one side to the other's type." : "Cast both sides to text.");
    }

    @Nullable Expression between(SqlCall call) {
        Expression value = binder.bind(call.operand(0));
        Expression least = binder.bind(call.operand(1));
        Expression most = binder.bind(call.operand(2));
        if (value == null || least == null || most == null) {
            return null;
        }
        SqlBetweenOperator operator = (SqlBetweenOperator) call.getOperator();
        if (operator.flag == SqlBetweenOperator.Flag.SYMMETRIC) {
            return binder.refuse(call, "BETWEEN SYMMETRIC is not supported.");
        }
        Expression above = compare(call, value, ">=", least);
        Expression below = above == null ? null : compare(call, value, "<=", most);
        if (above == null || below == null) {
            return null;
        }
        Expression both = connect(above, below, false);
        return operator.isNegated() ? negate(both) : both;
    }

    @Nullable Expression in(SqlCall call, boolean negated) {
        Expression value = binder.bind(call.operand(0));
        if (!(call.operand(1) instanceof SqlNodeList list)) {
            return binder.bind(call.operand(1));
        }
        List<Expression> members = binder.bindAll(list);
        if (value == null || members == null) {
            return null;
        }
        List<Evaluator> equal = new ArrayList<>();
        List<Expression> parts = new ArrayList<>(List.of(value));
        for (Expression member : ofOneType(value, members)) {
            Expression one = compare(call, value, "=", member);
            if (one == null) {
                return null;
            }
            equal.add(one.evaluator());
            parts.add(member);
        }
        Expression in = Expression.of(
                SqlType.BOOLEAN,
                row -> anyTrue(equal, row),
                parts,
                dialect -> "(" + value.spelling().in(dialect) + " IN ("
                        + Spelling.joined(
                                members.stream().map(Expression::spelling).toList(), ", ", dialect) + "))");
        return negated ? negate(in) : in;
    }

    /** Of several members without columns PostgreSQL makes an array, in whose one type the value has a say. */
    private static List<Expression> ofOneType(Expression value, List<Expression> members) {
        List<Expression> parts = new ArrayList<>(List.of(value));
        members.stream().filter(Expression::isConstant).forEach(parts::add);
        SqlType common = parts.size() > 2 ? SpecialForms.common(parts) : null;
        return common == null
                ? members
                : members.stream()
                        .map(member -> member.isConstant() ? Casts.coerce(member, common) : member)
                        .toList();
    }

    private static @Nullable Boolean anyTrue(List<Evaluator> truths, @Nullable Object[] row) {
        @Nullable Boolean result = Boolean.FALSE;
        for (Evaluator truth : truths) {
            @Nullable Object one = truth.evaluate(row);
            if (Boolean.TRUE.equals(one)) {
                return true;
            }
            result = one == null ? null : result;
        }
        return result;
    }

    @Nullable Expression isNull(SqlCall call, boolean wanted) {
        Expression value = binder.bind(call.operand(0));
        if (value == null) {
            return null;
        }
        Evaluator inner = value.evaluator();
        return Expression.of(
                SqlType.BOOLEAN,
                row -> (inner.evaluate(row) == null) == wanted,
                List.of(value),
                Spelling.of(value.spelling(), wanted ? " IS NULL" : " IS NOT NULL"));
    }

    @Nullable Expression is(SqlCall call, String words, @Nullable Boolean truth, boolean wanted) {
        Expression value = truth(call.operand(0));
        if (value == null) {
            return null;
        }
        Evaluator inner = value.evaluator();
        return Expression.of(
                SqlType.BOOLEAN,
                row -> java.util.Objects.equals(inner.evaluate(row), truth) == wanted,
                List.of(value),
                Spelling.of(value.spelling(), " " + words));
    }

    @Nullable Expression distinct(SqlCall call, boolean wanted) {
        Expression left = binder.bind(call.operand(0));
        Expression right = binder.bind(call.operand(1));
        Expression different = left == null || right == null ? null : compare(call, left, "<>", right);
        if (left == null || right == null || different == null) {
            return null;
        }
        Evaluator first = left.evaluator();
        Evaluator second = right.evaluator();
        Evaluator both = different.evaluator();
        Spelling distinct = Spelling.infix(left.spelling(), "IS DISTINCT FROM", right.spelling());
        Spelling same = Spelling.infix(left.spelling(), "<=>", right.spelling());
        return Expression.of(
                SqlType.BOOLEAN,
                row -> {
                    boolean noLeft = first.evaluate(row) == null;
                    boolean noRight = second.evaluate(row) == null;
                    boolean differs = (noLeft || noRight) ? noLeft != noRight : Boolean.TRUE.equals(both.evaluate(row));
                    return differs == wanted;
                },
                List.of(left, right),
                dialect -> {
                    if (dialect == Dialect.MYSQL) {
                        return wanted ? "(NOT " + same.in(dialect) + ")" : same.in(dialect);
                    }
                    return wanted ? distinct.in(dialect) : "(NOT " + distinct.in(dialect) + ")";
                });
    }
}
