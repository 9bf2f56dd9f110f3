package dev.switchback.transforms.sql;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** How an expression is written in the SQL of a database. */
@FunctionalInterface
public interface Spelling {

    /** @throws UnsupportedOperationException where this database has no equal of it, naming it */
    String in(Dialect dialect);

    /** MySQL's functions that give the same for the same, by PostgreSQL's names; others differ in NULLs or rounding. */
    Map<String, String> IN_MYSQL = Map.of(
            "abs", "abs",
            "ceil", "ceiling",
            "ceiling", "ceiling",
            "char_length", "char_length",
            "floor", "floor",
            "length", "char_length",
            "replace", "replace",
            "sign", "sign");

    static Spelling call(String name, List<Spelling> arguments) {
        return dialect -> {
            String called = dialect == Dialect.POSTGRES ? name : IN_MYSQL.get(name.toLowerCase(Locale.ROOT));
            if (called == null) {
                throw unsupported(dialect, name);
            }
            return called + "(" + joined(arguments, ", ", dialect) + ")";
        };
    }

    /** In parentheses, so that no rule of precedence is needed. */
    static Spelling infix(Spelling left, String operator, Spelling right) {
        return dialect -> "(" + left.in(dialect) + " " + operator + " " + right.in(dialect) + ")";
    }

    /** Parts and texts in turn, in parentheses: {@code of(a, " BETWEEN ", b, " AND ", c)}. */
    static Spelling of(Object... parts) {
        return dialect -> Arrays.stream(parts)
                .map(part -> part instanceof Spelling spelling ? spelling.in(dialect) : part.toString())
                .collect(Collectors.joining("", "(", ")"));
    }

    static String joined(List<Spelling> parts, String separator, Dialect dialect) {
        return parts.stream().map(part -> part.in(dialect)).collect(Collectors.joining(separator));
    }

    /** For what is known to be the same only there. */
    static void requirePostgres(Dialect dialect, String what) {
        if (dialect != Dialect.POSTGRES) {
            throw unsupported(dialect, what);
        }
    }

    private static UnsupportedOperationException unsupported(Dialect dialect, String what) {
        return new UnsupportedOperationException(what + " has no known equal in " + dialect);
    }
}
