package dev.switchback.pipeline.plan;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.sql.TimeZones;

/**
 * Finds the time zones of which a database has the same table as Java, whose table expressions use, and since when. Not
 * thread-safe.
 */
final class ZoneTables implements TimeZones {

    /** Before and after that, both go on as they do then. */
    private static final Instant FROM = Instant.parse("1840-01-01T12:00:00Z");

    private static final Instant TO = Instant.parse("2140-01-01T12:00:00Z");
    private static final int DAY = 86_400;

    /** Packagers of the tables differ in what they take of the time before. */
    private static final Instant REQUIRED_FROM = Instant.EPOCH;

    private static final String LAST_DIFFERENCE =
            """
            SELECT at, seconds::int FROM (
                SELECT at, expected, extract(epoch FROM timezone(?, to_timestamp(at)) - timezone('UTC', to_timestamp(at)))
                FROM unnest(?, ?) AS java (at, expected)) AS server (at, expected, seconds)
            WHERE seconds <> expected ORDER BY at DESC LIMIT 1""";

    private static final String INVALID_PARAMETER_VALUE = "22023";

    private final PostgresConnections database;
    private final Map<String, Found> found = new HashMap<>();
    private final List<String> notices = new ArrayList<>();

    ZoneTables(PostgresConnections database) {
        this.database = database;
    }

    @Override
    public Found find(String name) {
        return found.computeIfAbsent(name, this::ask);
    }

    /** One sentence each about what an operator should know of the zones that were found. */
    List<String> notices() {
        return notices;
    }

    private Found ask(String name) {
        Found java = JAVA.find(name);
        if (!(java instanceof Known known)) {
            return java;
        }
        try (Connection connection = database.open()) {
            return compared(connection, name, known.zone());
        } catch (SQLException e) {
            throw new ProblemException(database.problem(e), e);
        }
    }

    /** @param zone by Java's table, what the server has under the name */
    Found compared(Connection connection, String name, Zone zone) throws SQLException {
        ZoneRules rules = zone.rules();
        NavigableSet<Long> instants = instants(rules);
        Array at = connection.createArrayOf("bigint", instants.toArray());
        Array expected = connection.createArrayOf(
                "integer",
                instants.stream().map(instant -> offset(rules, instant)).toArray());
        try (PreparedStatement statement = connection.prepareStatement(LAST_DIFFERENCE)) {
            statement.setString(1, name);
            statement.setArray(2, at);
            statement.setArray(3, expected);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? different(name, zone, instants, row.getLong(1), row.getInt(2)) : new Known(zone);
            }
        } catch (SQLException e) {
            if (INVALID_PARAMETER_VALUE.equals(e.getSQLState())) {
                return refused("Time zone " + name + ": the " + database.side() + " does not know it.");
            }
            throw e;
        }
    }

    private Found different(String name, Zone zone, NavigableSet<Long> instants, long last, int seconds) {
        Long next = instants.higher(last);
        if (next == null || !Instant.ofEpochSecond(last).isBefore(REQUIRED_FROM)) {
            return refused("Time zone " + name + ": the " + database.side() + " has it " + seconds + " s from UTC at "
                    + Instant.ofEpochSecond(last) + ", and Java " + offset(zone.rules(), last) + " s.");
        }
        Instant first = Instant.ofEpochSecond(next);
        notices.add("Time zone " + name + ": before " + first + " the " + database.side()
                + " has another table of it than Java, so that times before that are held.");
        return new Known(zone.since(first));
    }

    private static Refused refused(String what) {
        return new Refused(
                what,
                "Bring both to one release of the time zone tables (Java " + Runtime.version()
                        + " has its own), or convert at the destination.");
    }

    private static int offset(ZoneRules rules, long at) {
        return rules.getOffset(Instant.ofEpochSecond(at)).getTotalSeconds();
    }

    /** Each day, and the last second before and the first after each change of the clocks. */
    private static NavigableSet<Long> instants(ZoneRules rules) {
        NavigableSet<Long> instants = new TreeSet<>();
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
