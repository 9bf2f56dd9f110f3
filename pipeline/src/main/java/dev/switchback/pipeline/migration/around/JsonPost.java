package dev.switchback.pipeline.migration.around;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.file.OperationSettings.Webhook;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/** Posts JSON to a webhook, whose address is shown by its host alone. Thread-safe. */
final class JsonPost {

    /** The client sets these by itself, and refuses anybody else who does. */
    private static final Set<String> RESTRICTED = Set.of("connection", "content-length", "expect", "host", "upgrade");

    private static final HttpClient CLIENT = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(10))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private final URI url;
    private final Webhook webhook;

    JsonPost(Webhook webhook) {
        this.url = URI.create(webhook.url().value());
        this.webhook = webhook;
    }

    /** @throws ProblemException when it is not answered in time, or with anything but success */
    void send(String json, Duration timeout) {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", "application/json; charset=utf-8")
                .POST(HttpRequest.BodyPublishers.ofString(json, StandardCharsets.UTF_8));
        webhook.headers().forEach((name, value) -> {
            if (!RESTRICTED.contains(name.toLowerCase(Locale.ROOT))) {
                request.setHeader(name, value.value());
            }
        });
        int status = answer(request.build(), timeout);
        if (status / 100 != 2) {
            throw new ProblemException(List.of(problem(
                    Problem.Kind.REFUSED,
                    "It answered with status " + status + ".",
                    "See that its address and headers are right, and what its log says.")));
        }
    }

    private int answer(HttpRequest request, Duration timeout) {
        try {
            return CLIENT.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
        } catch (ConnectException e) {
            throw unreachable("Nothing listens there.", e);
        } catch (IOException e) {
            throw unreachable(
                    "It did not answer within " + TimeSpan.text(timeout) + " ("
                            + e.getClass().getSimpleName() + ").",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unreachable("Switchback was told to stop while it waited for an answer.", e);
        }
    }

    private ProblemException unreachable(String what, @Nullable Throwable cause) {
        return new ProblemException(
                List.of(problem(Problem.Kind.UNREACHABLE, what, "See that it runs and can be reached from here.")),
                cause);
    }

    private Problem problem(Problem.Kind kind, String what, String remedy) {
        return new Problem(kind, this.toString(), what, remedy);
    }

    /** The names of its headers too, but no value. */
    @Override
    public String toString() {
        String headers = webhook.headers().keySet().stream().sorted().collect(Collectors.joining(", "));
        return "webhook at " + url.getHost() + (headers.isEmpty() ? "" : " (with " + headers + ")");
    }
}
