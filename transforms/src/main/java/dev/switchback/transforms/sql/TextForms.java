package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.List;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.fun.SqlLikeOperator;
import org.apache.calcite.sql.fun.SqlTrimFunction;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.Json;
import dev.switchback.transforms.postgres.Like;
import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.sql.Expression.Conversion;

/** What is written about texts in a way of its own, or takes values of any type. */
final class TextForms {

    private final ExpressionBinder binder;

    TextForms(ExpressionBinder binder) {
        this.binder = binder;
    }

    /** Of a text and anything else: the else is cast to text. */
    @Nullable Expression concatenation(SqlCall call) {
        List<Expression> both = binder.bindAll(call.getOperandList());
        if (both == null) {
            return null;
        }
        boolean anyText = both.stream().anyMatch(part -> part.type().isText() || part.isUnknown());
        List<Expression> parts = both;
        if (anyText) {
            parts = new ArrayList<>();
            for (Expression part : both) {
                if (part.type().is(SqlType.Kind.OTHER, SqlType.Kind.JSON, SqlType.Kind.JSONB, SqlType.Kind.BYTEA)) {
                    return binder.refuse(
                            call, "|| does not take " + part.type() + " beside a text.", "Cast it to text.");
                }
                Conversion toText = Casts.conversion(part.type(), SqlType.TEXT).orElseThrow();
                parts.add(part.isUnknown() ? part : part.converted(SqlType.TEXT, toText));
            }
        }
        return binder.apply(call, "||", parts);
    }

    @Nullable Expression concat(SqlCall call) {
        List<Expression> parts = binder.bindAll(call.getOperandList());
        return parts == null || unprintable(call, parts) ? null : join(parts, "concat", null);
    }

    @Nullable Expression concatWithSeparator(SqlCall call) {
        List<Expression> all = binder.bindAll(call.getOperandList());
        if (all == null || all.isEmpty() || unprintable(call, all)) {
            return null;
        }
        Expression separator = all.get(0);
        if (!separator.type().isText() && !separator.isUnknown()) {
            return binder.refuse(call, "The separator of CONCAT_WS is a " + separator.type() + ".", "Cast it to text.");
        }
        return join(all.subList(1, all.size()), "concat_ws", Casts.coerce(separator, SqlType.TEXT));
    }

    private boolean unprintable(SqlNode node, List<Expression> parts) {
        for (Expression part : parts) {
            if (part.type().kind() == SqlType.Kind.OTHER) {
                binder.refuse(node, "CONCAT does not take " + part.type() + ".", "Cast it to text.");
                return true;
            }
        }
        return false;
    }

    /** Of each value what its type's output function prints, NULLs left out. */
    private static Expression join(List<Expression> parts, String name, @Nullable Expression separator) {
        List<Expression> all = new ArrayList<>(parts);
        if (separator != null) {
            all.add(0, separator);
        }
        List<Spelling> spellings = all.stream().map(Expression::spelling).toList();
        return Expression.of(
                SqlType.TEXT,
                row -> {
                    @Nullable Object between =
                            separator == null ? "" : separator.evaluator().evaluate(row);
                    @Nullable String[] texts = new @Nullable String[parts.size()];
                    for (int i = 0; i < texts.length; i++) {
                        @Nullable Object value = parts.get(i).evaluator().evaluate(row);
                        texts[i] = value == null ? null : parts.get(i).type().text(value);
                    }
                    return between == null ? null : Texts.join((String) between, texts);
                },
                all,
                Spelling.call(name, spellings));
    }

    @Nullable Expression position(SqlCall call) {
        if (call.operandCount() != 2) {
            return binder.refuse(call, "POSITION with FROM is not supported.");
        }
        List<Expression> both = binder.bindAll(List.of(call.operand(1), call.operand(0)));
        return both == null ? null : binder.apply(call, "strpos", both);
    }

    @Nullable Expression trim(SqlCall call) {
        List<Expression> both = binder.bindAll(List.of(call.operand(2), call.operand(1)));
        if (both == null) {
            return null;
        }
        SqlTrimFunction.Flag flag = ((SqlLiteral) call.operand(0)).getValueAs(SqlTrimFunction.Flag.class);
        String name =
                switch (flag) {
                    case BOTH -> "btrim";
                    case LEADING -> "ltrim";
                    case TRAILING -> "rtrim";
                };
        return binder.apply(call, name, both);
    }

    @Nullable Expression like(SqlCall call) {
        SqlLikeOperator operator = (SqlLikeOperator) call.getOperator();
        if (!operator.isCaseSensitive()) {
            return binder.refuse(
                    call, "What ILIKE takes for one letter depends on the database's locale.", "Use LIKE.");
        }
        List<Expression> parts = binder.bindAll(call.getOperandList());
        if (parts == null) {
            return null;
        }
        for (Expression part : parts) {
            if (!part.isUnknown() && !part.type().is(SqlType.Kind.TEXT, SqlType.Kind.VARCHAR)) {
                return binder.refuse(call, "LIKE does not take " + part.type() + " here.", "Cast it to text.");
            }
        }
        if (parts.size() == 3 && !(parts.get(2).isConstant() && parts.get(2).constantValue() != null)) {
            return binder.refuse(call, "The escape character is not a literal.", "Write ESCAPE '!'.");
        }
        return like(parts, operator.isNegated());
    }

    private static Expression like(List<Expression> parts, boolean negated) {
        Expression text = Casts.coerce(parts.get(0), SqlType.TEXT);
        Expression pattern = Casts.coerce(parts.get(1), SqlType.TEXT);
        Spelling escape = parts.size() < 3
                ? dialect -> ""
                : dialect -> " ESCAPE " + parts.get(2).spelling().in(dialect);
        Expression plain = parts.size() < 3
                ? pattern
                : pattern.converted(
                        SqlType.TEXT,
                        value -> Like.withBackslash((String) value, (String)
                                java.util.Objects.requireNonNull(parts.get(2).constantValue())));
        Evaluator one = text.evaluator();
        Evaluator two = plain.evaluator();
        return Expression.of(
                SqlType.BOOLEAN,
                row -> {
                    @Nullable Object a = one.evaluate(row);
                    @Nullable Object b = two.evaluate(row);
                    return (a == null || b == null)
                            ? null
                            : (Boolean) (Like.matches((String) a, (String) b) != negated);
                },
                List.of(text, pattern),
                Spelling.of(text.spelling(), negated ? " NOT LIKE " : " LIKE ", pattern.spelling(), escape));
    }

    @Nullable Expression json(SqlCall call, SqlType type, boolean asText) {
        List<Expression> all = binder.bindAll(call.getOperandList());
        if (all == null) {
            return null;
        }
        String name = call.getOperator().getName().toLowerCase(java.util.Locale.ROOT);
        boolean pathIsText = all.stream()
                .skip(1)
                .allMatch(step -> step.isUnknown() || step.type().is(SqlType.Kind.TEXT, SqlType.Kind.VARCHAR));
        if (all.size() < 2 || !all.get(0).type().equals(type) || !pathIsText) {
            return binder.refuse(call, name + " takes a " + type + " and the texts of a path.", "Cast the others.");
        }
        return Expression.of(
                asText ? SqlType.TEXT : type,
                row -> {
                    @Nullable Object json = all.get(0).evaluator().evaluate(row);
                    @Nullable String[] path = new @Nullable String[all.size() - 1];
                    for (int i = 0; i < path.length; i++) {
                        path[i] = (String) all.get(i + 1).evaluator().evaluate(row);
                    }
                    @Nullable String found = json == null ? null : Json.find((String) json, path);
                    return asText ? Json.scalar(found) : found;
                },
                all,
                Spelling.call(name, all.stream().map(Expression::spelling).toList()));
    }
}
