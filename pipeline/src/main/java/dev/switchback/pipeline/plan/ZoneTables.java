package dev.switchback.pipeline.plan;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Finds a database whose table of a time zone is another than the one that expressions use, which is Java's. Stateless. */
final class ZoneTables {

    /** Before and after that, both go on as they do then. */
    private static final Instant FROM = Instant.parse("1840-01-01T12:00:00Z");

    private static final Instant TO = Instant.parse("2140-01-01T12:00:00Z");
    private static final int DAY = 86_400;

    private static final String DIFFERENT =
            """
            SELECT at, seconds::int FROM (
                SELECT at, expected, extract(epoch FROM timezone(?, to_timestamp(at)) - timezone('UTC', to_timestamp(at)))
                FROM unnest(?, ?) AS java (at, expected)) AS server (at, expected, seconds)
            WHERE seconds <> expected ORDER BY at LIMIT 1""";

    private static final String INVALID_PARAMETER_VALUE = "22023";

    private ZoneTables() {}

    /** @param where the table whose expressions name the zones */
    static List<Problem> problems(PostgresConnections database, Collection<String> zones, String where) {
        List<Problem> problems = new ArrayList<>();
        if (zones.isEmpty()) {
            return problems;
        }
        try (Connection connection = database.open()) {
            for (String zone : zones) {
                String difference = difference(connection, zone, ZoneId.of(zone).getRules());
                if (difference != null) {
                    problems.add(new Problem(
                            Problem.Kind.REFUSED,
                            where,
                            "Time zone " + zone + ": the " + database.side() + " " + difference + ".",
                            "Bring both to one release of the time zone tables (Java " + Runtime.version()
                                    + " has its own), or convert at the destination."));
                }
            }
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
        return problems;
    }

    /** Where the two tables part, in words; null where they do not. */
    static @Nullable String difference(Connection connection, String zone, ZoneRules rules) throws SQLException {
        List<Long> instants = instants(rules);
        Array at = connection.createArrayOf("bigint", instants.toArray());
        Array expected = connection.createArrayOf(
                "integer",
                instants.stream().map(instant -> offset(rules, instant)).toArray());
        try (PreparedStatement statement = connection.prepareStatement(DIFFERENT)) {
            statement.setString(1, zone);
            statement.setArray(2, at);
            statement.setArray(3, expected);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? difference(rules, row.getLong(1), row.getInt(2)) : null;
            }
        } catch (SQLException e) {
            if (INVALID_PARAMETER_VALUE.equals(e.getSQLState())) {
                return "does not know it";
            }
            throw e;
        }
    }

    private static String difference(ZoneRules rules, long at, int seconds) {
        return "has it " + seconds + " s from UTC at " + Instant.ofEpochSecond(at) + ", and Java " + offset(rules, at)
                + " s";
    }

    private static int offset(ZoneRules rules, long at) {
        return rules.getOffset(Instant.ofEpochSecond(at)).getTotalSeconds();
    }

    /** Each day, and the last second before and the first after each change of the clocks. */
    private static List<Long> instants(ZoneRules rules) {
        List<Long> instants = new ArrayList<>();
        for (long at = FROM.getEpochSecond(); at <= TO.getEpochSecond(); at += DAY) {
            instants.add(at);
        }
        ZoneOffsetTransition change = rules.nextTransition(FROM);
        while (change != null && change.getInstant().isBefore(TO)) {
            instants.add(change.toEpochSecond() - 1);
            instants.add(change.toEpochSecond());
            change = rules.nextTransition(change.getInstant());
        }
        return instants;
    }
}
