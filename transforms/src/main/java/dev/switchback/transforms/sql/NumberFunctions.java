package dev.switchback.transforms.sql;

import static dev.switchback.transforms.sql.SqlType.BIGINT;
import static dev.switchback.transforms.sql.SqlType.DOUBLE;
import static dev.switchback.transforms.sql.SqlType.INTEGER;
import static dev.switchback.transforms.sql.SqlType.NUMERIC;
import static dev.switchback.transforms.sql.SqlType.REAL;
import static dev.switchback.transforms.sql.SqlType.SMALLINT;

import java.util.ArrayList;
import java.util.List;

import dev.switchback.transforms.postgres.Floats;
import dev.switchback.transforms.postgres.Integers;
import dev.switchback.transforms.postgres.Numeric;

/** Arithmetic. */
final class NumberFunctions {

    private NumberFunctions() {}

    static List<Function> all() {
        List<Function> all = new ArrayList<>();
        binary(all, "+", Integers::add, Numeric::add, Floats::add);
        binary(all, "-", Integers::subtract, Numeric::subtract, Floats::subtract);
        binary(all, "*", Integers::multiply, Numeric::multiply, Floats::multiply);
        binary(all, "/", Integers::divide, Numeric::divide, Floats::divide);
        for (String modulo : List.of("%", "mod")) {
            integers(all, modulo, Integers::modulo);
            all.add(Function.of(modulo, NUMERIC, NUMERIC, NUMERIC, Numeric::modulo));
        }
        all.add(Function.of("div", NUMERIC, NUMERIC, NUMERIC, Numeric::quotient));
        unary(all, "-", Integers::negate, Numeric::negate, value -> -value);
        unary(all, "abs", Integers::absolute, Numeric::absolute, Math::abs);
        whole(all, "ceil", Numeric::ceiling, Math::ceil);
        whole(all, "ceiling", Numeric::ceiling, Math::ceil);
        whole(all, "floor", Numeric::floor, Math::floor);
        whole(all, "sign", Numeric::signum, Floats::signum);
        whole(all, "round", value -> value.round(0), Math::rint);
        whole(all, "trunc", value -> value.truncate(0), Floats::truncate);
        all.add(Function.of("round", NUMERIC, INTEGER, NUMERIC, (Numeric a, Integer n) -> a.round(n)));
        all.add(Function.of("trunc", NUMERIC, INTEGER, NUMERIC, (Numeric a, Integer n) -> a.truncate(n)));
        all.add(Function.missing("sqrt", NUMERIC));
        all.add(Function.of("sqrt", DOUBLE, DOUBLE, (Double a) -> Floats.squareRoot(a)));
        return all;
    }

    @FunctionalInterface
    private interface LongPair {
        Long apply(long left, long right);
    }

    @FunctionalInterface
    private interface DoublePair {
        Double apply(double left, double right);
    }

    @FunctionalInterface
    private interface LongOne {
        Long apply(long value);
    }

    @FunctionalInterface
    private interface DoubleOne {
        Double apply(double value);
    }

    private static void binary(
            List<Function> all,
            String name,
            LongPair ofIntegers,
            Function.Two<Numeric, Numeric> ofNumerics,
            DoublePair ofDoubles) {
        integers(all, name, ofIntegers);
        all.add(Function.of(name, NUMERIC, NUMERIC, NUMERIC, ofNumerics));
        all.add(Function.of(name, REAL, REAL, REAL, (Float a, Float b) -> Floats.real(ofDoubles.apply(a, b))));
        all.add(Function.of(name, DOUBLE, DOUBLE, DOUBLE, (Double a, Double b) -> ofDoubles.apply(a, b)));
        all.add(Function.of(name, REAL, DOUBLE, DOUBLE, (Float a, Double b) -> ofDoubles.apply(a, b)));
        all.add(Function.of(name, DOUBLE, REAL, DOUBLE, (Double a, Float b) -> ofDoubles.apply(a, b)));
    }

    private static void integers(List<Function> all, String name, LongPair body) {
        all.add(Function.of(
                name, SMALLINT, SMALLINT, SMALLINT, (Integer a, Integer b) -> Integers.smallint(body.apply(a, b))));
        all.add(Function.of(
                name, INTEGER, INTEGER, INTEGER, (Integer a, Integer b) -> Integers.integer(body.apply(a, b))));
        all.add(Function.of(name, BIGINT, BIGINT, BIGINT, (Long a, Long b) -> body.apply(a, b)));
    }

    private static void unary(
            List<Function> all,
            String name,
            LongOne ofIntegers,
            Function.One<Numeric> ofNumerics,
            DoubleOne ofDoubles) {
        all.add(Function.of(name, SMALLINT, SMALLINT, (Integer a) -> Integers.smallint(ofIntegers.apply(a))));
        all.add(Function.of(name, INTEGER, INTEGER, (Integer a) -> Integers.integer(ofIntegers.apply(a))));
        all.add(Function.of(name, BIGINT, BIGINT, (Long a) -> ofIntegers.apply(a)));
        all.add(Function.of(name, NUMERIC, NUMERIC, ofNumerics));
        all.add(Function.of(name, REAL, REAL, (Float a) -> Floats.real(ofDoubles.apply(a))));
        all.add(Function.of(name, DOUBLE, DOUBLE, (Double a) -> ofDoubles.apply(a)));
    }

    /** What PostgreSQL has for numeric and double precision only. */
    private static void whole(List<Function> all, String name, Function.One<Numeric> ofNumerics, DoubleOne ofDoubles) {
        all.add(Function.of(name, NUMERIC, NUMERIC, ofNumerics));
        all.add(Function.of(name, DOUBLE, DOUBLE, (Double a) -> ofDoubles.apply(a)));
    }
}
