package dev.switchback.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;

/**
 * A real PostgreSQL server of our own, with {@code wal_level = logical}. Port and data survive {@link #stop} and
 * {@link #kill}, so that it can be {@link #start started} again as the same database. Logins need their password. Not
 * thread-safe, but for {@link #connect}, {@link #execute} and {@link #value}.
 *
 * <p>{@code fsync} is off unless asked for: a killed server loses nothing by that, only a machine without power would.
 */
public final class EmbeddedDatabase implements AutoCloseable {

    public static final String SUPERUSER = "postgres";

    private static final String PASSWORD = "postgres";
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Map<String, String> DEFAULTS = Map.of(
            "listen_addresses", "127.0.0.1",
            "unix_socket_directories", "",
            "wal_level", "logical",
            "max_replication_slots", "20",
            "max_wal_senders", "10",
            "max_connections", "100",
            "max_wal_size", "4GB",
            "fsync", "off",
            "timezone", "UTC",
            "log_checkpoints", "off");

    private final PostgresBinaries binaries;
    private final Path data;
    private final String database;
    private final Map<String, String> configuration;
    private final int port;
    private @Nullable Process server;

    private EmbeddedDatabase(
            PostgresBinaries binaries, Path data, String database, Map<String, String> configuration, int port) {
        this.binaries = binaries;
        this.data = data;
        this.database = database;
        this.configuration = configuration;
        this.port = port;
    }

    /**
     * Creates a server of the bundled version and an empty database on it.
     *
     * @param data where its files go; must not exist; best directly in a {@link ScratchDirectory}
     * @param database the database that all methods here speak of
     * @param configuration server settings, over those of this class
     */
    public static EmbeddedDatabase create(Path data, String database, Map<String, String> configuration) {
        return create(PostgresBinaries.BUNDLED, data, database, configuration);
    }

    /** The same with a server of another version. */
    public static EmbeddedDatabase create(
            PostgresBinaries binaries, Path data, String database, Map<String, String> configuration) {
        Map<String, String> settings = new LinkedHashMap<>(DEFAULTS);
        settings.putAll(configuration);
        EmbeddedDatabase created = new EmbeddedDatabase(binaries, data, database, settings, freePort());
        created.initialize();
        created.start();
        try (Connection connection = created.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("CREATE DATABASE \"" + database + "\"");
        } catch (SQLException e) {
            throw new IllegalStateException("could not create the database " + database, e);
        }
        return created;
    }

    private void initialize() {
        try {
            Files.createDirectory(data);
            Path password = Files.writeString(data.resolveSibling(data.getFileName() + ".password"), PASSWORD);
            if (PostgresBinaries.PostgresUser.CURRENT == PostgresBinaries.PostgresUser.NOBODY) {
                Program.run(List.of("chown", "65534", data.toString(), password.toString()));
            }
            Program.run(binaries.command(
                    "initdb",
                    "--pgdata=" + data,
                    "--username=" + SUPERUSER,
                    "--auth=scram-sha-256",
                    "--pwfile=" + password,
                    "--encoding=UTF8",
                    "--no-locale",
                    "--no-sync"));
            Files.delete(password);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts a server that is stopped, on its old port and data, and waits until it takes logins. */
    public void start() {
        if (isRunning()) {
            return;
        }
        List<String> options = new ArrayList<>(List.of("-D", data.toString(), "-p", Integer.toString(port)));
        configuration.forEach((name, value) -> options.addAll(List.of("-c", name + "=" + value)));
        try {
            Process process = new ProcessBuilder(binaries.command("postgres", options.toArray(String[]::new)))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
                    .start();
            server = process;
            Await.until("PostgreSQL to take logins on port " + port, PATIENCE, () -> {
                if (!process.isAlive()) {
                    return true;
                }
                connect("postgres").close();
                return true;
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!isRunning()) {
            throw new IllegalStateException("PostgreSQL did not start:\n" + log());
        }
    }

    /** Changes a server setting from the next {@link #start} on. */
    public void configure(String name, String value) {
        configuration.put(name, value);
    }

    /** Ends the server in order: sessions are cut off, and all is on disk. */
    public void stop() {
        end("INT");
    }

    /** Ends every process of the server with {@code kill -9}: the next start has to recover. */
    public void kill() {
        Process process = server;
        if (process == null) {
            return;
        }
        List<ProcessHandle> backends = process.descendants().toList();
        process.destroyForcibly();
        backends.forEach(ProcessHandle::destroyForcibly);
        // Nobody may collect what a killed postmaster leaves behind: a dead process then stays, but without a program.
        Await.until(
                "the killed server's processes to be gone",
                PATIENCE,
                () -> !process.isAlive()
                        && backends.stream()
                                .noneMatch(backend -> backend.isAlive()
                                        && backend.info().command().isPresent()));
        server = null;
    }

    /** Copies the data of a stopped server, to be put back by {@link #restoreFrom}. */
    public void saveTo(Path copy) {
        requireStopped();
        Program.run(List.of("cp", "-a", data.toString(), copy.toString()));
    }

    /** Gives a stopped server the data that it had at {@link #saveTo}. */
    public void restoreFrom(Path copy) {
        requireStopped();
        ScratchDirectory.delete(data);
        Program.run(List.of("cp", "-a", copy.toString(), data.toString()));
    }

    private void requireStopped() {
        if (isRunning()) {
            throw new IllegalStateException("PostgreSQL on port " + port + " is running");
        }
    }

    /** Starts a stopped server as a standby of nobody, and promotes it: the same system, on a new timeline. */
    public void promote() {
        requireStopped();
        try {
            Files.createFile(data.resolve("standby.signal"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start();
        execute("SELECT pg_promote()");
    }

    /** Freezes every process of the server: connections stay open, and nobody answers. */
    public void freeze() {
        signalAll("STOP");
    }

    /** Lets a frozen server go on. */
    public void thaw() {
        signalAll("CONT");
    }

    public boolean isRunning() {
        return server != null && server.isAlive();
    }

    public int port() {
        return port;
    }

    /** How the superuser logs in to the database. */
    public PostgresSettings settings() {
        return settings(SUPERUSER, PASSWORD);
    }

    /** How some user logs in to the database. */
    public PostgresSettings settings(String user, String password) {
        return new PostgresSettings("127.0.0.1", port, database, user, password, "");
    }

    /**
     * Creates a user, whose password is its name.
     *
     * @param attributes what stands behind {@code CREATE ROLE}: {@code REPLICATION}; empty for none
     * @param grants what stands between {@code GRANT} and {@code TO}: {@code CREATE ON DATABASE shop}
     */
    public PostgresSettings createUser(String name, String attributes, String... grants) {
        execute("CREATE ROLE \"" + name + "\" LOGIN PASSWORD '" + name + "' " + attributes);
        for (String grant : grants) {
            execute("GRANT " + grant + " TO \"" + name + "\"");
        }
        return settings(name, name);
    }

    /** A new session of the superuser. */
    public Connection connect() throws SQLException {
        return connect(database);
    }

    /** Runs statements as the superuser, each in a transaction of its own. */
    public void execute(String... statements) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("on " + settings() + ": " + e.getMessage(), e);
        }
    }

    /** The first column of a query's first row as text; null for NULL and for no row. */
    public @Nullable String value(String query) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            return rows.next() ? rows.getString(1) : null;
        } catch (SQLException e) {
            throw new IllegalStateException("on " + settings() + ": " + e.getMessage(), e);
        }
    }

    /** Ends all sessions but the asking one, replication included; returns how many. */
    public int dropConnections() {
        String dropped = value("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                + " WHERE pid <> pg_backend_pid() AND backend_type IN ('client backend', 'walsender')");
        return dropped == null ? 0 : Integer.parseInt(dropped);
    }

    /** Ends the session that reads a replication slot, and waits until it has let go of the slot. */
    public void dropReader(String slot) {
        Await.until(
                "slot " + slot + " to be inactive",
                PATIENCE,
                () -> value("SELECT pg_terminate_backend(active_pid)"
                                + " FROM pg_replication_slots WHERE active AND slot_name = '" + slot + "'")
                        == null);
    }

    /** All that the server has logged. */
    public String log() {
        try {
            return Files.readString(logFile(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the server at once and removes its data. */
    @Override
    public void close() {
        if (isRunning()) {
            thaw();
            end("QUIT");
        }
        ScratchDirectory.delete(data);
    }

    private void end(String signal) {
        Process process = server;
        if (process == null) {
            return;
        }
        Program.signal(signal, process.pid());
        try {
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IllegalStateException("PostgreSQL did not end:\n" + log());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
        server = null;
    }

    private void signalAll(String signal) {
        Process process = server;
        if (process == null) {
            throw new IllegalStateException("PostgreSQL on port " + port + " is not running");
        }
        Program.signal(signal, process.pid());
        process.descendants().forEach(backend -> signal(signal, backend));
    }

    /** Does nothing to a backend that has ended since it was listed. */
    private static void signal(String signal, ProcessHandle backend) {
        try {
            Program.signal(signal, backend.pid());
        } catch (IllegalStateException failed) {
            if (backend.isAlive()) {
                throw failed;
            }
        }
    }

    private Connection connect(String name) throws SQLException {
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + name, SUPERUSER, PASSWORD);
    }

    private Path logFile() {
        return data.resolveSibling(data.getFileName() + ".log");
    }

    // Below the range that operating systems use for outgoing connections, which could take it while the server is
    // down.
    private static int freePort() {
        return Stream.generate(() -> ThreadLocalRandom.current().nextInt(20_000, 32_000))
                .filter(EmbeddedDatabase::isFree)
                .findFirst()
                .orElseThrow();
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
