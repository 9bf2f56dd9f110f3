package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.ReplicationSlot;
import dev.switchback.connectors.postgres.Sql;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * What a migration has left in one database, in the order in which it can be taken away: slots, publications, triggers,
 * revoked privileges, rows, and the schema when no other migration needs it. It is looked up in the catalogue, so that also
 * what was made for tables that are not declared any more is found. Thread-safe; each call has a connection of its own.
 */
public final class Remains {

    /** What one is. */
    public enum Kind {
        SLOT,
        PUBLICATION,
        TRIGGER,
        PRIVILEGE,
        ROWS,
        SCHEMA;

        /** As people write it. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Something that is left.
     *
     * @param name unique among those of its kind
     * @param what what it is there for, and what its end means
     */
    public record Remnant(Kind kind, String name, String what) {}

    private static final Duration LOCK_WITHIN = Duration.ofSeconds(10);

    private static final String TRIGGERS =
            """
            SELECT t.tgname, n.nspname, c.relname, t.tgenabled, p.proname
            FROM pg_trigger t
            JOIN pg_proc p ON p.oid = t.tgfoid
            JOIN pg_namespace pn ON pn.oid = p.pronamespace AND pn.nspname = 'switchback'
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE t.tgname = ANY (?) ORDER BY 2, 3, 1
            """;

    private static final String TRIGGERS_OF_OURS = "SELECT FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
            + " JOIN pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = 'switchback'";

    /** Every table of ours whose rows say of which migration they are. */
    private static final String TABLES =
            """
            SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'migration' AND NOT a.attisdropped
            WHERE n.nspname = 'switchback' AND c.relkind = 'r' ORDER BY c.relname = 'control', 1
            """;

    private static final String SCHEMA = "SELECT FROM pg_namespace WHERE nspname = 'switchback'";

    private final PostgresConnections database;
    private final String migration;

    public Remains(PostgresConnections database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    @FunctionalInterface
    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    /** @throws ProblemException when the database does not answer */
    public List<Remnant> list() {
        return connected(connection -> {
            List<Remnant> found = new ArrayList<>();
            for (String flow : flows()) {
                slot(connection, flow, found);
            }
            for (String flow : flows()) {
                if (exists(connection, "SELECT FROM pg_publication WHERE pubname = ?", flow)) {
                    found.add(new Remnant(Kind.PUBLICATION, flow, "which tables' changes were captured"));
                }
            }
            triggers(connection).forEach(each -> found.add(new Remnant(Kind.TRIGGER, each.shown(), each.purpose())));
            rows(connection, found);
            return found;
        });
    }

    private List<String> flows() {
        return Stream.of(Direction.values())
                .map(direction -> new Flow(migration, direction).slot())
                .toList();
    }

    private static void slot(Connection connection, String name, List<Remnant> found) throws SQLException {
        String here = "SELECT FROM pg_replication_slots WHERE slot_name = ? AND database = current_database()";
        if (exists(connection, here, name)) {
            long retained = new ReplicationSlot(name)
                    .state(connection)
                    .map(ReplicationSlot.State::retainedBytes)
                    .orElse(0L);
            found.add(new Remnant(
                    Kind.SLOT,
                    name,
                    "the log is kept for it, " + retained / (1 << 20) + " MB now; without it nothing more"
                            + " is captured here"));
        }
    }

    private record Trigger(String name, TableId table, boolean fence, boolean closed) {

        String shown() {
            return name + " on " + table;
        }

        String purpose() {
            return !fence
                    ? "reports a TRUNCATE of single partitions"
                    : closed
                            ? "the closed fence: without it applications may write to this table again"
                            : "the open fence";
        }
    }

    private List<Trigger> triggers(Connection connection) throws SQLException {
        List<Trigger> triggers = new ArrayList<>();
        String[] names = {trigger("fence"), trigger("before"), trigger("after")};
        try (PreparedStatement statement = connection.prepareStatement(TRIGGERS)) {
            statement.setArray(1, connection.createArrayOf("text", names));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    triggers.add(new Trigger(
                            row.getString(1),
                            new TableId(row.getString(2), row.getString(3)),
                            row.getString(5).equals("refuse_write"),
                            row.getString(4).equals("A")));
                }
            }
        }
        return triggers;
    }

    private String trigger(String part) {
        return "switchback_" + migration + "_" + part;
    }

    private void rows(Connection connection, List<Remnant> found) throws SQLException {
        if (!exists(connection, SCHEMA)) {
            return;
        }
        for (String table : tables(connection)) {
            long rows = count(connection, table, "migration = ?", migration);
            if (rows > 0 && table.equals("revoked")) {
                found.add(new Remnant(
                        Kind.PRIVILEGE,
                        table,
                        rows + " privileges that the closed fence has revoked; they are given back"));
            } else if (rows > 0) {
                found.add(new Remnant(Kind.ROWS, table, rows + (rows == 1 ? " row" : " rows") + purpose(table)));
            }
        }
        List<String> others = others(connection);
        if (others.isEmpty()) {
            found.add(new Remnant(Kind.SCHEMA, "switchback", "with all that is in it; no other migration uses it"));
        }
    }

    private static String purpose(String table) {
        return switch (table) {
            case "control" -> ": who may apply and write here";
            case "checkpoint" -> ": how far each partition is applied";
            case "table_count" -> ": how much of each table is applied";
            case "held" -> ": CHANGES THAT WERE NEVER APPLIED";
            case "declined" -> ": the record of what on_conflict: has declined to write";
            case "declined_count" -> ": how much that was";
            case "difference" -> ": rows that differ, of tables that are only compared";
            case "discarded" -> ": the record of changes that were given up";
            case "mapping" -> ": by which mapping rows were written";
            case "beat" -> ": how many heartbeats were written";
            case "member" -> ": which processes ran";
            case "partition" -> ": which partitions there were";
            case "apply_token" -> ": what lets apply through the fence";
            default -> "";
        };
    }

    /**
     * Takes one away; does nothing where it is not there any more.
     *
     * @throws ProblemException when it cannot be, with nothing changed
     */
    public void remove(Remnant remnant) {
        connected(connection -> {
            switch (remnant.kind()) {
                case SLOT -> new ReplicationSlot(remnant.name()).drop(connection);
                case PUBLICATION -> execute(connection, "DROP PUBLICATION IF EXISTS " + Sql.name(remnant.name()));
                case TRIGGER -> dropTrigger(connection, remnant.name());
                case PRIVILEGE -> giveBack(connection);
                case ROWS -> delete(connection, remnant.name());
                case SCHEMA -> dropSchema(connection);
            }
            return true;
        });
    }

    private void dropTrigger(Connection connection, String shown) throws SQLException {
        for (Trigger trigger : triggers(connection)) {
            if (trigger.shown().equals(shown)) {
                List<FencedRelation> relations = FencedRelation.of(connection, List.of(trigger.table));
                new BriefLock(database.where(), LOCK_WITHIN).run(connection, relations, transaction -> {
                    execute(
                            transaction,
                            "DROP TRIGGER IF EXISTS " + Sql.name(trigger.name) + " ON " + Sql.name(trigger.table));
                    return true;
                });
            }
        }
    }

    private void giveBack(Connection connection) throws SQLException {
        connection.setAutoCommit(false);
        for (WritePrivilege each : new RevokedPrivileges(migration).remembered(connection)) {
            execute(connection, each.grant());
        }
        delete(connection, "revoked");
        connection.commit();
    }

    private void delete(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("DELETE FROM switchback." + Sql.name(table) + " WHERE migration = ?")) {
            statement.setString(1, migration);
            statement.executeUpdate();
        }
    }

    private void dropSchema(Connection connection) throws SQLException {
        if (!exists(connection, SCHEMA)) {
            return;
        }
        List<String> others = others(connection);
        if (!others.isEmpty()) {
            throw refused(
                    "Schema switchback is used by " + String.join(", ", others) + ".",
                    "It goes with the last migration.");
        }
        if (exists(connection, TRIGGERS_OF_OURS)) {
            // CASCADE would wait for their tables, and make the site wait behind.
            throw refused(
                    "Triggers still call what is in it.", "See what keeps them from being dropped, and try again.");
        }
        connection.setAutoCommit(false);
        execute(connection, "SET LOCAL lock_timeout = " + LOCK_WITHIN.toMillis());
        execute(connection, "DROP SCHEMA switchback CASCADE");
        connection.commit();
    }

    private ProblemException refused(String what, String remedy) {
        return new ProblemException(new Problem(Problem.Kind.REFUSED, database.where(), what, remedy));
    }

    /** Other migrations that have a control row here. */
    private List<String> others(Connection connection) throws SQLException {
        List<String> others = new ArrayList<>();
        if (tables(connection).contains("control")) {
            try (PreparedStatement statement =
                    connection.prepareStatement("SELECT migration FROM switchback.control WHERE migration <> ?")) {
                statement.setString(1, migration);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        others.add(row.getString(1));
                    }
                }
            }
        }
        return others;
    }

    private static List<String> tables(Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(TABLES)) {
            while (row.next()) {
                tables.add(row.getString(1));
            }
        }
        return tables;
    }

    /**
     * The processes of the migration that have been seen here within a time, whatever they do.
     *
     * @throws ProblemException when the database does not answer
     */
    public List<String> membersSeenWithin(Duration time) {
        return connected(connection -> {
            List<String> members = new ArrayList<>();
            if (!tables(connection).contains("member")) {
                return members;
            }
            String sql = "SELECT DISTINCT member FROM switchback.member WHERE migration = ?"
                    + " AND seen_at > clock_timestamp() - make_interval(secs => ?) ORDER BY 1";
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setString(1, migration);
                statement.setDouble(2, time.toMillis() / 1e3);
                try (ResultSet row = statement.executeQuery()) {
                    while (row.next()) {
                        members.add(row.getString(1));
                    }
                }
            }
            return members;
        });
    }

    private static long count(Connection connection, String table, String condition, String value) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(
                "SELECT count(*) FROM switchback." + Sql.name(table) + " WHERE " + condition)) {
            statement.setString(1, value);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private static boolean exists(Connection connection, String query, String... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT EXISTS (" + query + ")")) {
            for (int i = 0; i < values.length; i++) {
                statement.setString(i + 1, values[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private <T> T connected(Work<T> work) {
        try (Connection connection = database.open()) {
            return work.run(connection);
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    /** For {@link Problem#where()}. */
    public String where() {
        return database.where();
    }
}
