package dev.switchback.mapping;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;

/** Two databases and the pipeline between them. Not thread-safe. */
final class MappedMigration implements AutoCloseable {

    private final Platform platform = Platform.databases("shop", Map.of());
    private @Nullable Pipeline pipeline;

    EmbeddedDatabase source() {
        return platform.source();
    }

    EmbeddedDatabase destination() {
        return platform.destination();
    }

    Path directory() {
        return platform.directory();
    }

    /** @param tables what stands below {@code tables:}, indented by two */
    Plan plan(String tables) {
        Path file = platform.directory().resolve("shop.yaml");
        try {
            Files.writeString(
                    file,
                    "migration: shop\nsource: " + yaml(source().settings()) + "\ndestination: "
                            + yaml(destination().settings()) + "\nmetrics: {port: 0}\ntables:\n" + tables);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Plan.of(MigrationFile.read(file, Map.of()));
    }

    void start(Plan plan) {
        pipeline =
                Pipeline.start(plan, RunSettings.everything(platform.directory().resolve("data")));
    }

    /** Waits until the destination's query gives what the source's gives. */
    void awaitEqual(String sourceQuery, String destinationQuery) {
        String there = lines(sourceQuery);
        String here = lines(destinationQuery);
        Await.until(
                "the destination to have what the SELECT gives at the source",
                Duration.ofSeconds(60),
                () -> Objects.equals(source().value(there), destination().value(here)));
    }

    /** All rows of a query as one text, in an order that the database's collation has no say in. */
    static String lines(String query) {
        return "SELECT string_agg(r::text, E'\\n' ORDER BY r::text COLLATE \"C\") FROM (" + query + ") r";
    }

    private static String yaml(PostgresSettings settings) {
        return "{type: postgres, url: \"postgresql://%s\", user: %s, password: \"%s\"}"
                .formatted(settings, settings.user(), settings.password());
    }

    @Override
    public void close() {
        if (pipeline != null) {
            pipeline.close();
        }
        platform.close();
    }
}
