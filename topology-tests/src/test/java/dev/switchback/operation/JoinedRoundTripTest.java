package dev.switchback.operation;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.operation.Announcer;
import dev.switchback.pipeline.migration.operation.Cutover;
import dev.switchback.pipeline.migration.operation.Outcome;
import dev.switchback.pipeline.migration.operation.Settings;
import dev.switchback.pipeline.migration.operation.Timings;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Operations;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;

/** A table whose key a lookup decides goes over, back, and over again. */
@Timeout(300)
class JoinedRoundTripTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String SELECT =
            """
            SELECT COALESCE(s.merchant_id, m.merchant_id, 0) AS merchant_id, s.id, s.name, upper(s.name) AS sign, s.menu,
                   s.status
            FROM store s LEFT JOIN lookup m ON m.store_id = s.id WHERE s.status <> 'closed'""";

    @Test
    void whatEitherSideWritesIsOnTheOtherWhenItsTurnIsOver() throws Exception {
        try (Platform platform = Platform.databases("shop", Map.of())) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            source.execute(
                    "CREATE TABLE store (id int PRIMARY KEY, merchant_id int, name text NOT NULL, menu text,"
                            + " status text NOT NULL DEFAULT 'open')",
                    "CREATE TABLE lookup (store_id int PRIMARY KEY, merchant_id int)",
                    "INSERT INTO store SELECT i, CASE i % 5 WHEN 0 THEN 3 END, 'store ' || i, repeat(md5(i::text), 400),"
                            + " CASE i % 7 WHEN 0 THEN 'closed' ELSE 'open' END FROM generate_series(1, 300) i",
                    "INSERT INTO lookup SELECT i, i % 4 FROM generate_series(1, 200) i");
            destination.execute("CREATE TABLE store (merchant_id int, id int, name text NOT NULL, sign text, menu text,"
                    + " status text NOT NULL, PRIMARY KEY (merchant_id, id))");
            Plan plan = Plan.of(MigrationFile.read(file(platform), Map.of()));
            Path data = platform.directory().resolve("data");
            try (Pipeline pipeline = Pipeline.start(plan, RunSettings.everything(data))) {
                Await.until(
                        "the copy to be done", PATIENCE, () -> pipeline.status().copied());
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                KafkaAccess kafka = KafkaAccess.existing(plan.file(), data);
                awaitPhase(plan, kafka, Phase.FOLLOWING);
                assertEqual(platform);

                move(plan, kafka, Operation.CUTOVER);
                destination.execute(
                        "UPDATE store SET name = 'n' || id, sign = 'N' || id WHERE id % 3 = 1",
                        "UPDATE store SET menu = 'short' WHERE id % 10 = 2",
                        "DELETE FROM store WHERE id % 11 = 0",
                        "INSERT INTO store VALUES (0, 1000, 'new', 'NEW', NULL, 'open')");
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                assertEqual(platform);

                move(plan, kafka, Operation.REVERT);
                source.execute(
                        "UPDATE lookup SET merchant_id = merchant_id + 1 WHERE store_id % 2 = 0",
                        "INSERT INTO lookup VALUES (1000, 9)",
                        "UPDATE store SET name = name || '!' WHERE id % 4 = 0",
                        "UPDATE store SET status = 'open' WHERE id % 14 = 0",
                        "DELETE FROM store WHERE id % 13 = 0");
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                assertEqual(platform);

                move(plan, kafka, Operation.CUTOVER);
                destination.execute(
                        "DELETE FROM store WHERE id = 1000", "UPDATE store SET menu = NULL WHERE id % 9 = 0");
                assertThat(pipeline.drain(PATIENCE)).isTrue();
                assertEqual(platform);
            }
        }
    }

    private static void move(Plan plan, KafkaAccess kafka, Operation operation) {
        Timings timings = new Timings(Announcer.NOBODY);
        try (Operations operations = Operations.open(plan, kafka, Duration.ofSeconds(30))) {
            Outcome outcome = new Cutover(
                            operation, operations.parts(), Settings.DEFAULTS.pauseOf(Duration.ofSeconds(30)), timings)
                    .run();
            assertThat(outcome).isInstanceOf(Outcome.Done.class);
        }
    }

    private static void awaitPhase(Plan plan, KafkaAccess kafka, Phase phase) {
        try (Operations operations = Operations.open(plan, kafka, Settings.DEFAULTS.maxPause())) {
            Await.until(
                    "the migration to be " + phase,
                    PATIENCE,
                    () -> operations.parts().ledger().read().phase() == phase);
        }
    }

    private static void assertEqual(Platform platform) {
        assertThat(rows(platform.destination(), "SELECT merchant_id, id, name, sign, menu, status FROM store"))
                .isEqualTo(rows(platform.source(), SELECT));
        assertThat(platform.destination().value("SELECT count(*) FROM switchback.held"))
                .isEqualTo("0");
        assertThat(platform.source().value("SELECT count(*) FROM switchback.held"))
                .isEqualTo("0");
    }

    private static String rows(EmbeddedDatabase database, String query) {
        return String.valueOf(
                database.value("SELECT string_agg(md5(r::text) || ' ' || r.merchant_id || ' ' || r.id, E'\\n'"
                        + " ORDER BY r.id) FROM (" + query + ") r"));
    }

    private static Path file(Platform platform) throws java.io.IOException {
        return Files.writeString(
                platform.directory().resolve("shop.yaml"),
                "migration: shop\nsource: " + yaml(platform.source().settings()) + "\ndestination: "
                        + yaml(platform.destination().settings())
                        + "\nmetrics: {port: 0}\ntopics: {partitions: 4}\ntables:\n  public.store:\n"
                        + "    key: [merchant_id, id]\n    select: |\n" + SELECT.indent(6));
    }

    private static String yaml(PostgresSettings settings) {
        return "{type: postgres, url: \"postgresql://%s\", user: %s, password: \"%s\"}"
                .formatted(settings, settings.user(), settings.password());
    }
}
