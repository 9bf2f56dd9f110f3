package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a server and the role that is logged in have and may, as far as the checks ask.
 *
 * @param version as numbers: 160004 for 16.4
 * @param versionText as the server prints it
 * @param readOnly whether this role's transactions are read-only unless they say otherwise
 * @param keepSize {@code max_slot_wal_keep_size}; -1 for no bound
 * @param replication whether the role may open a replication connection
 * @param createInDatabase whether the role may create schemas and publications
 * @param hasSchema whether schema {@code switchback} is there
 * @param createInSchema whether the role may use that schema and create in it
 * @param emitMessage whether the role may write logical messages
 * @param emitFunction the function it takes, with its argument types
 */
record ServerState(
        int version,
        String versionText,
        String walLevel,
        boolean standby,
        boolean readOnly,
        int maxSlots,
        int slots,
        String keepSize,
        String database,
        String role,
        boolean replication,
        boolean createInDatabase,
        boolean hasSchema,
        boolean createInSchema,
        boolean emitMessage,
        String emitFunction) {

    /** The oldest major version whose {@code pgoutput} delivers logical messages. */
    static final int OLDEST = 14;

    private static final String STATE =
            """
            SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS version_text,
                   current_setting('wal_level') AS wal_level, pg_is_in_recovery() AS standby,
                   current_setting('default_transaction_read_only')::boolean AS read_only,
                   current_setting('max_replication_slots')::int AS max_slots,
                   (SELECT count(*) FROM pg_replication_slots) AS slots,
                   coalesce(current_setting('max_slot_wal_keep_size', true), '-1') AS keep_size,
                   current_database() AS database, current_user AS role,
                   (SELECT bool_or(r.rolsuper OR r.rolreplication) FROM pg_roles r WHERE r.rolname = current_user)
                     OR EXISTS (SELECT FROM pg_roles r WHERE r.rolname = 'rds_replication' AND pg_has_role(r.oid, 'MEMBER'))
                     AS replication,
                   has_database_privilege(current_database(), 'CREATE') AS create_in_database,
                   s.oid IS NOT NULL AS has_schema,
                   coalesce(has_schema_privilege(s.oid, 'USAGE') AND has_schema_privilege(s.oid, 'CREATE'), false)
                     AS create_in_schema,
                   f.may AS emit_message, f.signature AS emit_function
            FROM (SELECT (SELECT oid FROM pg_namespace WHERE nspname = 'switchback') AS oid) AS s,
                 LATERAL (SELECT has_function_privilege(p.oid, 'EXECUTE') AS may, p.oid::regprocedure::text AS signature
                          FROM pg_proc p
                          WHERE p.proname = 'pg_logical_emit_message' AND 'text'::regtype::oid = p.proargtypes[2]) AS f
            """;

    static ServerState read(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(STATE)) {
            row.next();
            return new ServerState(
                    row.getInt("version"),
                    row.getString("version_text"),
                    row.getString("wal_level"),
                    row.getBoolean("standby"),
                    row.getBoolean("read_only"),
                    row.getInt("max_slots"),
                    row.getInt("slots"),
                    row.getString("keep_size"),
                    row.getString("database"),
                    row.getString("role"),
                    row.getBoolean("replication"),
                    row.getBoolean("create_in_database"),
                    row.getBoolean("has_schema"),
                    row.getBoolean("create_in_schema"),
                    row.getBoolean("emit_message"),
                    row.getString("emit_function"));
        }
    }

    boolean tooOld() {
        return version < OLDEST * 10_000;
    }
}
