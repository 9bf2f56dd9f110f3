package dev.switchback.connectors.postgres;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Schema {@code switchback}: control rows, checkpoints and held changes, in each of the two databases. Stateless; as
 * thread-safe as the connection it is given, which must be in auto-commit mode and is left so.
 */
public final class ControlSchema {

    /** The epoch of a control row that no operator has raised yet. */
    public static final long FIRST_EPOCH = 1;

    /** The version whose script, {@code control-N.sql}, was written last. */
    static final int VERSION = 10;

    /** Begins the names of the tables whose mappings are those of REVERSE. */
    private static final String BACK = "back from ";

    /** "switchba" in ASCII: any number that nobody else locks. */
    private static final long CREATION_LOCK = 0x7377697463686261L;

    /** Not to_regclass: it would answer from a cache that a wait for another process's transaction leaves stale. */
    private static final String VERSION_EXISTS = "SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n"
            + " ON n.oid = c.relnamespace WHERE n.nspname = 'switchback' AND c.relname = 'version')";

    private static final String SCHEMA_EXISTS = "SELECT EXISTS (SELECT FROM pg_namespace WHERE nspname = 'switchback')";

    private ControlSchema() {}

    /**
     * Creates what is missing, and brings an older version up to date. Does nothing, and needs no privilege to create
     * anything, where the schema is current; safe when several processes call it at once.
     *
     * @throws ProblemException when a newer Switchback has been here
     */
    public static void create(Connection connection) throws SQLException {
        if (version(connection) == VERSION) {
            return;
        }
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET TRANSACTION ISOLATION LEVEL READ COMMITTED");
            statement.execute("SELECT pg_advisory_xact_lock(" + CREATION_LOCK + ")");
            int found = version(connection);
            if (found == 0) {
                createVersionTable(connection, statement);
            }
            for (int version = found + 1; version <= VERSION; version++) {
                statement.execute(script(version));
                statement.execute("INSERT INTO switchback.version (version) VALUES (" + version + ")");
            }
            connection.commit();
        } catch (SQLException | RuntimeException failure) {
            connection.rollback();
            throw failure;
        } finally {
            connection.setAutoCommit(true);
        }
    }

    /** Adds the control row of a migration, open and in FORWARD direction, with what belongs to it, where it has none. */
    public static void register(Connection connection, String migration) throws SQLException {
        String sql = "WITH named AS (SELECT ?::text AS migration), token AS ("
                + "INSERT INTO switchback.apply_token (migration) SELECT migration FROM named"
                + " ON CONFLICT (migration) DO NOTHING), beat AS ("
                + "INSERT INTO switchback.beat (migration) SELECT migration FROM named"
                + " ON CONFLICT (migration) DO NOTHING)"
                + " INSERT INTO switchback.control (migration, epoch, direction)"
                + " SELECT migration, ?, 'forward' FROM named ON CONFLICT (migration) DO NOTHING";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.setLong(2, FIRST_EPOCH);
            statement.executeUpdate();
        }
    }

    /**
     * Remembers the Kafka that holds the migration's changes, where none is remembered yet.
     *
     * @param cluster the id that Kafka gives itself
     * @return the one that is remembered
     */
    public static String bindKafka(Connection connection, String migration, String cluster) throws SQLException {
        String sql = "UPDATE switchback.control SET kafka = coalesce(kafka, ?) WHERE migration = ? RETURNING kafka";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, cluster);
            statement.setString(2, migration);
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    throw new IllegalStateException("no control row of " + migration);
                }
                return row.getString(1);
            }
        }
    }

    /** By which mappings a flow's rows were written so far, by the table that they came from; none where there are none. */
    public static Map<String, String> mappings(Connection connection, Flow flow) throws SQLException {
        Map<String, String> remembered = new HashMap<>();
        if (!hasApplied(connection, flow)
                || !answersYes(connection, "SELECT to_regclass('switchback.mapping') IS NOT NULL")) {
            return remembered;
        }
        String sql = "SELECT table_name, declared FROM switchback.mapping WHERE migration = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, flow.migration());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    of(flow, row.getString(1), row.getString(2), remembered);
                }
            }
        }
        return remembered;
    }

    private static String mapped(Flow flow, String table) {
        return (flow.direction() == Direction.REVERSE ? BACK : "") + table;
    }

    private static void of(Flow flow, String name, String declared, Map<String, String> remembered) {
        boolean back = name.startsWith(BACK);
        if (back == (flow.direction() == Direction.REVERSE)) {
            remembered.put(back ? name.substring(BACK.length()) : name, declared);
        }
    }

    /**
     * Remembers by which mapping a flow's rows are written, of each table of which none is remembered yet; of all tables
     * where the flow has never applied.
     *
     * @param declared by the table that the flow reads
     * @return those that are remembered, of these tables
     */
    public static Map<String, String> bindMappings(Connection connection, Flow flow, Map<String, String> declared)
            throws SQLException {
        boolean applied = hasApplied(connection, flow);
        String sql = "INSERT INTO switchback.mapping (migration, table_name, declared)"
                + " SELECT ?, * FROM unnest(?::text[], ?::text[])"
                + " ON CONFLICT (migration, table_name) DO UPDATE SET declared ="
                + " CASE WHEN ? THEN switchback.mapping.declared ELSE excluded.declared END"
                + " RETURNING table_name, declared";
        Map<String, String> remembered = new HashMap<>();
        List<String> tables = List.copyOf(declared.keySet());
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, flow.migration());
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "text",
                            tables.stream().map(table -> mapped(flow, table)).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "text", tables.stream().map(declared::get).toArray()));
            statement.setBoolean(4, applied);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    of(flow, row.getString(1), row.getString(2), remembered);
                }
            }
        }
        return remembered;
    }

    /** The control row as it stands; empty where the migration, or the whole schema, is not here. */
    public static Optional<ControlRow> control(Connection connection, String migration) throws SQLException {
        if (version(connection) == 0) {
            return Optional.empty();
        }
        String sql = "SELECT epoch, direction, fence, watermark, behind FROM switchback.control WHERE migration = ?";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            try (ResultSet row = statement.executeQuery()) {
                return row.next()
                        ? Optional.of(new ControlRow(
                                migration,
                                row.getLong(1),
                                Direction.valueOf(row.getString(2).toUpperCase(Locale.ROOT)),
                                row.getString(3).equals("fenced"),
                                row.getLong(4),
                                row.getLong(5)))
                        : Optional.empty();
            }
        }
    }

    /**
     * The checkpoints of a flow as last committed, by topic and partition; empty where the schema is not here. A topic
     * that was deleted and created again has those of its earlier life too, under the earlier id.
     */
    public static List<CheckpointRow> checkpoints(Connection connection, Flow flow) throws SQLException {
        if (version(connection) == 0) {
            return List.of();
        }
        String sql =
                """
                SELECT topic, topic_id, partition, next_offset, watermark, rows_copied, changes_applied,
                       source_commit_at, applied_at
                FROM switchback.checkpoint WHERE migration = ? AND direction = ?
                ORDER BY topic, topic_id, partition""";
        List<CheckpointRow> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new CheckpointRow(
                            new InputPartition(row.getString(1), row.getString(2), row.getInt(3)),
                            new Checkpoint(row.getLong(4), row.getLong(5)),
                            row.getLong(6),
                            row.getLong(7),
                            instant(row, 8),
                            instant(row, 9)));
                }
            }
        }
        return found;
    }

    /** Whether the flow has ever applied here: apply leaves a checkpoint before its first row. */
    static boolean hasApplied(Connection connection, Flow flow) throws SQLException {
        return !checkpoints(connection, flow).isEmpty();
    }

    /** 0 where nothing is here. */
    private static int version(Connection connection) throws SQLException {
        if (!answersYes(connection, VERSION_EXISTS)) {
            return 0;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT max(version) FROM switchback.version")) {
            row.next();
            int version = row.getInt(1);
            if (version > VERSION) {
                throw new ProblemException(new Problem(
                        Kind.REFUSED,
                        "schema switchback of " + connection.getCatalog(),
                        "It is of version " + version + ", this Switchback knows versions up to " + VERSION + ".",
                        "Run the newer Switchback that created it."));
            }
            return version;
        }
    }

    /** CREATE SCHEMA IF NOT EXISTS would demand the privilege to create one even where somebody has created it. */
    private static void createVersionTable(Connection connection, Statement statement) throws SQLException {
        if (!answersYes(connection, SCHEMA_EXISTS)) {
            statement.execute("CREATE SCHEMA switchback");
        }
        statement.execute("CREATE TABLE switchback.version"
                + " (version integer PRIMARY KEY, created_at timestamptz NOT NULL DEFAULT clock_timestamp())");
    }

    private static boolean answersYes(Connection connection, String question) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(question)) {
            return row.next() && row.getBoolean(1);
        }
    }

    static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        Timestamp time = row.getTimestamp(column);
        return time == null ? null : time.toInstant();
    }

    private static String script(int version) {
        String name = "control-" + version + ".sql";
        try (InputStream in = ControlSchema.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException(name + " is not on the classpath");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
