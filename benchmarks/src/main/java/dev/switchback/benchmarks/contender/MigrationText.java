package dev.switchback.benchmarks.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.stream.Collectors;

import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.transforms.schema.TableId;

/** A migration file, as its users would write it, from a stage's source to its destination. */
public final class MigrationText {

    private MigrationText() {}

    /**
     * Writes {@code NAME.yaml}.
     *
     * @param name the migration's
     * @param topics what it says of the tables' topics
     * @param declared what it says of each table
     */
    public static Path write(Stage stage, String name, String topics, Collection<TableId> tables, String declared) {
        String text =
                """
                migration: %s
                source: %s
                destination: %s
                kafka: {bootstrap.servers: "%s"}
                topics: %s
                metrics: {port: 0}
                tables:
                %s
                """
                        .formatted(
                                name,
                                login(stage.source().settings()),
                                login(stage.destination().settings()),
                                stage.bootstrapServers(),
                                topics,
                                tables.stream()
                                        .map(table -> "  " + table + ": " + declared)
                                        .collect(Collectors.joining("\n")));
        try {
            return Files.writeString(stage.directory().resolve(name + ".yaml"), text, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String login(PostgresSettings database) {
        return "{url: \"postgresql://%s\", user: \"%s\", password: \"%s\"}"
                .formatted(database, database.user(), database.password());
    }
}
