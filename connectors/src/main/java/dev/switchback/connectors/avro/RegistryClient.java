package dev.switchback.connectors.avro;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Questions to a schema registry over HTTP, each asked up to four times while the registry is away or has not caught up.
 * No text made here holds the login. Thread-safe.
 */
final class RegistryClient {

    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final int ATTEMPTS = 4;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
    private final String url;
    private final @Nullable Login login;
    private final Duration firstPause;

    /** @param url see {@link RegistrySchemaStore} */
    RegistryClient(URI url, @Nullable Login login) {
        this(url, login, FIRST_PAUSE);
    }

    /** @param firstPause before the second attempt; it doubles before each further one */
    RegistryClient(URI url, @Nullable Login login, Duration firstPause) {
        this.url = requireUsable(url);
        this.login = login;
        this.firstPause = firstPause;
    }

    /** User and password. */
    record Login(String user, String password) {

        private String token() {
            return Base64.getEncoder().encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
        }

        /** The text without this login in it. */
        private String removedFrom(String text) {
            String rest = text.replace(token(), "***");
            return password.isEmpty() ? rest : rest.replace(password, "***");
        }

        @Override
        public String toString() {
            return user + ":***";
        }
    }

    /**
     * What the registry said.
     *
     * @param body missing where it was not JSON
     */
    record Answer(int status, JsonNode body) {

        /** The registry's own words, for people. */
        String message() {
            return body.path("message").asText("(no reason given)");
        }

        private boolean isPassing() {
            return status >= 500 || status == 429;
        }
    }

    /** Asks again on 404, too: a registry of several members answers so until the one asked has caught up. */
    Answer get(String path) {
        return answer(request(path).GET(), true);
    }

    Answer post(String path, JsonNode body) {
        BodyPublisher publisher = BodyPublishers.ofString(body.toString());
        return answer(request(path).header("Content-Type", CONTENT_TYPE).POST(publisher), false);
    }

    /** The problem that an unexpected answer is. */
    ProblemException unlikeARegistry(Answer answer) {
        return problem(
                Kind.BAD_INPUT,
                "it does not answer as a schema registry does: HTTP " + answer.status() + " " + answer.message() + ".",
                "Check registry.url.",
                null);
    }

    /** For people: where the registry is. */
    @Override
    public String toString() {
        return "schema registry " + url;
    }

    private HttpRequest.Builder request(String path) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(ANSWER_TIMEOUT)
                .header("Accept", CONTENT_TYPE);
        return login == null ? request : request.header("Authorization", "Basic " + login.token());
    }

    private Answer answer(HttpRequest.Builder request, boolean againWhenNotFound) {
        for (int attempt = 1; ; attempt++) {
            try {
                Answer answer = send(request.build());
                boolean again = answer.isPassing() || (againWhenNotFound && answer.status() == 404);
                if (!again || attempt == ATTEMPTS) {
                    return requireServed(answer);
                }
            } catch (IOException e) {
                if (attempt == ATTEMPTS) {
                    throw unreachable(e);
                }
            }
            pause(attempt);
        }
    }

    private Answer send(HttpRequest request) throws IOException {
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            return new Answer(response.statusCode(), parsed(response.body()));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** A proxy in between may well answer in HTML. */
    private JsonNode parsed(String body) {
        try {
            return json.readTree(body);
        } catch (JsonProcessingException e) {
            return MissingNode.getInstance();
        }
    }

    private Answer requireServed(Answer answer) {
        if (answer.status() == 401 || answer.status() == 403) {
            throw problem(
                    Kind.UNREACHABLE,
                    "it rejects the login: HTTP " + answer.status() + " " + answer.message() + ".",
                    login == null
                            ? "Set user and password under registry:."
                            : "Correct user and password under registry:.",
                    null);
        }
        if (answer.isPassing()) {
            throw problem(
                    Kind.UNREACHABLE,
                    "it fails: HTTP " + answer.status() + " " + answer.message() + ".",
                    "Look into the registry's own log.",
                    null);
        }
        return answer;
    }

    private ProblemException unreachable(IOException cause) {
        String reason = cause.getMessage() == null
                ? cause.getClass().getSimpleName()
                : cause.getClass().getSimpleName() + ", " + cause.getMessage();
        return problem(
                Kind.UNREACHABLE,
                "it does not answer: " + reason + ".",
                "Check registry.url, and that the registry is up.",
                cause);
    }

    /** Half to one and a half of a pause that doubles each time, so that several members do not ask in step. */
    private void pause(int attempt) {
        double jitter = ThreadLocalRandom.current().nextDouble(0.5, 1.5);
        try {
            Thread.sleep((long) (firstPause.toMillis() * (1L << (attempt - 1)) * jitter));
        } catch (InterruptedException e) {
            throw new InterruptException(e);
        }
    }

    /** A problem with this registry, whose words may be part of the text. */
    ProblemException problem(Kind kind, String what, String remedy, @Nullable Throwable cause) {
        String safe = login == null ? what : login.removedFrom(what);
        return new ProblemException(List.of(new Problem(kind, toString(), safe, remedy)), cause);
    }

    private static String requireUsable(URI url) {
        boolean http = "http".equals(url.getScheme()) || "https".equals(url.getScheme());
        if (!http || url.getHost() == null || url.getUserInfo() != null || url.getQuery() != null) {
            // The text of the URL is not repeated: it may hold a password.
            throw new ProblemException(new Problem(
                    Kind.BAD_INPUT,
                    "registry.url",
                    "it is not of the form http(s)://host:port/path.",
                    "Write user and password beside it, not in it; a host name has no underscore."));
        }
        String text = url.toString();
        return text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
    }
}
