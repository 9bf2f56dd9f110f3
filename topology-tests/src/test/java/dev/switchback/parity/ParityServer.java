package dev.switchback.parity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/** Evaluates a case on PostgreSQL for many values in one call, each row with its own error. Not thread-safe. */
final class ParityServer {

    private static final int ROWS = 400;

    private final Connection connection;
    private final Set<String> unreadable;

    /** @param unreadable values that this version of PostgreSQL cannot read */
    ParityServer(Connection connection, Set<String> unreadable) throws SQLException {
        this.connection = connection;
        this.unreadable = unreadable;
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET datestyle = 'ISO'");
            statement.execute("SET intervalstyle = 'postgres'");
            statement.execute("SET timezone = 'UTC'");
            statement.execute("SET extra_float_digits = 3");
        }
    }

    /**
     * What one row gives.
     *
     * @param inputs as their types print them
     * @param spelled the value of the expression as the mapping compiler writes it back
     */
    record Answer(List<@Nullable String> inputs, @Nullable String value, @Nullable String spelled, boolean failed) {}

    /** @param type of the result */
    record Asked(String type, List<Answer> answers) {}

    /** The type of a column; some names of values are not types. */
    static String declared(String values) {
        return switch (values) {
            case "ascii", "pattern", "path" -> "text";
            case "small", "count" -> "integer";
            default -> values;
        };
    }

    Asked ask(ParityCase parity, String spelled) throws SQLException {
        List<List<@Nullable String>> rows = rows(parity.types());
        createInputs(parity.types(), rows);
        try (Statement statement = connection.createStatement()) {
            statement.execute(function(parity.expression(), spelled));
            String type = "SELECT pg_typeof((" + parity.expression() + "))::text FROM (SELECT " + nulls(parity.types())
                    + ") n";
            return new Asked(value(statement, type), answers(statement, rows));
        }
    }

    private static String value(Statement statement, String query) throws SQLException {
        try (ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    private static List<Answer> answers(Statement statement, List<List<@Nullable String>> rows) throws SQLException {
        int width = rows.get(0).size();
        StringBuilder carried = new StringBuilder();
        for (int i = 0; i < width; i++) {
            carried.append(", ").append(printed(ParityCase.column(i)));
        }
        List<Answer> answers = new ArrayList<>();
        try (ResultSet result = statement.executeQuery(
                "SELECT o.*" + carried + " FROM answers(" + rows.size() + ") o JOIN inputs ON i = o.n ORDER BY i")) {
            while (result.next()) {
                List<@Nullable String> inputs = new ArrayList<>();
                for (int i = 0; i < width; i++) {
                    inputs.add(result.getString(5 + i));
                }
                answers.add(new Answer(inputs, result.getString(2), result.getString(3), result.getBoolean(4)));
            }
        }
        return answers;
    }

    /** By the type's output function, where a cast to text may do otherwise (boolean, char). */
    private static String printed(String expression) {
        return "CASE WHEN " + expression + " IS NOT NULL THEN format('%s', " + expression + ") END";
    }

    private static String nulls(List<String> types) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add("NULL::" + declared(types.get(i)) + " AS " + ParityCase.column(i));
        }
        return String.join(", ", columns);
    }

    private void createInputs(List<String> types, List<List<@Nullable String>> rows) throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> casts = new ArrayList<>();
        List<String> arrays = new ArrayList<>();
        for (int i = 0; i < types.size(); i++) {
            columns.add(ParityCase.column(i) + " " + declared(types.get(i)));
            casts.add("u." + ParityCase.column(i) + "::" + declared(types.get(i)));
            arrays.add("?::text[]");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS inputs");
            statement.execute("CREATE TEMP TABLE inputs (i int, " + String.join(", ", columns) + ")");
        }
        String names = String.join(", ", List.of("a", "b", "c", "d").subList(0, types.size()));
        String insert = "INSERT INTO inputs SELECT ordinality - 1, " + String.join(", ", casts) + " FROM unnest("
                + String.join(", ", arrays) + ") WITH ORDINALITY u(" + names + ", ordinality)";
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            for (int i = 0; i < types.size(); i++) {
                int column = i;
                Object[] values = rows.stream().map(row -> row.get(column)).toArray();
                statement.setArray(i + 1, connection.createArrayOf("text", values));
            }
            statement.executeUpdate();
        }
    }

    private static String function(String expression, String spelled) {
        return """
                DROP FUNCTION IF EXISTS answers;
                CREATE FUNCTION answers(count int)
                        RETURNS TABLE (n int, value text, spelled text, failed boolean) LANGUAGE plpgsql AS $body$
                BEGIN
                    FOR n IN 0 .. count - 1 LOOP
                        BEGIN
                            failed := false;
                            SELECT %s, %s INTO value, spelled
                                FROM (SELECT (%s) AS r, (%s) AS q FROM inputs WHERE i = n) x;
                        EXCEPTION WHEN OTHERS THEN
                            failed := true;
                            value := NULL;
                            spelled := NULL;
                        END;
                        RETURN QUERY SELECT n, value, spelled, failed;
                    END LOOP;
                END $body$
                """
                .formatted(printed("x.r"), printed("x.q"), expression, spelled);
    }

    /** All combinations, or as many of them as are enough, chosen at random but the same each time. */
    private List<List<@Nullable String>> rows(List<String> types) {
        List<List<@Nullable String>> values = types.stream().map(this::values).toList();
        long combinations = values.stream().mapToLong(List::size).reduce(1, (x, y) -> x * y);
        Random random = new Random(combinations);
        List<List<@Nullable String>> rows = new ArrayList<>();
        int count = (int) Math.min(combinations, ROWS);
        for (int row = 0; row < count; row++) {
            List<@Nullable String> one = new ArrayList<>();
            long rest = row;
            for (List<@Nullable String> column : values) {
                one.add(column.get(
                        combinations <= ROWS ? (int) (rest % column.size()) : random.nextInt(column.size())));
                rest /= column.size();
            }
            rows.add(one);
        }
        return rows;
    }

    private List<@Nullable String> values(String type) {
        List<@Nullable String> values = new ArrayList<>(ParityValues.of(type));
        values.removeIf(value -> value != null && unreadable.contains(value));
        return values;
    }
}
