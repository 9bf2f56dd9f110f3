package dev.switchback.transforms.sql;

import org.jspecify.annotations.Nullable;

/** An expression as code: from the values of the columns that a {@code SELECT} reads, to its own. Thread-safe. */
@FunctionalInterface
public interface Evaluator {

    /**
     * @param columns in the order of {@link Scope#columns()}, as the package {@code postgres} holds values
     * @throws dev.switchback.transforms.postgres.ValueException where the database would raise an error
     */
    @Nullable Object evaluate(@Nullable Object[] columns);
}
