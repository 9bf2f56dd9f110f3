package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Statement triggers on partitioned tables and their leaves that report a TRUNCATE of single partitions as a {@link
 * LogMessage.LeafTruncated}: a publication through the partition root reports only a TRUNCATE of the root. Thread-safe.
 *
 * <p>A TRUNCATE of the root fires the leaves' triggers too. All BEFORE triggers of a statement fire before all of its
 * AFTER triggers, in whatever order its tables come; so the root's leave a mark in the transaction ({@code open}, then
 * {@code closing}), a leaf stays silent while it finds one, and the next statement's BEFORE on a leaf removes what an
 * earlier statement left. A leaf's message stands in the log behind everything that the transaction did before.
 */
public final class TruncateTriggers {

    static final String FUNCTION = "switchback.report_truncate";

    /** SECURITY DEFINER so that whoever may truncate needs no right of ours. Arguments: migration, part, root's name. */
    private static final String CREATE_FUNCTION =
            """
            CREATE FUNCTION %s() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
            SET search_path = pg_catalog, pg_temp AS $body$
            DECLARE
              mark_name text := 'switchback.truncate_' || md5(TG_ARGV[2] || '.' || TG_ARGV[3]);
              mark text := coalesce(current_setting(mark_name, true), '');
            BEGIN
              IF TG_ARGV[1] = 'root' THEN
                PERFORM set_config(mark_name, CASE TG_WHEN WHEN 'BEFORE' THEN 'open' ELSE 'closing' END, true);
              ELSIF TG_WHEN = 'BEFORE' THEN
                IF mark = 'closing' THEN
                  PERFORM set_config(mark_name, '', true);
                END IF;
              ELSIF mark = '' AND (SELECT relispartition FROM pg_class WHERE oid = TG_RELID) THEN
                PERFORM pg_logical_emit_message(true, '%s', json_build_object(
                  'kind', 'leaf_truncated', 'migration', TG_ARGV[0],
                  'root', json_build_object('schema', TG_ARGV[2], 'name', TG_ARGV[3]),
                  'leaf', json_build_object('schema', TG_TABLE_SCHEMA, 'name', TG_TABLE_NAME))::text);
              END IF;
              RETURN NULL;
            END $body$
            """
                    .formatted(FUNCTION, LogMessage.PREFIX);

    private static final String GUARDED =
            """
            SELECT count(*) = 2 FROM pg_trigger
            WHERE tgrelid = ? AND tgname IN (?, ?) AND tgenabled = 'A' AND tgfoid = to_regprocedure(?)
            """;

    private final PostgresConnections database;
    private final String migration;

    public TruncateTriggers(PostgresConnections database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    /**
     * Sees to it that each partitioned one of the tables, and each of its leaves, has its triggers. The schema {@code
     * switchback} must be there. Safe to call again, for instance when a partition was added. Each relation is locked
     * against writers for an instant, and no writer waits behind that lock for longer than {@link ShortLock} allows.
     *
     * @throws ProblemException when a table stays locked, or a privilege is missing
     */
    public void ensure(Collection<TableId> tables) {
        try (Connection connection = database.open()) {
            for (PostgresTable table : partitioned(connection, tables)) {
                createFunction(connection);
                guard(connection, table.relation(), table.id(), "root");
                for (Relation leaf : table.leaves()) {
                    guard(connection, leaf, table.id(), "leaf");
                }
            }
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }

    /** The leaves (and roots) of the tables whose truncation would go unnoticed: those attached since {@link #ensure}. */
    public List<TableId> unguarded(Connection connection, Collection<TableId> tables) throws SQLException {
        List<TableId> unguarded = new ArrayList<>();
        for (PostgresTable table : partitioned(connection, tables)) {
            if (!guarded(connection, table.relation())) {
                unguarded.add(table.id());
            }
            for (Relation leaf : table.leaves()) {
                if (!guarded(connection, leaf)) {
                    unguarded.add(leaf.id());
                }
            }
        }
        return unguarded;
    }

    /**
     * Removes this migration's triggers from every table, and what they call once no migration needs it. Needs an
     * instant without any reader of each table.
     *
     * @throws ProblemException when a table stays locked
     */
    public void drop(Connection connection) throws SQLException {
        String sql = "SELECT t.tgname, n.nspname, c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
                + " JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE t.tgname IN (?, ?) AND t.tgfoid = to_regprocedure(?)";
        List<String[]> triggers = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, trigger("before"));
            statement.setString(2, trigger("after"));
            statement.setString(3, FUNCTION + "()");
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    triggers.add(new String[] {row.getString(1), row.getString(2), row.getString(3)});
                }
            }
        }
        for (String[] each : triggers) {
            TableId table = new TableId(each[1], each[2]);
            ShortLock.withoutAnybody(database.where(), table)
                    .run(connection, List.of("DROP TRIGGER IF EXISTS " + Sql.name(each[0]) + " ON " + Sql.name(table)));
        }
        dropFunction(connection);
    }

    private List<PostgresTable> partitioned(Connection connection, Collection<TableId> tables) throws SQLException {
        return new PostgresCatalog(connection)
                .tables(tables).values().stream()
                        .filter(PostgresTable::partitioned)
                        .toList();
    }

    private void guard(Connection connection, Relation relation, TableId root, String part) throws SQLException {
        if (guarded(connection, relation)) {
            return;
        }
        String table = Sql.name(relation.id());
        String arguments = Sql.literal(migration) + ", '" + part + "', " + Sql.literal(root.schema()) + ", "
                + Sql.literal(root.name());
        List<String> statements = new ArrayList<>();
        for (String when : List.of("before", "after")) {
            String trigger = Sql.name(trigger(when));
            statements.add("CREATE OR REPLACE TRIGGER " + trigger + " " + when + " TRUNCATE ON " + table
                    + " FOR EACH STATEMENT EXECUTE FUNCTION " + FUNCTION + "(" + arguments + ")");
            statements.add("ALTER TABLE ONLY " + table + " ENABLE ALWAYS TRIGGER " + trigger);
        }
        ShortLock.withoutWriters(database.where(), relation.id()).run(connection, statements);
    }

    private boolean guarded(Connection connection, Relation relation) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(GUARDED)) {
            statement.setLong(1, relation.oid());
            statement.setString(2, trigger("before"));
            statement.setString(3, trigger("after"));
            statement.setString(4, FUNCTION + "()");
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    /** The two that each leaf has. */
    List<String> triggers() {
        return List.of(trigger("before"), trigger("after"));
    }

    private String trigger(String when) {
        return "switchback_" + migration + "_" + when;
    }

    private static void createFunction(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT to_regprocedure('" + FUNCTION + "()') IS NULL")) {
            row.next();
            if (row.getBoolean(1)) {
                statement.execute(CREATE_FUNCTION);
            }
        }
    }

    private static void dropFunction(Connection connection) throws SQLException {
        String unused = "SELECT to_regprocedure('" + FUNCTION + "()') IS NOT NULL AND NOT EXISTS"
                + " (SELECT FROM pg_trigger WHERE tgfoid = to_regprocedure('" + FUNCTION + "()'))";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(unused)) {
            row.next();
            if (row.getBoolean(1)) {
                statement.execute("DROP FUNCTION IF EXISTS " + FUNCTION + "()");
            }
        }
    }
}
