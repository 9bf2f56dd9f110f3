package dev.switchback.transforms.sql;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

/**
 * An expression with its type: as code, and as SQL.
 *
 * @param columns the source columns that it reads
 */
public record Expression(SqlType type, Evaluator evaluator, Set<String> columns, Spelling spelling) {

    public Expression {
        columns = Set.copyOf(columns);
    }

    static Expression constant(SqlType type, @Nullable Object value, Spelling spelling) {
        return new Expression(type, row -> value, Set.of(), spelling);
    }

    static Expression of(SqlType type, Evaluator evaluator, List<Expression> parts, Spelling spelling) {
        Set<String> columns = parts.stream()
                .flatMap(part -> part.columns().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        return new Expression(type, evaluator, columns, spelling);
    }

    boolean isUnknown() {
        return type.kind() == SqlType.Kind.UNKNOWN;
    }

    /** Whether it has one value for all rows. */
    public boolean isConstant() {
        return columns.isEmpty();
    }

    /** The value of a constant. */
    public @Nullable Object constantValue() {
        return evaluator.evaluate(new Object[0]);
    }

    /** The same with its value in another form; it is spelled as before, since the database converts by itself. */
    Expression converted(SqlType to, Conversion conversion) {
        if (isConstant()) {
            @Nullable Object value = constantValue();
            @Nullable Object constant = value == null ? null : conversion.apply(value);
            return new Expression(to, row -> constant, columns, spelling);
        }
        Evaluator inner = evaluator;
        return new Expression(
                to,
                row -> {
                    @Nullable Object value = inner.evaluate(row);
                    return value == null ? null : conversion.apply(value);
                },
                columns,
                spelling);
    }

    /** From a value that is not NULL to another. */
    @FunctionalInterface
    interface Conversion {
        @Nullable Object apply(Object value);
    }
}
