package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import dev.switchback.transforms.sql.SqlType.Kind;

/** Finds the function that PostgreSQL would take for a name and arguments, among those that are supported. Stateless. */
final class Functions {

    private static final Set<Kind> PREFERRED = Set.of(Kind.DOUBLE, Kind.TEXT, Kind.TIMESTAMPTZ, Kind.INTERVAL);
    private static final Map<String, List<Function>> BY_NAME = byName();

    private Functions() {}

    private static Map<String, List<Function>> byName() {
        Map<String, List<Function>> byName = new HashMap<>();
        for (List<Function> all : List.of(NumberFunctions.all(), TextFunctions.all(), TimeFunctions.all())) {
            all.forEach(function -> byName.computeIfAbsent(function.name(), name -> new ArrayList<>())
                    .add(function));
        }
        return byName;
    }

    static boolean exists(String name) {
        return BY_NAME.containsKey(name);
    }

    /** The names that a person could have meant. */
    static Collection<String> names() {
        Set<String> names = new TreeSet<>(BY_NAME.keySet());
        names.removeIf(name -> !Character.isLetter(name.charAt(0)));
        return names;
    }

    /** Empty where PostgreSQL has none, more than one, or one that is not supported. */
    static Optional<Function> find(String name, List<SqlType> arguments) {
        return chosen(name, arguments).filter(function -> function.body() != null);
    }

    /**
     * By the rules of the manual's chapter on type conversion: most exact matches, then most of the preferred types, then
     * text for literals whose type is unknown.
     */
    private static Optional<Function> chosen(String name, List<SqlType> arguments) {
        List<Function> candidates = BY_NAME.getOrDefault(name, List.of()).stream()
                .filter(function -> takes(function, arguments))
                .toList();
        Optional<Function> same = sameType(candidates, arguments);
        if (same.isPresent()) {
            return same;
        }
        candidates = best(candidates, function -> count(function, arguments, Functions::isExact));
        candidates = best(
                candidates,
                function -> count(
                        function,
                        arguments,
                        (from, to) ->
                                isExact(from, to) || (from.kind() != Kind.UNKNOWN && PREFERRED.contains(to.kind()))));
        candidates = best(
                candidates,
                function -> count(
                        function, arguments, (from, to) -> from.kind() == Kind.UNKNOWN && to.kind() == Kind.TEXT));
        return candidates.size() == 1 ? Optional.of(candidates.get(0)) : Optional.empty();
    }

    /** An operator with a literal of unknown type on one side takes it for the type of the other side, if it can. */
    private static Optional<Function> sameType(List<Function> candidates, List<SqlType> arguments) {
        if (arguments.size() != 2) {
            return Optional.empty();
        }
        boolean unknownLeft = arguments.get(0).kind() == Kind.UNKNOWN;
        boolean unknownRight = arguments.get(1).kind() == Kind.UNKNOWN;
        if (unknownLeft == unknownRight) {
            return Optional.empty();
        }
        SqlType known = arguments.get(unknownLeft ? 1 : 0);
        return candidates.stream()
                .filter(function -> function.arguments().equals(List.of(known, known)))
                .findFirst();
    }

    private static boolean takes(Function function, List<SqlType> arguments) {
        if (function.arguments().size() != arguments.size()) {
            return false;
        }
        for (int i = 0; i < arguments.size(); i++) {
            if (!Casts.isImplicit(arguments.get(i), function.arguments().get(i))) {
                return false;
            }
        }
        return true;
    }

    private static boolean isExact(SqlType from, SqlType to) {
        return from.equals(to);
    }

    @FunctionalInterface
    private interface Fits {
        boolean test(SqlType from, SqlType to);
    }

    private static int count(Function function, List<SqlType> arguments, Fits fits) {
        int count = 0;
        for (int i = 0; i < arguments.size(); i++) {
            count += fits.test(arguments.get(i), function.arguments().get(i)) ? 1 : 0;
        }
        return count;
    }

    private static List<Function> best(List<Function> candidates, java.util.function.ToIntFunction<Function> score) {
        int most = candidates.stream().mapToInt(score).max().orElse(0);
        return candidates.stream()
                .filter(function -> score.applyAsInt(function) == most)
                .toList();
    }
}
