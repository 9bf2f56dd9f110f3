package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

class PostgresConnectionsTest {

    private static final TestServer SERVER = TestServer.shared();

    @Test
    void aWrongPasswordIsNamedButNotPrinted() {
        String role = SERVER.createRole("");

        ProblemException failure = failure(SERVER.settings("postgres", role, "hunter2"));

        assertUnreachable(
                failure,
                "The server rejects the password of user " + role + ".",
                "Correct source.user or source.password in the migration file.");
        assertThat(failure.getMessage()).doesNotContain("hunter2");
        assertThat(failure.getCause().getMessage()).doesNotContain("hunter2");
    }

    @Test
    void anUnknownUserLooksLikeAWrongPassword() {
        assertUnreachable(
                failure(SERVER.settings("postgres", "nobody", "secret")),
                "The server rejects the password of user nobody.",
                "Correct source.user or source.password in the migration file.");
    }

    @Test
    void aRoleThatMayNotLogInIsNamed() {
        String role = SERVER.createRole("");
        SERVER.execute("ALTER ROLE " + role + " NOLOGIN");

        Problem problem =
                failure(SERVER.settings("postgres", role, "secret")).problems().get(0);

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what()).startsWith("The server does not let user " + role + " log in: FATAL: role");
        assertThat(problem.remedy()).endsWith("ALTER ROLE " + role + " LOGIN.");
    }

    @Test
    void anUnknownHostIsNamed() {
        assertUnreachable(
                failure(new PostgresSettings("no-such-host.invalid", 5432, "shop", "app", "secret", "")),
                "Nobody knows a host named no-such-host.invalid.",
                "Correct the host in source.url in the migration file.");
    }

    @Test
    void aPortWhereNothingListensIsNamed() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName("localhost"))) {
            port = socket.getLocalPort();
        }

        Problem problem = failure(new PostgresSettings("localhost", port, "shop", "app", "secret", ""))
                .problems()
                .get(0);

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what()).startsWith("Nothing answers at localhost:" + port + ": Connection refused");
        assertThat(problem.remedy())
                .isEqualTo("Start the server, or correct host and port in source.url in the migration file.");
    }

    @Test
    void aHostThatTakesTheConnectionAndStaysSilentIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getByName("localhost"))) {
            PostgresSettings settings =
                    new PostgresSettings("localhost", silent.getLocalPort(), "shop", "app", "secret", "loginTimeout=1");

            assertUnreachable(
                    failure(settings),
                    "localhost:" + silent.getLocalPort() + " did not answer in time.",
                    "See that no firewall is in between, and that host and port in source.url in the migration file are"
                            + " right.");
        }
    }

    @Test
    void anUnknownDatabaseIsNamed() {
        assertUnreachable(
                failure(SERVER.settings("no such", TestServer.SUPERUSER, "")),
                "The server has no database \"no such\".",
                "Correct the database's name in source.url in the migration file.");
    }

    @Test
    void tooManyConnectionsAreSaidToBeTooMany() {
        String role = SERVER.createRole("CONNECTION LIMIT 0");

        Problem problem =
                failure(SERVER.settings("postgres", role, "secret")).problems().get(0);

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what())
                .isEqualTo(
                        "The server takes no more connections: FATAL: too many connections for role \"" + role + "\".");
    }

    @Test
    void aServerWithoutTlsIsSaidToHaveNone() {
        PostgresSettings plain = SERVER.settings("postgres", TestServer.SUPERUSER, "");
        PostgresSettings settings = new PostgresSettings(
                plain.host(), plain.port(), plain.database(), plain.user(), plain.password(), "sslmode=require");

        Problem problem = failure(settings).problems().get(0);

        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.what()).endsWith("failed: The server does not support SSL.");
    }

    @Test
    void aDatabaseThatDoesNotLetTheRoleConnectIsAFailedLogin() {
        PostgresSettings database = SERVER.createDatabase();
        String role = SERVER.createRole("");
        SERVER.execute("REVOKE CONNECT ON DATABASE " + database.database() + " FROM PUBLIC");

        assertUnreachable(
                failure(SERVER.settings(database.database(), role, "secret")),
                "User " + role + " may not connect to database " + database.database() + ".",
                "Run GRANT CONNECT ON DATABASE " + database.database() + " TO " + role + ".");
    }

    @Test
    void everySessionPrintsValuesTheSameWay() throws SQLException {
        PostgresSettings database = SERVER.createDatabase();
        SERVER.execute(
                "ALTER DATABASE " + database.database() + " SET DateStyle = 'German'",
                "ALTER DATABASE " + database.database() + " SET IntervalStyle = 'iso_8601'",
                "ALTER DATABASE " + database.database() + " SET extra_float_digits = -3",
                "ALTER DATABASE " + database.database() + " SET bytea_output = 'escape'",
                "ALTER DATABASE " + database.database() + " SET TimeZone = 'Asia/Tokyo'");

        try (Connection connection = new PostgresConnections("source", database).open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT timestamptz '2024-02-03 04:05:06.7+00' || ' '"
                        + " || interval '1 day 2 hours' || ' ' || 0.1::float8 + 0.2::float8 || ' ' || '\\x00ff'::bytea"
                        + " || ' ' || current_setting('application_name')")) {
            row.next();
            assertThat(row.getString(1))
                    .isEqualTo("2024-02-03 04:05:06.7+00 1 day 02:00:00 0.30000000000000004 \\x00ff switchback");
        }
    }

    /** Whoever tries again must not end for good where only time is needed. */
    @ParameterizedTest
    @CsvSource({
        "55P03, false",
        "57014, false",
        "40001, false",
        "53200, false",
        "42501, true",
        "28P01, true",
        "08006, true"
    })
    void aFailureIsAProblemOnlyWhereAPersonMustActOrTheServerIsAway(String sqlstate, boolean problem) {
        PostgresConnections connections =
                new PostgresConnections("source", SERVER.settings("postgres", TestServer.SUPERUSER, ""));

        assertThat(connections.failure(new SQLException("said", sqlstate)) instanceof ProblemException)
                .isEqualTo(problem);
    }

    @Test
    void anAnswerThatStaysOutForTooLongIsALostConnection() throws SQLException {
        PostgresConnections connections =
                new PostgresConnections("source", SERVER.settings("postgres", TestServer.SUPERUSER, ""));
        try (Connection connection = connections.open(Duration.ofSeconds(1));
                Statement statement = connection.createStatement()) {
            SQLException failure =
                    catchThrowableOfType(SQLException.class, () -> statement.execute("SELECT pg_sleep(20)"));

            assertThat(connections.problem(failure).kind()).isEqualTo(Kind.UNREACHABLE);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "postgresql://db-old:5433/shop,                  db-old:5433/shop, jdbc:postgresql://db-old:5433/shop",
        "postgres://db_old/shop,                         db_old:5432/shop, jdbc:postgresql://db_old:5432/shop",
        "jdbc:postgresql://[::1]:5433/shop,              [::1]:5433/shop,  jdbc:postgresql://[::1]:5433/shop",
        "postgresql://h/my%20shop?sslmode=require&a=b,   h:5432/my shop,   jdbc:postgresql://h:5432/my%20shop?sslmode=require&a=b",
    })
    void aUrlIsReadAndWritten(String url, String forPeople, String forTheDriver) {
        PostgresSettings settings = PostgresSettings.of(url, "app", "secret");

        assertThat(settings).hasToString(forPeople);
        assertThat(settings.jdbcUrl()).isEqualTo(forTheDriver);
    }

    @ParameterizedTest
    @CsvSource({
        "mysql://h/shop,                    not of the form postgresql://host:port/database",
        "postgresql://h,                    not of the form postgresql://host:port/database",
        "postgresql://h/,                   not of the form postgresql://host:port/database",
        "postgresql://a b/shop,             not of the form postgresql://host:port/database",
        "postgresql://h:99999/shop,         port 99999 is not between 1 and 65535",
        "postgresql://app:hunter2@h/shop,   a login in the URL; write user: and password: beside it instead",
        "postgresql://app:hu/nter2@h/shop,  not of the form postgresql://host:port/database",
        "postgresql://h/shop?a=b&password=hunter2, a login in the URL; write user: and password: beside it instead",
    })
    void aUrlThatCannotBeUsedIsRefusedWithoutRepeatingIt(String url, String message) {
        IllegalArgumentException refused =
                catchThrowableOfType(IllegalArgumentException.class, () -> PostgresSettings.of(url, "app", "secret"));

        assertThat(refused).hasMessage(message);
    }

    private static ProblemException failure(PostgresSettings settings) {
        return catchThrowableOfType(
                ProblemException.class,
                () -> new PostgresConnections("source", settings).open().close());
    }

    private static void assertUnreachable(ProblemException failure, String what, String remedy) {
        assertThat(failure.problems()).hasSize(1);
        Problem problem = failure.problems().get(0);
        assertThat(problem.kind()).isEqualTo(Kind.UNREACHABLE);
        assertThat(problem.where()).startsWith("source ");
        assertThat(problem.what()).isEqualTo(what);
        assertThat(problem.remedy()).isEqualTo(remedy);
    }
}
