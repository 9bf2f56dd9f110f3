package dev.switchback.transforms.sql;

import static dev.switchback.transforms.sql.SqlType.BOOLEAN;
import static dev.switchback.transforms.sql.SqlType.DATE;
import static dev.switchback.transforms.sql.SqlType.INTEGER;
import static dev.switchback.transforms.sql.SqlType.INTERVAL;
import static dev.switchback.transforms.sql.SqlType.TIME;
import static dev.switchback.transforms.sql.SqlType.TIMESTAMP;
import static dev.switchback.transforms.sql.SqlType.TIMESTAMPTZ;

import java.util.ArrayList;
import java.util.List;

import dev.switchback.transforms.postgres.Integers;
import dev.switchback.transforms.postgres.Interval;
import dev.switchback.transforms.postgres.Times;

/** What can be done with dates, times and intervals by name or operator; {@code SpecialForms} has what needs a field. */
final class TimeFunctions {

    private TimeFunctions() {}

    static List<Function> all() {
        List<Function> all = new ArrayList<>();
        all.add(Function.of("+", DATE, INTEGER, DATE, (Integer a, Integer b) -> Times.addDays(a, b)));
        all.add(Function.of("+", INTEGER, DATE, DATE, (Integer a, Integer b) -> Times.addDays(b, a)));
        all.add(Function.of(
                "-", DATE, INTEGER, DATE, (Integer a, Integer b) -> Times.addDays(a, Integers.integer(-(long) b))));
        all.add(Function.of("-", DATE, DATE, INTEGER, (Integer a, Integer b) -> Times.subtractDates(a, b)));
        all.add(Function.of(
                "+", DATE, INTERVAL, TIMESTAMP, (Integer a, Interval b) -> Times.add(Times.timestamp(a), b)));
        all.add(Function.of(
                "+", INTERVAL, DATE, TIMESTAMP, (Interval a, Integer b) -> Times.add(Times.timestamp(b), a)));
        all.add(Function.of(
                "-", DATE, INTERVAL, TIMESTAMP, (Integer a, Interval b) -> Times.add(Times.timestamp(a), b.negate())));
        for (SqlType type : List.of(TIMESTAMP, TIMESTAMPTZ)) {
            all.add(Function.of("+", type, INTERVAL, type, (Long a, Interval b) -> Times.add(a, b)));
            all.add(Function.of("+", INTERVAL, type, type, (Interval a, Long b) -> Times.add(b, a)));
            all.add(Function.of("-", type, INTERVAL, type, (Long a, Interval b) -> Times.add(a, b.negate())));
            all.add(Function.of("-", type, type, INTERVAL, (Long a, Long b) -> Times.subtract(a, b)));
            all.add(Function.of("isfinite", type, BOOLEAN, (Long a) -> (Boolean) (Times.time(a) != null)));
        }
        all.add(Function.of("+", TIME, INTERVAL, TIME, (Long a, Interval b) -> Times.addToTime(a, b)));
        all.add(Function.of("-", TIME, INTERVAL, TIME, (Long a, Interval b) -> Times.subtractFromTime(a, b)));
        all.add(Function.of("-", TIME, TIME, INTERVAL, (Long a, Long b) -> new Interval(0, 0, a - b)));
        all.add(Function.of(
                "+",
                DATE,
                TIME,
                TIMESTAMP,
                (Integer a, Long b) -> Times.add(Times.timestamp(a), new Interval(0, 0, b))));
        all.add(Function.of("+", INTERVAL, INTERVAL, INTERVAL, Interval::add));
        all.add(Function.of("-", INTERVAL, INTERVAL, INTERVAL, (Interval a, Interval b) -> a.add(b.negate())));
        all.add(Function.of("-", INTERVAL, INTERVAL, (Interval a) -> a.negate()));
        return List.copyOf(all);
    }
}
