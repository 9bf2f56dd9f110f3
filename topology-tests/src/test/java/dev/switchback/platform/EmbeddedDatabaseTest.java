package dev.switchback.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.transforms.schema.TableId;

class EmbeddedDatabaseTest {

    private static Platform platform;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @BeforeEach
    void createTable() {
        for (EmbeddedDatabase database : List.of(platform.source(), platform.destination())) {
            database.execute(
                    "DROP TABLE IF EXISTS item",
                    "CREATE TABLE item (a int, b text, price numeric, span interval, PRIMARY KEY (b, a))");
        }
    }

    @Test
    void aKilledServerKeepsWhatItHadCommitted() {
        platform.source().execute("INSERT INTO item VALUES (1, 'x')");
        platform.source().kill();
        assertThat(platform.source().isRunning()).isFalse();
        platform.source().start();
        assertThat(platform.source().value("SELECT count(*) FROM item")).isEqualTo("1");
        assertThat(platform.source().log()).contains("automatic recovery");
    }

    @Test
    void aStoppedServerComesBackOnItsPort() {
        int port = platform.source().port();
        platform.source().stop();
        platform.source().start();
        assertThat(platform.source().value("SHOW port")).isEqualTo(Integer.toString(port));
    }

    @Test
    void aUserNeedsItsPasswordAndItsGrants() throws SQLException {
        PostgresSettings user = platform.source().createUser("reader", "", "SELECT ON item");
        assertThatThrownBy(() -> DriverManager.getConnection(user.jdbcUrl(), user.user(), "guess"))
                .hasMessageContaining("password authentication failed");
        try (Connection connection = DriverManager.getConnection(user.jdbcUrl(), user.user(), user.password())) {
            connection.createStatement().executeQuery("SELECT * FROM item");
            assertThatThrownBy(() -> connection.createStatement().execute("DELETE FROM item"))
                    .hasMessageContaining("permission denied");
        }
    }

    @Test
    void comparingFindsEveryKindOfDifference() {
        platform.source()
                .execute("INSERT INTO item VALUES (1, 'x', 1.0, '1 day'), (2, 'y', 2, '1 day'), (3, 'y', NULL, NULL)");
        platform.destination()
                .execute("INSERT INTO item VALUES (1, 'x', 1.00, '24:00:00'), (3, 'y', NULL, NULL), (4, 'é', 2, NULL)");
        TableCompare.Result result = TableCompare.compare(
                        platform.source(), platform.destination(), List.of(TableId.parse("item")), 10)
                .get(0);
        assertThat(result.rows()).isEqualTo(3);
        assertThat(result.differences()).isEqualTo(3);
        assertThat(result.first())
                .map(TableCompare.Difference::toString)
                .containsExactly(
                        "public.item (1,x): price is 1.0 at the source, 1.00 at the destination, "
                                + "span is 1 day at the source, 24:00:00 at the destination",
                        "public.item (2,y) is missing at the destination",
                        "public.item (4,é) is at the destination only");
    }

    @Test
    void writersGoOnWhenTheirDatabaseComesBackAndLoseNothingAcknowledged() {
        WriteLoad load = WriteLoad.start(platform.source(), 2, 1, 500, (connection, random, writer, number) -> {
            try (var statement = connection.createStatement()) {
                return statement.executeUpdate("INSERT INTO item VALUES (" + number + ", '" + writer
                        + "') ON CONFLICT (a, b) DO UPDATE SET price = 1");
            }
        });
        try (load) {
            Await.until("first writes", Duration.ofSeconds(10), () -> load.transactions() > 20);
            platform.source().kill();
            long before = load.transactions();
            platform.source().start();
            Await.until("further writes", Duration.ofSeconds(10), () -> load.transactions() > before + 20);
        }
        for (int writer = 0; writer < 2; writer++) {
            assertThat(Long.parseLong(platform.source().value("SELECT count(*) FROM item WHERE b = '" + writer + "'")))
                    .isGreaterThanOrEqualTo(load.acknowledged(writer));
        }
    }
}
