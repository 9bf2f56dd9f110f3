package dev.switchback.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.cli.Switchback;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.ChildProcess.Command;
import dev.switchback.platform.Platform;

/** Types commands about one migration, which has a directory and a data directory of its own. */
final class Operator implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Platform platform;
    private final Path directory;
    private final Path file;
    private final List<ChildProcess> running = new ArrayList<>();

    /** @param tables what stands below {@code tables:}, indented by two spaces */
    Operator(Platform platform, String migration, String tables) throws IOException {
        this.platform = platform;
        this.directory = Files.createDirectory(platform.directory().resolve(migration));
        this.file = write(migration, tables, platform.destination().settings());
    }

    /** Writes the file anew, with another login at the destination. */
    void declare(String migration, String tables, PostgresSettings destination) throws IOException {
        write(migration, tables, destination);
    }

    private Path write(String migration, String tables, PostgresSettings destination) throws IOException {
        PostgresSettings source = platform.source().settings();
        return Files.writeString(directory.resolve("migration.yaml"), """
                migration: %s
                source:      {url: "postgresql://%s", user: %s, password: "%s"}
                destination: {url: "postgresql://%s", user: %s, password: "%s"}
                metrics: {port: 0}
                tables:
                %s""".formatted(
                        migration,
                        source,
                        source.user(),
                        source.password(),
                        destination,
                        destination.user(),
                        destination.password(),
                        tables));
    }

    /** What a verb printed, and how it ended. */
    record Answer(int exitCode, String output) {}

    /** Starts a verb and lets it run. */
    ChildProcess start(String verb, String... options) {
        List<String> arguments = new ArrayList<>(List.of(verb, file.toString(), "--data", data().toString()));
        arguments.addAll(List.of(options));
        Command command = new Command(
                verb + "-" + UUID.randomUUID(), Switchback.class, arguments, Map.of(), List.of("-Xmx768m"));
        ChildProcess process = ChildProcess.start(command, directory);
        running.add(process);
        return process;
    }

    /** Runs a verb to its end. */
    Answer ask(String verb, String... options) {
        ChildProcess process = start(verb, options);
        int exitCode = process.awaitExit(PATIENCE);
        return new Answer(exitCode, process.output());
    }

    /** The status as another process sees it. */
    JsonNode status() throws IOException {
        Answer answer = ask("status", "--json");
        String json = answer.output()
                .lines()
                .filter(line -> line.startsWith("{"))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no status:\n" + answer.output()));
        return new JsonMapper().readTree(json);
    }

    Path data() {
        return directory.resolve("data");
    }

    @Override
    public void close() {
        running.forEach(ChildProcess::close);
    }
}
