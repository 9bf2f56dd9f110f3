package dev.switchback.transforms.sql;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlIntervalLiteral;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlNumericLiteral;
import org.apache.calcite.sql.SqlUnknownLiteral;
import org.apache.calcite.sql.SqlUnresolvedFunction;
import org.apache.calcite.sql.fun.SqlCase;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.util.NlsString;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.Interval;
import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.schema.Column;

/**
 * Gives a parsed expression its type and code, or says what is wrong with it. An operand that is wrong has been reported,
 * and makes its whole expression {@code null}. Not thread-safe.
 */
final class ExpressionBinder {

    private final Scope scope;
    private final SqlProblems problems;
    private final SpecialForms forms;
    private final TimeZones zones;

    ExpressionBinder(Scope scope, TimeZones zones, SqlProblems problems) {
        this.scope = scope;
        this.zones = zones;
        this.problems = problems;
        this.forms = new SpecialForms(this, problems);
    }

    /** Where time zones are found. */
    TimeZones zones() {
        return zones;
    }

    /** A constant of which the database would raise an error is refused where it stands. */
    @Nullable Expression bind(SqlNode node) {
        return reading(node, () -> {
            Expression bound = bound(node);
            if (bound != null && bound.isConstant()) {
                bound.constantValue();
            }
            return bound;
        });
    }

    private @Nullable Expression bound(SqlNode node) {
        if (node instanceof SqlIdentifier name) {
            return column(name);
        }
        if (node instanceof SqlLiteral literal) {
            return literal(literal);
        }
        if (node instanceof SqlCase choice) {
            return forms.choice(choice);
        }
        return node instanceof SqlCall call ? call(call) : refuse(node, "This is not an expression of one row.");
    }

    /** All or, where one is wrong, null. */
    @Nullable List<Expression> bindAll(List<SqlNode> nodes) {
        List<Expression> bound = new ArrayList<>();
        for (SqlNode node : nodes) {
            Expression one = bind(node);
            if (one != null) {
                bound.add(one);
            }
        }
        return bound.size() == nodes.size() ? bound : null;
    }

    private @Nullable Expression column(SqlIdentifier name) {
        if (name.isSimple()
                && !scope.knows(name.getSimple())
                && Refusals.of(name.getSimple()).isPresent()) {
            return refuseFunction(name, name.getSimple());
        }
        return scope.column(name).map(this::column).orElse(null);
    }

    private Expression column(Column column) {
        int slot = scope.slot(column);
        return new Expression(
                SqlType.of(column.type()), row -> row[slot], Set.of(column.name()), scope.spelling(column));
    }

    private @Nullable Expression literal(SqlLiteral literal) {
        if (literal instanceof SqlIntervalLiteral interval) {
            return interval(interval);
        }
        if (literal instanceof SqlUnknownLiteral typed) {
            return typed(typed);
        }
        if (literal instanceof SqlNumericLiteral number) {
            return number(number);
        }
        if (literal.getValue() == null) {
            return Expression.constant(SqlType.UNKNOWN, null, dialect -> "NULL");
        }
        if (literal.getValue() instanceof NlsString string) {
            String text = string.getValue();
            return Expression.constant(SqlType.UNKNOWN, text, dialect -> dialect.string(text));
        }
        if (literal.getValue() instanceof Boolean truth) {
            return Expression.constant(SqlType.BOOLEAN, truth, dialect -> truth ? "TRUE" : "FALSE");
        }
        return refuse(literal, "The literal " + literal + " has no type here.");
    }

    private @Nullable Expression number(SqlNumericLiteral literal) {
        BigDecimal value = literal.bigDecimalValue();
        String text = literal.toValue();
        boolean whole = text.chars().allMatch(c -> c >= '0' && c <= '9');
        SqlParserPos position = literal.getParserPosition();
        if (whole && position.getEndColumnNum() - position.getColumnNum() >= text.length()) {
            return refuse(
                    literal,
                    "The number " + text + " is written with more than its digits, which may make it a numeric.",
                    "Write " + text + " or " + text + ".0.");
        }
        String plain = value.toPlainString();
        Spelling spelling = whole || plain.contains(".") ? dialect -> plain : scientific(plain);
        BigInteger integer = value.toBigInteger();
        if (whole && integer.bitLength() < 32) {
            return Expression.constant(SqlType.INTEGER, integer.intValue(), spelling);
        }
        return whole && integer.bitLength() < 64
                ? Expression.constant(SqlType.BIGINT, integer.longValue(), spelling)
                : Expression.constant(SqlType.NUMERIC, Numeric.of(value), spelling);
    }

    /** So that it stays a numeric where its digits alone would be an integer. */
    private static Spelling scientific(String digits) {
        return dialect -> {
            Spelling.requirePostgres(dialect, "a number with an exponent");
            return digits + "e0";
        };
    }

    private @Nullable Expression typed(SqlUnknownLiteral literal) {
        SqlType type = SqlType.named(literal.tag.toLowerCase(Locale.ROOT));
        String text = literal.getValue();
        if (type.kind() == SqlType.Kind.OTHER) {
            return refuse(literal, "The literal " + literal + " is of the type " + type + ", which has none here.");
        }
        return Expression.constant(
                type, type.read(text), dialect -> "CAST(" + dialect.string(text) + " AS " + type.name() + ")");
    }

    private @Nullable Expression interval(SqlIntervalLiteral literal) {
        SqlIntervalLiteral.IntervalValue value = literal.getValueAs(SqlIntervalLiteral.IntervalValue.class);
        String unit = value.getIntervalQualifier().toString();
        String digits = value.getIntervalLiteral();
        if (!digits.matches("\\d{1,6}")
                || !List.of("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND").contains(unit)) {
            return refuse(
                    literal,
                    "The interval " + literal + " is not one whole number of one unit.",
                    "Add several: INTERVAL '1' MONTH + INTERVAL '2' DAY.");
        }
        int count = Integer.parseInt(digits) * value.getSign();
        Interval interval =
                switch (unit) {
                    case "YEAR" -> new Interval(count * 12, 0, 0);
                    case "MONTH" -> new Interval(count, 0, 0);
                    case "DAY" -> new Interval(0, count, 0);
                    case "HOUR" -> new Interval(0, 0, count * Times.HOUR);
                    case "MINUTE" -> new Interval(0, 0, count * Times.MINUTE);
                    default -> new Interval(0, 0, count * Times.SECOND);
                };
        return Expression.constant(SqlType.INTERVAL, interval, dialect -> "INTERVAL '" + count + "' " + unit);
    }

    private @Nullable Expression call(SqlCall call) {
        return switch (call.getKind()) {
            case SELECT, EXISTS, SCALAR_QUERY, UNION, SOME, ALL ->
                refuse(
                        call,
                        "A subquery looks at other rows, and a mapping knows only its own.",
                        "Use a LEFT JOIN to a lookup table.");
            case OVER ->
                refuseFunction(call, ((SqlCall) call.operand(0)).getOperator().getName());
            case CAST -> forms.cast(call);
            default -> named(call, name(call));
        };
    }

    private @Nullable Expression named(SqlCall call, String name) {
        if (call.getOperator() instanceof SqlUnresolvedFunction function
                && function.getNameAsId().names.size() > 1) {
            return refuse(
                    call,
                    "The function " + function.getNameAsId() + " is one of the source's own.",
                    "Compute it at the destination, for instance in a generated column.");
        }
        if (Refusals.of(name).isPresent()) {
            return refuseFunction(call, name);
        }
        return forms.isForm(call, name) ? forms.bind(call, name) : function(call, name);
    }

    private static String name(SqlCall call) {
        String name = call.getOperator().getName().toLowerCase(Locale.ROOT);
        return name.equals("translate3") ? "translate" : name;
    }

    private @Nullable Expression function(SqlCall call, String name) {
        if (!Functions.exists(name)) {
            return refuse(
                    call,
                    "The function or operator " + name.toUpperCase(Locale.ROOT) + " is not supported.",
                    NearName.hint(name, Functions.names(), "docs/functions.md lists those that are."));
        }
        List<Expression> arguments = bindAll(call.getOperandList());
        return arguments == null ? null : apply(call, name, arguments);
    }

    /** Calls a function by name; the operands are those of the node. */
    @Nullable Expression apply(SqlNode node, String name, List<Expression> arguments) {
        List<SqlType> types = arguments.stream().map(Expression::type).toList();
        Optional<Function> found = Functions.find(name, types);
        if (found.isEmpty()) {
            return refuse(
                    node,
                    name.toUpperCase(Locale.ROOT) + " does not take "
                            + String.join(
                                    ", ", types.stream().map(SqlType::name).toList()) + ".",
                    "Say with CAST which type is meant; docs/functions.md lists what it takes.");
        }
        Function function = found.get();
        if (Character.isLetter(name.charAt(0)) && guesses(types, function)) {
            return refuse(
                    node,
                    name.toUpperCase(Locale.ROOT) + " gets a string literal for a "
                            + function.arguments().get(types.indexOf(SqlType.UNKNOWN)) + ".",
                    "Write the literal without quotes, or cast it.");
        }
        List<Expression> coerced = new ArrayList<>();
        for (int i = 0; i < arguments.size(); i++) {
            coerced.add(Casts.coerce(arguments.get(i), function.arguments().get(i)));
        }
        return Expression.of(
                function.result(),
                java.util.Objects.requireNonNull(function.body())
                        .over(coerced.stream().map(Expression::evaluator).toList()),
                coerced,
                spelling(name, arguments.stream().map(Expression::spelling).toList()));
    }

    /** PostgreSQL has functions that are not supported here, and may take one of them for a literal of unknown type. */
    private static boolean guesses(List<SqlType> types, Function function) {
        for (int i = 0; i < types.size(); i++) {
            if (types.get(i).kind() == SqlType.Kind.UNKNOWN
                    && function.arguments().get(i).kind() != SqlType.Kind.TEXT) {
                return true;
            }
        }
        return false;
    }

    private static Spelling spelling(String name, List<Spelling> arguments) {
        if (Character.isLetter(name.charAt(0))) {
            return Spelling.call(name, arguments);
        }
        if (arguments.size() == 1) {
            return Spelling.of(name + " ", arguments.get(0));
        }
        Spelling infix = Spelling.infix(arguments.get(0), name, arguments.get(1));
        return name.equals("||")
                ? dialect -> dialect == Dialect.MYSQL
                        ? "concat(" + Spelling.joined(arguments, ", ", dialect) + ")"
                        : infix.in(dialect)
                : infix;
    }

    interface Reading {
        @Nullable Expression read();
    }

    /** A literal that its type does not take is a problem of the {@code SELECT}. */
    @Nullable Expression reading(SqlNode node, Reading reading) {
        try {
            return reading.read();
        } catch (ValueException e) {
            return refuse(node, "The database would refuse this for every row: " + e.getMessage() + ".");
        }
    }

    @Nullable Expression refuseFunction(SqlNode node, String name) {
        Refusals.Refusal refusal = Refusals.of(name.toLowerCase(Locale.ROOT))
                .orElse(new Refusals.Refusal("windows look at other rows", "Compute it at the destination."));
        return refuse(
                node,
                name.toUpperCase(Locale.ROOT) + " is not for mappings: " + refusal.reason() + ".",
                refusal.remedy());
    }

    @Nullable Expression refuse(SqlNode node, String what) {
        return refuse(node, what, "docs/mappings.md says what an expression may be.");
    }

    @Nullable Expression refuse(SqlNode node, String what, String remedy) {
        problems.add(node, what, remedy);
        return null;
    }
}
