package dev.switchback.transforms.sql;

import java.util.List;
import java.util.Map;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.fun.SqlCase;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.sql.Expression.Conversion;

/** Whatever is not a function that gets the values of its arguments: casts, and dispatch to the other forms. */
final class SpecialForms {

    interface Form {
        @Nullable Expression bind(SqlCall call);
    }

    private final ExpressionBinder binder;
    private final SqlProblems problems;
    private final Map<String, Form> byName;
    private final Map<SqlKind, Form> byKind;

    SpecialForms(ExpressionBinder binder, SqlProblems problems) {
        this.binder = binder;
        this.problems = problems;
        LogicForms logic = new LogicForms(binder);
        ChoiceForms choices = new ChoiceForms(binder);
        TextForms texts = new TextForms(binder);
        TimeForms times = new TimeForms(binder);
        this.byName = Map.ofEntries(
                Map.entry("coalesce", choices::coalesce),
                Map.entry("nullif", choices::nullIf),
                Map.entry("greatest", call -> choices.extreme(call, "greatest", 1)),
                Map.entry("least", call -> choices.extreme(call, "least", -1)),
                Map.entry("||", texts::concatenation),
                Map.entry("concat", texts::concat),
                Map.entry("concat_ws", texts::concatWithSeparator),
                Map.entry("json_extract_path", call -> texts.json(call, SqlType.JSON, false)),
                Map.entry("jsonb_extract_path", call -> texts.json(call, SqlType.JSONB, false)),
                Map.entry("json_extract_path_text", call -> texts.json(call, SqlType.JSON, true)),
                Map.entry("jsonb_extract_path_text", call -> texts.json(call, SqlType.JSONB, true)),
                Map.entry("position", texts::position),
                Map.entry("date_part", times::datePart),
                Map.entry("date_trunc", times::dateTrunc),
                Map.entry("to_char", times::toChar),
                Map.entry("timezone", times::timezone),
                // Of the same kind as IS NULL, but of booleans only.
                Map.entry("is unknown", call -> logic.is(call, "IS UNKNOWN", null, true)),
                Map.entry("is not unknown", call -> logic.is(call, "IS NOT UNKNOWN", null, false)));
        this.byKind = Map.ofEntries(
                Map.entry(SqlKind.AND, call -> logic.connective(call, false)),
                Map.entry(SqlKind.OR, call -> logic.connective(call, true)),
                Map.entry(SqlKind.NOT, logic::not),
                Map.entry(SqlKind.EQUALS, call -> logic.comparison(call, "=")),
                Map.entry(SqlKind.NOT_EQUALS, call -> logic.comparison(call, "<>")),
                Map.entry(SqlKind.LESS_THAN, call -> logic.comparison(call, "<")),
                Map.entry(SqlKind.LESS_THAN_OR_EQUAL, call -> logic.comparison(call, "<=")),
                Map.entry(SqlKind.GREATER_THAN, call -> logic.comparison(call, ">")),
                Map.entry(SqlKind.GREATER_THAN_OR_EQUAL, call -> logic.comparison(call, ">=")),
                Map.entry(SqlKind.BETWEEN, logic::between),
                Map.entry(SqlKind.IN, call -> logic.in(call, false)),
                Map.entry(SqlKind.NOT_IN, call -> logic.in(call, true)),
                Map.entry(SqlKind.IS_NULL, call -> logic.isNull(call, true)),
                Map.entry(SqlKind.IS_NOT_NULL, call -> logic.isNull(call, false)),
                Map.entry(SqlKind.IS_TRUE, call -> logic.is(call, "IS TRUE", Boolean.TRUE, true)),
                Map.entry(SqlKind.IS_NOT_TRUE, call -> logic.is(call, "IS NOT TRUE", Boolean.TRUE, false)),
                Map.entry(SqlKind.IS_FALSE, call -> logic.is(call, "IS FALSE", Boolean.FALSE, true)),
                Map.entry(SqlKind.IS_NOT_FALSE, call -> logic.is(call, "IS NOT FALSE", Boolean.FALSE, false)),
                Map.entry(SqlKind.IS_DISTINCT_FROM, call -> logic.distinct(call, true)),
                Map.entry(SqlKind.IS_NOT_DISTINCT_FROM, call -> logic.distinct(call, false)),
                Map.entry(SqlKind.LIKE, texts::like),
                Map.entry(SqlKind.TRIM, texts::trim),
                Map.entry(SqlKind.PLUS_PREFIX, this::plus),
                Map.entry(SqlKind.EXTRACT, times::extract));
    }

    boolean isForm(SqlCall call, String name) {
        return byName.containsKey(name) || byKind.containsKey(call.getKind());
    }

    @Nullable Expression bind(SqlCall call, String name) {
        Form form = byName.get(name);
        return form != null
                ? form.bind(call)
                : byKind.getOrDefault(call.getKind(), ignored -> null).bind(call);
    }

    @Nullable Expression choice(SqlCase choice) {
        return new ChoiceForms(binder).choice(choice);
    }

    private @Nullable Expression plus(SqlCall call) {
        Expression value = binder.bind(call.operand(0));
        return value == null || value.type().isNumber()
                ? value
                : binder.refuse(call, "A + before " + value.type() + " is not supported.", "Leave it out.");
    }

    @Nullable Expression cast(SqlCall call) {
        Expression value = binder.bind(call.operand(0));
        TypeName target = TypeName.of((SqlDataTypeSpec) call.operand(1)).orElse(null);
        if (target == null) {
            problems.add(call.operand(1), "A cast to " + call.operand(1) + " is not supported.", uncast(value));
        }
        if (value == null || target == null) {
            return null;
        }
        Conversion conversion = Casts.conversion(value.type(), target.type()).orElse(null);
        if (conversion == null) {
            return binder.refuse(
                    call, "A cast from " + value.type() + " to " + target.type() + " is not supported.", uncast(value));
        }
        Conversion fit = target.fit();
        Spelling spelling = Spelling.of("CAST(", value.spelling(), " AS ", target.spelling(), ")");
        Expression converted = value.converted(target.type(), whole -> {
            @Nullable Object result = conversion.apply(whole);
            return result == null ? null : fit.apply(result);
        });
        return new Expression(target.type(), converted.evaluator(), converted.columns(), spelling);
    }

    private static String uncast(@Nullable Expression value) {
        String type = value == null || value.isUnknown()
                ? "of what is cast"
                : value.type().toString();
        return "Leave the cast out; if it is there for the destination's column, give that the type " + type + ".";
    }

    /** The type that values of several types become, as in a {@code CASE}; of texts the first one's. */
    static @Nullable SqlType common(List<Expression> parts) {
        SqlType common = SqlType.UNKNOWN;
        for (Expression part : parts) {
            SqlType next = part.type();
            if (common.kind() == SqlType.Kind.UNKNOWN) {
                common = next;
            } else if (!next.equals(common) && next.kind() != SqlType.Kind.UNKNOWN) {
                boolean forth = Casts.isImplicit(common, next);
                boolean back = Casts.isImplicit(next, common);
                if (!forth && !back) {
                    return null;
                }
                common = forth && !back ? next : common;
            }
        }
        return common.kind() == SqlType.Kind.UNKNOWN ? SqlType.TEXT : common;
    }
}
