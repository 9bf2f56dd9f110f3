package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Properties;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Opens connections to one database. Thread-safe; holds none open, unless it is {@link #pooled}.
 *
 * <p>Every session has the output settings under which values travel as text (ISO dates in UTC, {@code postgres}
 * intervals, shortest exact floats, hexadecimal bytes), so that text read on one side means the same on the other. A
 * parameter in the settings' URL wins over what is set here.
 */
public final class PostgresConnections implements AutoCloseable {

    /** How long a statement may take to answer on a connection of {@link #open()}. */
    public static final Duration ANSWER_WITHIN = Duration.ofSeconds(30);

    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(10);
    private static final int POOL = 4;
    private static final String PINNED_SETTINGS = "SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; "
            + "SET IntervalStyle = 'postgres'; SET extra_float_digits = 3; SET bytea_output = 'hex'; "
            + "SET xmloption = 'content'; SET lc_monetary = 'C'; SET standard_conforming_strings = on";

    private final String side;
    private final PostgresSettings settings;
    private final @Nullable HikariDataSource pool;

    /** @param side what people call the database: {@code source} or {@code destination} */
    public PostgresConnections(String side, PostgresSettings settings) {
        this(side, settings, null);
    }

    private PostgresConnections(String side, PostgresSettings settings, @Nullable HikariDataSource pool) {
        this.side = side;
        this.settings = settings;
        this.pool = pool;
    }

    /**
     * The same, with a few connections kept open for {@link #open()}: for whoever has no time to connect. To be closed.
     *
     * @param answerWithin after how long without an answer one of them counts as lost; at least a second
     */
    public PostgresConnections pooled(Duration answerWithin) {
        HikariConfig config = new HikariConfig();
        Properties properties = properties();
        PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(answerWithin.toSeconds()));
        config.setJdbcUrl(settings.jdbcUrl());
        config.setDataSourceProperties(properties);
        config.setConnectionInitSql(PINNED_SETTINGS);
        config.setMaximumPoolSize(POOL);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(CONNECT_WITHIN.toMillis());
        // What keeps it from connecting, its user hears when it opens one.
        config.setInitializationFailTimeout(-1);
        config.setPoolName("switchback-" + side);
        return new PostgresConnections(side, settings, new HikariDataSource(config));
    }

    /**
     * Opens a connection in auto-commit mode.
     *
     * @throws ProblemException of kind UNREACHABLE that says what stands in the way
     */
    public Connection open() {
        if (pool == null) {
            return open(ANSWER_WITHIN);
        }
        try {
            return pool.getConnection();
        } catch (SQLException failure) {
            // The pool says that it has waited; the server's own words are in what caused that.
            SQLException cause = failure.getCause() instanceof SQLException reason ? reason : failure;
            throw new ProblemException(new ConnectionFailure(side, settings).explainLogin(cause), failure);
        }
    }

    /**
     * Opens a connection in auto-commit mode.
     *
     * @param answerWithin after how long without an answer the connection counts as lost; zero for never
     * @throws ProblemException of kind UNREACHABLE that says what stands in the way
     */
    public Connection open(Duration answerWithin) {
        Properties properties = properties();
        PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(answerWithin.toSeconds()));
        try {
            return pinned(DriverManager.getConnection(settings.jdbcUrl(), properties));
        } catch (SQLException failure) {
            throw new ProblemException(new ConnectionFailure(side, settings).explainLogin(failure), failure);
        }
    }

    /**
     * Opens a connection that speaks the replication protocol: only simple queries and its own commands.
     *
     * @throws SQLException as the server refuses it; {@link #problem} explains it
     */
    Connection openReplication() throws SQLException {
        Properties properties = properties();
        PGProperty.SOCKET_TIMEOUT.set(properties, Math.toIntExact(ANSWER_WITHIN.toSeconds()));
        PGProperty.REPLICATION.set(properties, "database");
        PGProperty.ASSUME_MIN_SERVER_VERSION.set(properties, "14");
        PGProperty.PREFER_QUERY_MODE.set(properties, "simple");
        return DriverManager.getConnection(settings.jdbcUrl(), properties);
    }

    /** The driver's properties for a pool of its owner's making; the session settings are left to that owner. */
    public Properties properties() {
        Properties properties = new Properties();
        PGProperty.USER.set(properties, settings.user());
        PGProperty.PASSWORD.set(properties, settings.password());
        PGProperty.APPLICATION_NAME.set(properties, "switchback");
        PGProperty.CONNECT_TIMEOUT.set(properties, Math.toIntExact(CONNECT_WITHIN.toSeconds()));
        PGProperty.LOGIN_TIMEOUT.set(properties, Math.toIntExact(CONNECT_WITHIN.toSeconds()));
        PGProperty.TCP_KEEP_ALIVE.set(properties, true);
        PGProperty.TCP_NO_DELAY.set(properties, true);
        return properties;
    }

    /** One statement that pins the session settings described above; for pools that open connections themselves. */
    public static String pinnedSettings() {
        return PINNED_SETTINGS;
    }

    /**
     * What a failure of this database means for the person who must act: UNREACHABLE for one of the connection, REFUSED
     * for a missing privilege or a lock that was not to be had, else INTERNAL.
     */
    public Problem problem(SQLException failure) {
        return new ConnectionFailure(side, settings).explain(failure);
    }

    /**
     * What to throw for a failed statement of a caller that tries again: a problem only where the server stays away or a
     * person must act, for lack of a privilege or a login. Whatever else it is, it may pass.
     */
    public RuntimeException failure(SQLException failure) {
        Problem problem = problem(failure);
        boolean refused = "42501".equals(failure.getSQLState());
        return refused || problem.kind() == Problem.Kind.UNREACHABLE
                ? new ProblemException(problem, failure)
                : new IllegalStateException(where() + ": " + problem.what(), failure);
    }

    /** Closes what is kept open; does nothing where nothing is. */
    @Override
    public void close() {
        if (pool != null) {
            pool.close();
        }
    }

    public PostgresSettings settings() {
        return settings;
    }

    /** What people call the database. */
    public String side() {
        return side;
    }

    /** For {@link Problem#where()}: {@code source db-old:5432/shop}. */
    public String where() {
        return side + " " + settings;
    }

    @Override
    public String toString() {
        return where();
    }

    private static Connection pinned(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PINNED_SETTINGS);
            return connection;
        } catch (SQLException failure) {
            connection.close();
            throw failure;
        }
    }
}
