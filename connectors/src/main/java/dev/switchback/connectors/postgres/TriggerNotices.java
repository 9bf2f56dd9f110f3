package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.switchback.transforms.schema.TableId;

/** What applied rows will set off at the destination. Notices only. */
final class TriggerNotices {

    private static final String INSUFFICIENT_PRIVILEGE = "42501";

    /** tgenabled: O fires unless the session is a replica, A always, R in replicas only, D never. */
    private static final String TRIGGERS =
            """
            SELECT n.nspname, c.relname, t.tgname, t.tgenabled, t.tgconstraint <> 0 AS constraint_of_key,
                   coalesce(k.conname, t.tgname) AS shown
            FROM pg_trigger t
            JOIN pg_class c ON c.oid = t.tgrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN pg_constraint k ON k.oid = t.tgconstraint AND k.contype = 'f'
            WHERE t.tgrelid = ANY (?) AND (NOT t.tgisinternal OR k.contype = 'f') AND t.tgparentid = 0
              AND t.tgfoid NOT IN (SELECT f.oid FROM pg_proc f JOIN pg_namespace fn ON fn.oid = f.pronamespace
                                   WHERE fn.nspname = 'switchback')
            ORDER BY 1, 2, 6
            """;

    private TriggerNotices() {}

    static void check(CheckedDatabase destination, Report report) throws SQLException {
        boolean mayBeReplica = mayBeReplica(destination.connection());
        List<String> firing = firing(destination.connection(), destination.realTables(), mayBeReplica);
        if (!mayBeReplica) {
            String role = Words.name(destination.server().role());
            report.notice(
                    "Role " + role + " may not set session_replication_role, so triggers fire and foreign keys are"
                            + " checked for applied rows" + (firing.isEmpty() ? " (there are none now)" : list(firing))
                            + "; GRANT SET ON PARAMETER session_replication_role TO " + role
                            + " (PostgreSQL 15 and newer) spares them.");
        } else if (!firing.isEmpty()) {
            report.notice("Triggers that are enabled ALWAYS or for REPLICA fire for applied rows" + list(firing) + ".");
        }
    }

    private static String list(List<String> names) {
        return ": " + String.join(", ", names);
    }

    /** Only trying tells: a server may let a role that is no superuser. */
    private static boolean mayBeReplica(Connection connection) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET LOCAL session_replication_role = replica");
            return true;
        } catch (SQLException refused) {
            if (!INSUFFICIENT_PRIVILEGE.equals(refused.getSQLState())) {
                throw refused;
            }
            return false;
        } finally {
            connection.rollback(before);
        }
    }

    private static List<String> firing(Connection connection, Collection<PostgresTable> tables, boolean replica)
            throws SQLException {
        List<String> firing = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(TRIGGERS)) {
            statement.setArray(1, connection.createArrayOf("oid", TableAccess.oids(tables)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    String enabled = row.getString("tgenabled");
                    boolean fires = enabled.equals("A") || enabled.equals(replica ? "R" : "O");
                    String name = Words.name(row.getString("shown")) + " on "
                            + Words.name(new TableId(row.getString(1), row.getString(2)));
                    if (fires && !firing.contains(name)) {
                        firing.add(name);
                    }
                }
            }
        }
        return firing;
    }
}
