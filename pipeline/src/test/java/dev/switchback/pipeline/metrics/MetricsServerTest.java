package dev.switchback.pipeline.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.ProblemException;

class MetricsServerTest {

    private static final Duration BOUND = Duration.ofSeconds(45);

    private final Meters meters =
            new Meters(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT), new Flow("stores", Direction.FORWARD));
    private final List<RoleHealth> roles = new ArrayList<>();
    private final MetricsServer server = MetricsServer.start("127.0.0.1", 0, meters, () -> List.copyOf(roles));
    private final HttpClient client = HttpClient.newHttpClient();

    @AfterEach
    void close() {
        server.close();
    }

    @Test
    void aProcessWhoseRolesMoveIsHealthyAndReady() throws Exception {
        roles.add(role("capture", "STREAMING", Instant.now(), true));
        roles.add(role("apply", "RUNNING", Instant.now(), true));

        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/health").body()).startsWith("{\"status\":\"up\",\"failing\":[],");
        assertThat(get("/ready").statusCode()).isEqualTo(200);
    }

    @Test
    void aRoleThatStandsStillBeyondItsBoundFailsHealthByName() throws Exception {
        roles.add(role("capture", "STREAMING", Instant.now().minus(BOUND).minusSeconds(1), true));
        roles.add(role("apply", "RUNNING", Instant.now(), true));

        HttpResponse<String> answer = get("/health");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.body()).startsWith("{\"status\":\"down\",\"failing\":[\"capture\"],");
        assertThat(get("/metrics").body())
                .contains("switchback_role_up{migration=\"stores\",role=\"capture\"} 0.0")
                .contains("switchback_role_up{migration=\"stores\",role=\"apply\"} 1.0");
    }

    @Test
    void aRoleThatWaitsForItsDatabaseIsAliveButNotReady() throws Exception {
        roles.add(role("capture", "RESTARTING", Instant.now(), false));

        assertThat(get("/health").statusCode()).isEqualTo(200);
        assertThat(get("/ready").statusCode()).isEqualTo(503);
        assertThat(get("/ready").body()).contains("\"failing\":[\"capture\"]");
    }

    @Test
    void aHaltedRoleIsNotAlive() throws Exception {
        roles.add(new RoleHealth("capture", "HALTED", "a table was altered", Instant.now(), BOUND, true, false));

        assertThat(get("/health").statusCode()).isEqualTo(503);
        assertThat(get("/health").body()).contains("\"reason\":\"a table was altered\"");
    }

    /** Dashboards and alerts are written against these names. */
    @Test
    void theMetersHaveTheirDocumentedNames() throws Exception {
        meters.captured(3, 5, 800);
        meters.flushed(4, Duration.ofMillis(7));
        meters.arrived(12);
        meters.lag(Duration.ofMillis(1_500));
        meters.held(2);
        meters.slot(4096, 8192);
        meters.table("public.store", 10, 20);
        meters.role("apply", true);

        List<String> samples = get("/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .filter(line -> !line.contains("_bucket{") && !line.contains("_max{"))
                .sorted()
                .toList();

        assertThat(samples)
                .containsExactly(
                        "switchback_capture_restarts_total{direction=\"forward\",migration=\"stores\"} 0.0",
                        "switchback_captured_bytes_total{direction=\"forward\",migration=\"stores\"} 800.0",
                        "switchback_change_latency_seconds_count{direction=\"forward\",migration=\"stores\"} 1",
                        "switchback_change_latency_seconds_sum{direction=\"forward\",migration=\"stores\"} 0.012",
                        "switchback_changes_captured_total{direction=\"forward\",migration=\"stores\"} 5.0",
                        "switchback_changes_held_total{direction=\"forward\",migration=\"stores\"} 0.0",
                        "switchback_flush_rows_count{direction=\"forward\",migration=\"stores\"} 1",
                        "switchback_flush_rows_sum{direction=\"forward\",migration=\"stores\"} 4.0",
                        "switchback_flush_seconds_count{direction=\"forward\",migration=\"stores\"} 1",
                        "switchback_flush_seconds_sum{direction=\"forward\",migration=\"stores\"} 0.007",
                        "switchback_held_changes{direction=\"forward\",migration=\"stores\"} 2.0",
                        "switchback_rebalances_total{direction=\"forward\",migration=\"stores\"} 0.0",
                        "switchback_replication_lag_seconds{direction=\"forward\",migration=\"stores\"} 1.5",
                        "switchback_role_up{migration=\"stores\",role=\"apply\"} 1.0",
                        "switchback_rows_applied_total{direction=\"forward\",migration=\"stores\"} 4.0",
                        "switchback_rows_read_total{direction=\"forward\",migration=\"stores\"} 3.0",
                        "switchback_slot_lag_bytes{direction=\"forward\",migration=\"stores\"} 4096.0",
                        "switchback_slot_retained_bytes{direction=\"forward\",migration=\"stores\"} 8192.0",
                        "switchback_table_rows_copied{direction=\"forward\",migration=\"stores\",table=\"public.store\"} 10.0",
                        "switchback_table_rows_estimated{direction=\"forward\",migration=\"stores\",table=\"public.store\"} 20.0");
    }

    @Test
    void everyMeterIsDocumented() throws Exception {
        meters.table("public.store", 10, 20);
        meters.role("apply", true);

        Set<String> meters = get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("# TYPE") && !line.contains("_max "))
                .map(line -> line.split(" ")[2])
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> documented = Files.readAllLines(Path.of("../docs/operating.md")).stream()
                .filter(line -> line.startsWith("| `switchback_"))
                .map(line -> line.split("`")[1])
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(documented).isEqualTo(meters);
    }

    @Test
    void aTakenPortIsRefusedWithTheSettingToChange() {
        assertThatThrownBy(() -> MetricsServer.start("127.0.0.1", server.port(), meters, List::of))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("127.0.0.1:" + server.port() + " cannot be listened on")
                .hasMessageContaining("metrics.port");
    }

    private static RoleHealth role(String name, String phase, Instant lastMoved, boolean ready) {
        return new RoleHealth(name, phase, "", lastMoved, BOUND, false, ready);
    }

    private HttpResponse<String> get(String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.port() + path);
        return client.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }
}
