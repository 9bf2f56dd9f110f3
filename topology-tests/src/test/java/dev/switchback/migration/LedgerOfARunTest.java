package dev.switchback.migration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.topic.KafkaLedger;
import dev.switchback.pipeline.migration.topic.LedgerTopic;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.platform.Await;
import dev.switchback.platform.Platform;

@Timeout(180)
class LedgerOfARunTest {

    private static final String TABLE = "CREATE TABLE item (id bigint PRIMARY KEY, name text)";

    @Test
    void aRunWritesDownThatItStartedCopiedFollowedAndStopped() throws IOException {
        try (Platform platform = Platform.databases("shop", Map.of())) {
            platform.source()
                    .execute(TABLE, "INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 1000) AS i");
            platform.destination().execute(TABLE);
            Plan plan = Plan.of(file(platform));
            Path data = platform.directory().resolve("data");

            try (Pipeline pipeline = Pipeline.start(plan, RunSettings.everything(data))) {
                LedgerTopic topic = topic(EmbeddedBroker.addressIn(data).orElseThrow());
                Await.until("the run to follow", Duration.ofSeconds(60), () -> kinds(topic)
                        .contains(Note.Following.class));
                assertThat(pipeline.status().problems()).isEmpty();
                assertThat(platform.destination().value("SELECT count(*) FROM item"))
                        .isEqualTo("1000");
            }
            try (Pipeline again = Pipeline.start(plan, RunSettings.everything(data))) {
                LedgerTopic topic = topic(EmbeddedBroker.addressIn(data).orElseThrow());
                Await.until(
                        "the second run to follow",
                        Duration.ofSeconds(60),
                        () -> kinds(topic).stream()
                                        .filter(Note.Following.class::equals)
                                        .count()
                                == 2);
                assertThat(again.status().problems()).isEmpty();
            }

            try (EmbeddedBroker broker = EmbeddedBroker.start(data);
                    KafkaLedger ledger = open(topic(broker.bootstrapServers()))) {
                MigrationState state = ledger.read();
                assertThat(state.phase()).isEqualTo(Phase.FOLLOWING);
                assertThat(kinds(ledger))
                        .containsExactly(
                                Note.Started.class,
                                Note.Copied.class,
                                Note.Following.class,
                                Note.Stopped.class,
                                Note.Started.class,
                                Note.Following.class,
                                Note.Stopped.class);
                assertThat(ledger.lines().get(1).entry().record())
                        .isInstanceOfSatisfying(Note.Copied.class, copied -> assertThat(copied.rows())
                                .isEqualTo(1000));
                assertThat(ledger.lines().get(3).entry().record())
                        .isInstanceOfSatisfying(Note.Stopped.class, stopped -> assertThat(stopped.why())
                                .isEmpty());
            }
        }
    }

    private static List<Class<?>> kinds(LedgerTopic topic) {
        try (KafkaLedger ledger = open(topic)) {
            var unused = ledger.read();
            return kinds(ledger);
        }
    }

    private static List<Class<?>> kinds(KafkaLedger ledger) {
        return ledger.lines().stream()
                .map(Line::entry)
                .<Class<?>>map(entry -> entry.record().getClass())
                .toList();
    }

    private static KafkaLedger open(LedgerTopic topic) {
        return new KafkaLedger(topic, "test", Clock.systemUTC());
    }

    private static LedgerTopic topic(String address) {
        return new LedgerTopic(Map.of("bootstrap.servers", address), "shop");
    }

    private static MigrationFile file(Platform platform) throws IOException {
        Path file = Files.writeString(
                platform.directory().resolve("shop.yaml"),
                """
                migration: shop
                source:      %s
                destination: %s
                metrics: {port: 0}
                tables: {public.item: {}}
                """
                        .formatted(
                                database(platform.source().settings()),
                                database(platform.destination().settings())));
        return MigrationFile.read(file, Map.of());
    }

    private static String database(PostgresSettings settings) {
        return "{url: \"postgresql://%s:%d/%s\", user: %s, password: %s}"
                .formatted(settings.host(), settings.port(), settings.database(), settings.user(), settings.password());
    }
}
