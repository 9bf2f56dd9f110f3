package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.BlackHoleProxy;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;

/** What a monitoring system sees of a run, and how soon it learns that a database has fallen silent. */
@Timeout(300)
class HealthTest {

    private static final String TABLES = "  public.item: {}\n";

    /** What issue 2 promises. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(60);

    private static Platform platform;

    private final HttpClient http = HttpClient.newHttpClient();
    private int port;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
        Tables.create(platform, "item", "id int PRIMARY KEY, name text");
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    @Test
    void metersAndHealthAreServedAndASilentDatabaseFailsHealthUntilItIsBack() throws Exception {
        platform.source().execute("INSERT INTO item SELECT i, 'copied' FROM generate_series(1, 100) i");
        port = freePort();
        try (BlackHoleProxy source = BlackHoleProxy.to(platform.source().port());
                BlackHoleProxy destination =
                        BlackHoleProxy.to(platform.destination().port());
                Operator operator = new Operator(platform, "items", TABLES)) {
            operator.declare(
                    through(source, platform.source()),
                    through(destination, platform.destination()),
                    "metrics: {port: " + port + "}",
                    TABLES);
            operator.start("run");
            Await.until(
                    "the run to be ready", Tables.PATIENCE, () -> get("/ready").statusCode() == 200);
            Await.until("the copy", Tables.PATIENCE, () -> metric("switchback_rows_applied_total") == 100);
            platform.source().execute("INSERT INTO item SELECT i, 'followed' FROM generate_series(101, 150) i");
            Tables.awaitEqual(platform, "item");
            Await.until(
                    "the last change to be counted",
                    Tables.PATIENCE,
                    () -> metric("switchback_rows_applied_total") == 150);
            assertMeters();
            assertThat(get("/health").statusCode()).isEqualTo(200);

            source.swallow();
            destination.swallow();
            Await.until("capture and apply to fail", NOTICED_WITHIN, () -> "[\"capture\",\"apply\"]"
                    .equals(health().path("failing").toString()));
            assertThat(get("/health").statusCode()).isEqualTo(503);
            assertThat(health().path("roles").findValuesAsText("reason").get(1)).contains("does not answer");
            assertThat(get("/ready").statusCode()).isEqualTo(503);

            platform.source().execute("DELETE FROM item WHERE id <= 20");
            source.passOn();
            destination.passOn();
            Await.until(
                    "health to be back", Tables.PATIENCE, () -> get("/health").statusCode() == 200);
            Await.until(
                    "the run to be ready again",
                    Tables.PATIENCE,
                    () -> get("/ready").statusCode() == 200);
            Tables.awaitEqual(platform, "item");
        }
    }

    /** The connection that the log comes through is another one than those that are asked whether the source is there. */
    @Test
    void aLogThatFallsSilentAloneIsReadOnANewConnection() throws Exception {
        Tables.create(platform, "parcel", "id int PRIMARY KEY, name text");
        port = freePort();
        String tables = "  public.parcel: {}\n";
        try (BlackHoleProxy source = BlackHoleProxy.to(platform.source().port());
                Operator operator = new Operator(platform, "parcels", tables)) {
            operator.declare(
                    through(source, platform.source()),
                    platform.destination().settings(),
                    "metrics: {port: " + port + "}",
                    tables);
            operator.start("run");
            Await.until(
                    "the run to be ready", Tables.PATIENCE, () -> get("/ready").statusCode() == 200);
            platform.source().execute("INSERT INTO parcel VALUES (1, 'followed')");
            Tables.awaitEqual(platform, "parcel");

            source.swallowReplication();
            platform.source().execute("INSERT INTO parcel VALUES (2, repeat('not heard of', 1000))");
            Await.until("the row that was not heard of", NOTICED_WITHIN, () -> "2"
                    .equals(platform.destination().value("SELECT count(*) FROM parcel")));

            assertThat(metric("switchback_capture_restarts_total")).isPositive();
            assertThat(get("/health").statusCode()).isEqualTo(200);
        }
    }

    private void assertMeters() throws Exception {
        assertThat(get("/metrics").headers().firstValue("content-type").orElse(""))
                .startsWith("text/plain");
        assertThat(metric("switchback_rows_read_total")).isEqualTo(100);
        assertThat(metric("switchback_changes_captured_total")).isEqualTo(50);
        assertThat(metric("switchback_held_changes")).isZero();
        assertThat(metric("switchback_changes_held_total")).isZero();
        assertThat(metric("switchback_capture_restarts_total")).isZero();
        assertThat(metric("switchback_change_latency_seconds_count")).isEqualTo(50);
        assertThat(metric("switchback_flush_seconds_count")).isPositive();
        Await.until("no lag", Tables.PATIENCE, () -> metric("switchback_replication_lag_seconds") == 0);
        Await.until(
                "the copied rows of the table", Tables.PATIENCE, () -> metric("switchback_table_rows_copied") == 100);
        assertThat(get("/metrics").body())
                .contains("switchback_slot_lag_bytes{direction=\"forward\",migration=\"items\"}")
                .contains("switchback_slot_retained_bytes{direction=\"forward\",migration=\"items\"}")
                .contains("switchback_role_up{migration=\"items\",role=\"capture\"} 1.0")
                .contains("# TYPE switchback_rows_applied_total counter")
                .contains("# HELP switchback_replication_lag_seconds");
    }

    /** The value of the one line of that name. */
    private double metric(String name) throws Exception {
        return get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(name + "{"))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .mapToDouble(Double::parseDouble)
                .findFirst()
                .orElseThrow(() -> new AssertionError("there is no " + name));
    }

    private JsonNode health() throws Exception {
        return new JsonMapper().readTree(get("/health").body());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        URI uri = URI.create("http://127.0.0.1:" + port + path);
        return http.send(
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(5)).build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static PostgresSettings through(BlackHoleProxy proxy, EmbeddedDatabase database) {
        PostgresSettings direct = database.settings();
        return new PostgresSettings(
                direct.host(), proxy.port(), direct.database(), direct.user(), direct.password(), direct.parameters());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
