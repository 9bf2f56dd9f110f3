package dev.switchback.benchmarks.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;

/**
 * The newest outcome of each scenario, kept as {@code results/SCENARIO.json}, and {@code RESULTS.md} made of all of
 * them.
 */
public final class Results {

    private static final ObjectMapper JSON =
            new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final Path directory;

    public Results(Path directory) {
        this.directory = directory;
    }

    /** Keeps an outcome in place of the scenario's earlier one, and writes the page again. */
    public void keep(Outcome outcome) {
        try {
            Path results = Files.createDirectories(directory.resolve("results"));
            JSON.writer(SerializationFeature.INDENT_OUTPUT)
                    .writeValue(results.resolve(outcome.scenario() + ".json").toFile(), outcome);
            Files.writeString(directory.resolve("RESULTS.md"), Page.of(all(results)), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line of JSON. */
    public static String json(Outcome outcome) {
        try {
            return JSON.writeValueAsString(outcome);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<Outcome> all(Path results) throws IOException {
        List<Outcome> outcomes = new ArrayList<>();
        try (Stream<Path> files = Files.list(results)) {
            for (Path file : files.sorted().toList()) {
                outcomes.add(JSON.readValue(file.toFile(), Outcome.class));
            }
        }
        return outcomes;
    }
}
