package dev.switchback.transforms.sql;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A function or operator of given types, as in {@code pg_proc}. All are strict: NULL in, NULL out.
 *
 * @param body what it does with arguments that are of these types; null for one that PostgreSQL has and mappings have not
 */
record Function(String name, List<SqlType> arguments, SqlType result, @Nullable Body body) {

    Function {
        arguments = List.copyOf(arguments);
    }

    /** Joins code that evaluates the arguments into code that evaluates the call. */
    @FunctionalInterface
    interface Body {
        Evaluator over(List<Evaluator> arguments);
    }

    @FunctionalInterface
    interface One<A> {
        @Nullable Object apply(A first);
    }

    @FunctionalInterface
    interface Two<A, B> {
        @Nullable Object apply(A first, B second);
    }

    @FunctionalInterface
    interface Three<A, B, C> {
        @Nullable Object apply(A first, B second, C third);
    }

    @FunctionalInterface
    interface Four<A, B, C, D> {
        @Nullable Object apply(A first, B second, C third, D fourth);
    }

    /** One that takes part in the choice, so that no other is chosen where PostgreSQL would choose it. */
    static Function missing(String name, SqlType... arguments) {
        return new Function(name, List.of(arguments), SqlType.UNKNOWN, null);
    }

    @SuppressWarnings("unchecked") // the arguments' types say so
    static <A> Function of(String name, SqlType first, SqlType result, One<A> body) {
        return new Function(name, List.of(first), result, arguments -> {
            Evaluator one = arguments.get(0);
            return row -> {
                @Nullable Object a = one.evaluate(row);
                return a == null ? null : body.apply((A) a);
            };
        });
    }

    @SuppressWarnings("unchecked")
    static <A, B> Function of(String name, SqlType first, SqlType second, SqlType result, Two<A, B> body) {
        return new Function(name, List.of(first, second), result, arguments -> {
            Evaluator one = arguments.get(0);
            Evaluator two = arguments.get(1);
            return row -> {
                @Nullable Object a = one.evaluate(row);
                @Nullable Object b = two.evaluate(row);
                return a == null || b == null ? null : body.apply((A) a, (B) b);
            };
        });
    }

    @SuppressWarnings("unchecked")
    static <A, B, C> Function of(
            String name, SqlType first, SqlType second, SqlType third, SqlType result, Three<A, B, C> body) {
        return new Function(name, List.of(first, second, third), result, arguments -> {
            Evaluator one = arguments.get(0);
            Evaluator two = arguments.get(1);
            Evaluator three = arguments.get(2);
            return row -> {
                @Nullable Object a = one.evaluate(row);
                @Nullable Object b = two.evaluate(row);
                @Nullable Object c = three.evaluate(row);
                return a == null || b == null || c == null ? null : body.apply((A) a, (B) b, (C) c);
            };
        });
    }

    @SuppressWarnings("unchecked")
    static <A, B, C, D> Function of(
            String name,
            SqlType first,
            SqlType second,
            SqlType third,
            SqlType fourth,
            SqlType result,
            Four<A, B, C, D> body) {
        return new Function(name, List.of(first, second, third, fourth), result, arguments -> {
            Evaluator one = arguments.get(0);
            Evaluator two = arguments.get(1);
            Evaluator three = arguments.get(2);
            Evaluator four = arguments.get(3);
            return row -> {
                @Nullable Object a = one.evaluate(row);
                @Nullable Object b = two.evaluate(row);
                @Nullable Object c = three.evaluate(row);
                @Nullable Object d = four.evaluate(row);
                return a == null || b == null || c == null || d == null ? null : body.apply((A) a, (B) b, (C) c, (D) d);
            };
        });
    }
}
