package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.spi.Flow;

/**
 * An apply session's connection, not in auto-commit mode, opened when it is needed and again after it was dropped. Not
 * thread-safe.
 */
final class ApplyConnection implements AutoCloseable {

    /** What to run. */
    @FunctionalInterface
    interface Statements {
        void run() throws SQLException;
    }

    private static final Logger LOG = LoggerFactory.getLogger(ApplyConnection.class);

    private static final String INSUFFICIENT_PRIVILEGE = "42501";
    /** PostgreSQL cuts an application name off there. */
    private static final int NAME_LENGTH = 63;
    /** Statements of every table, and a handful of column sets of patches for each. */
    private static final int CACHED_STATEMENTS = 4096;

    private static final int CACHED_STATEMENTS_MIB = 64;
    /** How much longer than a statement may run its answer may take. */
    private static final Duration ANSWER_MARGIN = Duration.ofSeconds(15);

    /**
     * Beside what every session pins:
     *
     * <ul>
     *   <li>row_security off makes a policy that would hide rows an error, not a silently lost delete;
     *   <li>plans are kept and go by index: made while a table is empty, they would else scan it when it no longer is,
     *       and jit would compile each of them, since it looks at the cost alone.
     * </ul>
     */
    private static final String PINNED = "; SET default_transaction_isolation = 'read committed'"
            + "; SET synchronous_commit = on; SET row_security = off; SET array_nulls = on"
            + "; SET plan_cache_mode = force_generic_plan; SET jit = off; SET enable_seqscan = off"
            + "; SET enable_hashjoin = off; SET enable_mergejoin = off";

    private final PostgresConnections connections;
    private final ApplySettings settings;
    private final String migration;
    private final String applicationName;

    private @Nullable Connection connection;
    private boolean triggersFire;
    private int opened;

    ApplyConnection(PostgresConnections connections, ApplySettings settings, Flow flow) {
        String applicationName = "switchback " + flow;
        this.connections = connections;
        this.settings = settings;
        this.migration = flow.migration();
        this.applicationName = applicationName.substring(0, Math.min(applicationName.length(), NAME_LENGTH));
    }

    Connection get() throws SQLException {
        if (connection == null) {
            connection = connect();
            opened++;
        }
        return connection;
    }

    /** How often a connection was opened: what was prepared under another count may be lost, or under way. */
    int generation() {
        return opened;
    }

    /** Whether the destination's triggers and foreign keys act on what is applied, for want of the replica role. */
    boolean triggersFire() throws SQLException {
        get();
        return triggersFire;
    }

    /** Ends the open transaction without effect; a connection that cannot even do that is dropped. */
    void rollback() {
        if (connection != null) {
            try {
                connection.rollback();
            } catch (SQLException failure) {
                LOG.debug("the rollback failed, the connection is dropped", failure);
                drop();
            }
        }
    }

    /** Gives the connection up. What became of a transaction on it is for the next one to find out. */
    void drop() {
        Connection old = connection;
        connection = null;
        if (old != null) {
            try {
                old.close();
            } catch (SQLException failure) {
                LOG.debug("closing a lost connection failed", failure);
            }
        }
    }

    /** Runs a statement that may take as long as the table is large. */
    void withoutAnswerBound(Statements statements) throws SQLException {
        Connection open = get();
        int bound = open.getNetworkTimeout();
        open.setNetworkTimeout(Runnable::run, 0);
        try {
            statements.run();
        } finally {
            open.setNetworkTimeout(Runnable::run, bound);
        }
    }

    @Override
    public void close() {
        drop();
    }

    private Connection connect() throws SQLException {
        Properties properties = connections.properties();
        PGProperty.APPLICATION_NAME.set(properties, applicationName);
        PGProperty.SOCKET_TIMEOUT.set(
                properties,
                Math.toIntExact(settings.statementTimeout().plus(ANSWER_MARGIN).toSeconds()));
        PGProperty.PREPARE_THRESHOLD.set(properties, 1);
        PGProperty.PREPARED_STATEMENT_CACHE_QUERIES.set(properties, CACHED_STATEMENTS);
        PGProperty.PREPARED_STATEMENT_CACHE_SIZE_MIB.set(properties, CACHED_STATEMENTS_MIB);
        PGProperty.AUTOSAVE.set(properties, "never");
        PGProperty.LOG_SERVER_ERROR_DETAIL.set(properties, false);
        Connection opened = DriverManager.getConnection(connections.settings().jdbcUrl(), properties);
        try {
            pin(opened);
            opened.setAutoCommit(false);
            return opened;
        } catch (SQLException failure) {
            opened.close();
            throw failure;
        }
    }

    private void pin(Connection opened) throws SQLException {
        try (Statement statement = opened.createStatement()) {
            statement.execute(PostgresConnections.pinnedSettings() + PINNED
                    + "; SET statement_timeout = " + settings.statementTimeout().toMillis()
                    + "; SET lock_timeout = " + settings.lockTimeout().toMillis()
                    + "; SET idle_in_transaction_session_timeout = "
                    + settings.stallTimeout().toMillis());
        }
        carryToken(opened);
        triggersFire = !takeReplicaRole(opened);
    }

    /** With it, a fence lets the session through. Its value never stands in a statement's text. */
    private void carryToken(Connection opened) throws SQLException {
        String sql =
                "SELECT set_config('switchback.token', token, false) FROM switchback.apply_token WHERE migration = ?";
        try (PreparedStatement statement = opened.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.execute();
        }
    }

    /** Whether the role may; where it may not, the session stays as every application's. */
    static boolean takeReplicaRole(Connection opened) throws SQLException {
        try (Statement statement = opened.createStatement()) {
            statement.execute("SET session_replication_role = replica");
            return true;
        } catch (SQLException failure) {
            if (!INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())) {
                throw failure;
            }
            // The role or the database may have it set for every session, by somebody with the privilege.
            try (Statement statement = opened.createStatement();
                    ResultSet row = statement.executeQuery("SHOW session_replication_role")) {
                return row.next() && row.getString(1).equals("replica");
            }
        }
    }
}
