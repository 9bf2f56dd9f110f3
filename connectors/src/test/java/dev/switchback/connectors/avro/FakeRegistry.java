package dev.switchback.connectors.avro;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import org.jspecify.annotations.Nullable;

/**
 * The two calls of Confluent's REST interface that Switchback makes, answered as Confluent's registry answers them, on a
 * free port of the loopback interface. Answers can be put in front of the real ones.
 */
final class FakeRegistry implements AutoCloseable {

    private static final String VERSIONS = "/subjects/([^/]+)/versions";
    private static final String IDS = "/schemas/ids/([0-9]+)";

    private final ObjectMapper json = new ObjectMapper();
    private final HttpServer server;
    private final String path;
    private final List<String> schemas = Collections.synchronizedList(new ArrayList<>());
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());
    private final Deque<Reply> scripted = new ArrayDeque<>();

    /** One request as it arrived, its path still escaped. */
    record Request(String method, String path, @Nullable String login, @Nullable String contentType, String body) {}

    private record Reply(int status, String body) {}

    FakeRegistry() {
        this("");
    }

    /** @param path where in the server the interface begins */
    FakeRegistry(String path) {
        this.path = path;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/", this::handle);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    /** The next request gets this answer, whatever it asks. */
    synchronized void answerNext(int status, String body) {
        scripted.add(new Reply(status, body));
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    @Override
    public void close() {
        server.stop(0);
    }

    private void handle(HttpExchange exchange) throws IOException {
        Request request = new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                exchange.getRequestHeaders().getFirst("Authorization"),
                exchange.getRequestHeaders().getFirst("Content-Type"),
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        requests.add(request);
        Reply reply = reply(request);
        byte[] body = reply.body().getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().add("Content-Type", "application/vnd.schemaregistry.v1+json");
        exchange.sendResponseHeaders(reply.status(), body.length == 0 ? -1 : body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private synchronized Reply reply(Request request) throws IOException {
        Reply next = scripted.poll();
        if (next != null) {
            return next;
        }
        String call = request.path().startsWith(path) ? request.path().substring(path.length()) : "";
        if (request.method().equals("POST") && call.matches(VERSIONS)) {
            return register(json.readTree(request.body()));
        }
        if (request.method().equals("GET") && call.matches(IDS)) {
            return schema(Integer.parseInt(call.substring(call.lastIndexOf('/') + 1)));
        }
        return new Reply(404, "{\"error_code\": 404, \"message\": \"HTTP 404 Not Found\"}");
    }

    private Reply register(JsonNode request) {
        String schema = request.path("schema").asText();
        if (!schemas.contains(schema)) {
            schemas.add(schema);
        }
        return new Reply(200, "{\"id\": " + (schemas.indexOf(schema) + 1) + "}");
    }

    private Reply schema(int id) {
        if (id < 1 || id > schemas.size()) {
            return new Reply(404, "{\"error_code\": 40403, \"message\": \"Schema " + id + " not found\"}");
        }
        ObjectNode body = json.createObjectNode().put("schema", schemas.get(id - 1));
        return new Reply(200, body.toString());
    }
}
