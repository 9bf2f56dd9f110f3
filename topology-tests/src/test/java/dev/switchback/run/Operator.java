package dev.switchback.run;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.cli.Switchback;
import dev.switchback.pipeline.cli.VerbInProcess;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.ChildProcess.Command;
import dev.switchback.platform.Platform;

/** Types commands about one migration, which has a directory and a data directory of its own. */
final class Operator implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private static final Set<String> ASKED_OFTEN = Set.of("status", "held", "ledger");

    private final String migration;
    private final Path directory;
    private final Path file;
    private final List<ChildProcess> running = new ArrayList<>();

    /** @param tables what stands below {@code tables:}, indented by two spaces */
    Operator(Platform platform, String migration, String tables) {
        this.migration = migration;
        try {
            this.directory = Files.createDirectory(platform.directory().resolve(migration));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.file = directory.resolve("migration.yaml");
        declare(platform.source().settings(), platform.destination().settings(), "metrics: {port: 0}", tables);
    }

    /**
     * Writes the file anew.
     *
     * @param settings top-level sections besides the databases and tables
     */
    void declare(PostgresSettings source, PostgresSettings destination, String settings, String tables) {
        String text = "migration: " + migration + "\nsource:      " + login(source) + "\ndestination: "
                + login(destination) + "\n" + settings + "\ntables:\n" + tables;
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String login(PostgresSettings database) {
        return "{url: \"postgresql://%s\", user: \"%s\", password: \"%s\"}"
                .formatted(database, database.user(), database.password());
    }

    /** What a verb printed, and how it ended. */
    record Answer(int exitCode, String output) {}

    /** Starts a verb and lets it run. */
    ChildProcess start(String verb, String... options) {
        Command command = new Command(
                verb + "-" + UUID.randomUUID(), Switchback.class, line(verb, options), Map.of(), List.of("-Xmx768m"));
        ChildProcess process = ChildProcess.start(command, directory);
        running.add(process);
        return process;
    }

    private List<String> line(String verb, String... options) {
        List<String> line = new ArrayList<>(List.of(verb, file.toString()));
        line.addAll(List.of(options));
        if (!line.contains("--data")) {
            line.addAll(List.of("--data", data().toString()));
        }
        return line;
    }

    /** Runs a verb to its end, in a process of its own unless it is one of those that are asked again and again. */
    Answer ask(String verb, String... options) {
        if (ASKED_OFTEN.contains(verb)) {
            StringWriter output = new StringWriter();
            int exitCode = assertTimeoutPreemptively(
                    PATIENCE,
                    () -> VerbInProcess.execute(
                            new PrintWriter(output, true), line(verb, options).toArray(String[]::new)));
            return new Answer(exitCode, output.toString());
        }
        ChildProcess process = start(verb, options);
        int exitCode = process.awaitExit(PATIENCE);
        return new Answer(exitCode, process.output());
    }

    /** The status as somebody else than the pipeline sees it. */
    JsonNode status() {
        return json(ask("status", "--json"));
    }

    /** The one object that a verb printed. */
    static JsonNode json(Answer answer) {
        String json = answer.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no JSON:\n" + answer.output()));
        try {
            return new JsonMapper().readTree(json);
        } catch (IOException e) {
            throw new AssertionError("not JSON: " + json, e);
        }
    }

    Path data() {
        return directory.resolve("data");
    }

    @Override
    public void close() {
        running.forEach(ChildProcess::close);
    }
}
