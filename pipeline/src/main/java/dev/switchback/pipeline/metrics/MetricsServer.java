package dev.switchback.pipeline.metrics;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Predicate;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Serves {@code /metrics} for Prometheus, {@code /health} (503, with the role's name, once a role's loop stands still) and
 * {@code /ready} (503 until every role does its work). Thread-safe.
 */
public final class MetricsServer implements AutoCloseable {

    private static final String JSON = "application/json";
    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final HttpServer server;
    private final ExecutorService executor;
    private final Meters meters;
    private final Supplier<List<RoleHealth>> roles;
    private final JsonMapper json = new JsonMapper();

    private MetricsServer(HttpServer server, Meters meters, Supplier<List<RoleHealth>> roles) {
        this.server = server;
        this.meters = meters;
        this.roles = roles;
        this.executor = Executors.newSingleThreadExecutor(work -> {
            Thread thread = new Thread(work, "metrics");
            thread.setDaemon(true);
            return thread;
        });
    }

    /**
     * Begins to serve.
     *
     * @param host an address of this machine; only who reaches it can read
     * @param port 0 for any free one
     * @throws ProblemException when the address cannot be listened on
     */
    public static MetricsServer start(String host, int port, Meters meters, Supplier<List<RoleHealth>> roles) {
        try {
            HttpServer http = HttpServer.create(new InetSocketAddress(host, port), 0);
            MetricsServer server = new MetricsServer(http, meters, roles);
            http.setExecutor(server.executor);
            http.createContext("/metrics", exchange -> answer(exchange, 200, PROMETHEUS, server.scrape()));
            http.createContext("/health", exchange -> server.health(exchange, role -> role.alive(Instant.now())));
            http.createContext("/ready", exchange -> server.health(exchange, RoleHealth::ready));
            http.start();
            return server;
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            "metrics",
                            host + ":" + port + " cannot be listened on (" + e.getMessage() + ").",
                            "Set metrics.port to a free port, or to 0 for none."),
                    e);
        }
    }

    /** The port it listens on. */
    public int port() {
        return server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        executor.shutdownNow();
    }

    private String scrape() {
        roles.get().forEach(role -> meters.role(role.role(), role.alive(Instant.now())));
        return meters.scrape();
    }

    private void health(HttpExchange exchange, Predicate<RoleHealth> good) throws IOException {
        List<RoleHealth> now = roles.get();
        List<RoleHealth> bad = now.stream().filter(good.negate()).toList();
        answer(exchange, bad.isEmpty() ? 200 : 503, JSON, body(now, bad));
    }

    private String body(List<RoleHealth> all, List<RoleHealth> bad) throws JsonProcessingException {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", bad.isEmpty() ? "up" : "down");
        body.put("failing", bad.stream().map(RoleHealth::role).toList());
        body.put("roles", all.stream().map(MetricsServer::describe).toList());
        return json.writeValueAsString(body) + "\n";
    }

    private static Map<String, Object> describe(RoleHealth role) {
        Map<String, Object> described = new LinkedHashMap<>();
        described.put("role", role.role());
        described.put("phase", role.phase());
        described.put("reason", role.reason());
        described.put(
                "movedMillisAgo",
                Math.max(0, Duration.between(role.lastMoved(), Instant.now()).toMillis()));
        described.put("boundMillis", role.bound().toMillis());
        return described;
    }

    private static void answer(HttpExchange exchange, int code, String type, String body) throws IOException {
        try (exchange) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", type);
            exchange.sendResponseHeaders(code, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }
}
