package dev.switchback.connectors.postgres;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * A PostgreSQL server for tests. Passwords are checked for every user but {@code postgres}. The shared one ends with the
 * JVM.
 */
public final class TestServer implements AutoCloseable {

    public static final String SUPERUSER = "postgres";

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final String HBA =
            """
            local all all trust
            host all postgres all trust
            host replication postgres all trust
            host all all all scram-sha-256
            """;

    // Waits for the end of the JVM, which closes its input. In a shutdown hook, removing some hundred databases took so
    // long that surefire killed the JVM.
    private static final String REAPER =
            """
            trap '' INT TERM HUP
            read -r _
            pid="$(head -n 1 "$1/postmaster.pid")" && kill -QUIT "$pid"
            tries=0
            while kill -0 "$pid" 2>/dev/null && [ $tries -lt 50 ]; do sleep 0.1; tries=$((tries + 1)); done
            rm -rf "$1"
            """;

    private final EmbeddedPostgres server;

    private TestServer(EmbeddedPostgres server) {
        this.server = server;
    }

    /** The one server that all tests of this JVM share, with {@code wal_level = logical}. */
    public static TestServer shared() {
        return Shared.SERVER;
    }

    /** A server with other settings, on a data directory that is made if it is empty, and kept. */
    public static TestServer start(Map<String, String> settings, Path dataDirectory) {
        return start(settings, dataDirectory, true);
    }

    private static TestServer start(Map<String, String> settings, Path dataDirectory, boolean hook) {
        Map<String, String> all = new TreeMap<>(Map.of(
                "wal_level", "logical", "max_prepared_transactions", "10", "synchronous_commit", "on", "fsync", "off"));
        all.putAll(settings);
        EmbeddedPostgres.Builder builder = EmbeddedPostgres.builder()
                .setDataDirectory(dataDirectory)
                .setCleanDataDirectory(false)
                .setRegisterShutdownHook(hook);
        all.forEach(builder::setServerConfig);
        try {
            TestServer server = new TestServer(builder.start());
            Files.writeString(dataDirectory.resolve("pg_hba.conf"), HBA);
            server.execute("SELECT pg_reload_conf()");
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new, empty database, owned by the superuser. */
    public PostgresSettings createDatabase() {
        String name = "test_" + NEXT.incrementAndGet();
        execute("CREATE DATABASE " + name);
        return settings(name, SUPERUSER, "");
    }

    /** A new role that may log in with the password {@code secret}; its name is unique on the server. */
    public String createRole(String options) {
        String name = "role_" + NEXT.incrementAndGet();
        execute("CREATE ROLE " + name + " LOGIN PASSWORD 'secret' " + options);
        return name;
    }

    public PostgresSettings settings(String database, String user, String password) {
        return new PostgresSettings("localhost", server.getPort(), database, user, password, "");
    }

    /** Runs statements as the superuser in the database {@code postgres}. */
    public void execute(String... statements) {
        execute(settings("postgres", SUPERUSER, ""), statements);
    }

    /** Runs statements as the settings' user in their database. */
    public static void execute(PostgresSettings settings, String... statements) {
        try (Connection connection = new PostgresConnections("test", settings).open();
                Statement statement = connection.createStatement()) {
            for (String each : statements) {
                statement.execute(each);
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends with the JVM, however that ends, and its data directory with it. */
    private static final class Shared {
        private static final Path DIRECTORY = temporary();

        @SuppressWarnings("unused") // Nobody else may close its input.
        private static final Process ITS_REAPER = reaper(DIRECTORY);

        private static final TestServer SERVER = start(
                Map.of("max_connections", "200", "max_replication_slots", "40", "max_wal_senders", "40"),
                DIRECTORY,
                false);

        private static Path temporary() {
            try {
                return Files.createTempDirectory("switchback-test");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        private static Process reaper(Path directory) {
            try {
                return new ProcessBuilder("sh", "-c", REAPER, "reaper", directory.toString())
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .redirectError(ProcessBuilder.Redirect.DISCARD)
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
