package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** A flow's publication: which tables' changes its slot delivers. Thread-safe. */
public final class Publication {

    /** A lock of this mode holds up no reader and no writer, only a change of the table and its vacuum. */
    private static final String LOCK_MODE = "SHARE UPDATE EXCLUSIVE";

    private static final Duration LOCK_WITHIN = Duration.ofSeconds(10);

    /** Row filters and column lists came with PostgreSQL 15; hence the detour over {@code to_jsonb}. */
    private static final String STATE =
            """
            SELECT p.pubviaroot, p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate AS everything,
                   p.puballtables OR EXISTS (
                     SELECT FROM pg_publication_rel r, to_jsonb(r) AS j
                     WHERE r.prpubid = p.oid AND (j ->> 'prqual' IS NOT NULL OR j ->> 'prattrs' IS NOT NULL)) AS odd,
                   t.schemaname, t.tablename
            FROM pg_publication p LEFT JOIN pg_publication_tables t ON t.pubname = p.pubname
            WHERE p.pubname = ?
            """;

    private record State(boolean viaRoot, boolean everything, boolean odd, Set<TableId> tables) {}

    private final PostgresConnections database;
    private final String name;

    public Publication(PostgresConnections database, Flow flow) {
        this.database = database;
        this.name = flow.slot();
    }

    /**
     * Sees to it that the publication is there and publishes exactly these tables, partitions through their root.
     *
     * <p>Publishing a table without a usable replica identity makes the database's own UPDATE and DELETE on it fail. So
     * the tables are locked against a change of it, each is checked with all its partitions, and only then is the
     * publication created, all in one transaction.
     *
     * @throws ProblemException when a table cannot be published, or a publication of this name publishes anything else
     */
    public void ensure(Collection<TableId> tables) {
        try (Connection connection = database.open()) {
            connection.setAutoCommit(false);
            Report report = new Report(database.where());
            PostgresCatalog catalog = new PostgresCatalog(connection);
            Set<TableId> there = catalog.tables(tables).keySet();
            minus(tables, there).forEach(table -> missing(table, report));
            report.findings().requireNone();
            if (state(connection).isEmpty()) {
                lock(connection, tables);
            }
            Map<TableId, PostgresTable> found = catalog.tables(tables);
            found.values().forEach(table -> ReplicaIdentities.check(table, report));
            check(connection, found.values(), report);
            report.findings().requireNone();
            if (state(connection).isEmpty()) {
                create(connection, tables);
            }
            connection.commit();
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    /** Drops it; does nothing when it is not there. */
    public void drop(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP PUBLICATION IF EXISTS " + Sql.name(name));
        }
    }

    /** Whether there is a publication of this name, of whatever kind. */
    boolean exists(Connection connection) throws SQLException {
        return state(connection).isPresent();
    }

    /** Reports a publication of this name that is not as {@link #ensure} would create it. */
    void check(Connection connection, Collection<PostgresTable> tables, Report report) throws SQLException {
        Optional<State> state = state(connection);
        if (state.isEmpty()) {
            return;
        }
        List<String> differences = differences(state.get(), tables);
        if (!differences.isEmpty()) {
            report.refuse(
                    "Publication " + name + " is already there, but " + String.join(", and ", differences) + ".",
                    "If no migration of yours reads it, run DROP PUBLICATION " + name
                            + "; otherwise declare what it publishes, or name the migration differently.");
        }
    }

    private static List<String> differences(State state, Collection<PostgresTable> tables) {
        Set<TableId> declared = tables.stream().map(PostgresTable::id).collect(Collectors.toSet());
        List<String> differences = new ArrayList<>();
        Set<TableId> lacking = minus(declared, state.tables);
        if (!lacking.isEmpty()) {
            differences.add("does not publish " + Words.tables(lacking));
        }
        Set<TableId> surplus = minus(state.tables, declared);
        if (!surplus.isEmpty()) {
            differences.add("publishes " + Words.tables(surplus) + ", which the migration does not declare");
        }
        if (!state.viaRoot && tables.stream().anyMatch(PostgresTable::partitioned)) {
            differences.add("does not publish partitions via their root");
        }
        if (!state.everything) {
            differences.add("does not publish all of insert, update, delete and truncate");
        }
        if (state.odd) {
            differences.add("is not a plain list of whole tables");
        }
        return differences;
    }

    private static Set<TableId> minus(Collection<TableId> from, Collection<TableId> what) {
        Set<TableId> rest = new TreeSet<>(from);
        rest.removeAll(what);
        return rest;
    }

    private void lock(Connection connection, Collection<TableId> tables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL lock_timeout = " + LOCK_WITHIN.toMillis());
            statement.execute("LOCK TABLE " + list(tables) + " IN " + LOCK_MODE + " MODE");
        }
    }

    private void create(Connection connection, Collection<TableId> tables) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("CREATE PUBLICATION " + Sql.name(name) + " FOR TABLE " + list(tables)
                    + " WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = true)");
        }
    }

    /** In one order for everybody, so that two that lock the same tables do not deadlock. */
    private static String list(Collection<TableId> tables) {
        return new TreeSet<>(tables).stream().map(Sql::name).collect(Collectors.joining(", "));
    }

    private static void missing(TableId table, Report report) {
        report.refuse("Table " + Words.name(table) + " does not exist.", "Correct its name in the migration file.");
    }

    private Optional<State> state(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STATE)) {
            statement.setString(1, name);
            try (ResultSet row = statement.executeQuery()) {
                State state = null;
                while (row.next()) {
                    if (state == null) {
                        state = new State(row.getBoolean(1), row.getBoolean(2), row.getBoolean(3), new TreeSet<>());
                    }
                    if (row.getString(4) != null) {
                        state.tables.add(new TableId(row.getString(4), row.getString(5)));
                    }
                }
                return Optional.ofNullable(state);
            }
        }
    }
}
