package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import com.fasterxml.jackson.databind.JsonNode;
import org.apache.kafka.clients.admin.Admin;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.run.Operator.Answer;

@Timeout(300)
class CompleteVerbTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    /** Everything in a database that a migration might leave. */
    private static final String CATALOGUE =
            """
            SELECT string_agg(line, E'\\n' ORDER BY line) FROM (
              SELECT 'schema ' || nspname AS line FROM pg_namespace WHERE nspname !~ '^pg_(toast|temp)'
              UNION ALL SELECT 'relation ' || c.oid::regclass || coalesce(c.relacl::text, '') || c.relreplident::text
                FROM pg_class c WHERE c.relnamespace::regnamespace::text NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
              UNION ALL SELECT 'trigger ' || tgname || ' on ' || tgrelid::regclass FROM pg_trigger
              UNION ALL SELECT 'function ' || oid::regprocedure FROM pg_proc WHERE pronamespace::regnamespace::text <> 'pg_catalog'
              UNION ALL SELECT 'publication ' || pubname FROM pg_publication
              UNION ALL SELECT 'slot ' || slot_name FROM pg_replication_slots) AS all_of_it""";

    @Test
    void nothingIsLeftOfAMigrationThatIsCompleted() throws Exception {
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", "  public.item: {}\n  public.part: {}\n")) {
            List<EmbeddedDatabase> sides = List.of(platform.source(), platform.destination());
            for (EmbeddedDatabase side : sides) {
                side.execute(
                        "CREATE TABLE item (id bigint PRIMARY KEY, name text)",
                        "CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                        "CREATE TABLE part_low PARTITION OF part FOR VALUES FROM (0) TO (1000)");
            }
            platform.source().execute("INSERT INTO item SELECT i, 'item ' || i FROM generate_series(1, 100) AS i");
            List<String> before =
                    sides.stream().map(CompleteVerbTest::catalogue).toList();

            ChildProcess run = operator.start("run");
            Await.until(
                    "the migration to follow",
                    PATIENCE,
                    () -> operator.status().path("phase").asText().equals("following"));
            Answer cutover = operator.ask("cutover", "--yes");
            assertThat(cutover.output()).contains("Done: the destination takes writes");
            platform.destination().execute("INSERT INTO part VALUES (1)");

            Answer alive = operator.ask("complete", "--yes");
            assertThat(alive.exitCode()).isEqualTo(1);
            assertThat(alive.output())
                    .contains("switchback run is alive")
                    .contains("slot switchback_shop_forward: the log is kept for it")
                    .contains("slot switchback_shop_reverse: the log is kept for it")
                    .contains("publication switchback_shop_forward")
                    .contains("publication switchback_shop_reverse")
                    .contains("trigger switchback_shop_fence on public.part_low: the closed fence")
                    .contains("trigger switchback_shop_before on public.part_low: reports a TRUNCATE")
                    .contains("rows checkpoint")
                    .contains("schema switchback")
                    .contains("group switchback-shop-forward")
                    .contains("group switchback-shop-reverse")
                    .contains("topic shop.forward.public.item: captured changes")
                    .contains("topic shop.reverse.public.item: captured changes")
                    .contains("topic shop.ledger: the ledger");
            assertThat(platform.source().value("SELECT count(*) FROM pg_replication_slots"))
                    .isEqualTo("1");
            run.terminate();
            assertThat(run.awaitExit(PATIENCE)).isZero();
            for (EmbeddedDatabase side : sides) {
                Await.until(
                        "the run to be forgotten",
                        PATIENCE,
                        () -> "0"
                                .equals(
                                        side.value(
                                                "SELECT count(*) FROM switchback.member WHERE seen_at > clock_timestamp() - interval '10 s'")));
            }

            Answer dry = operator.ask("complete");
            assertThat(dry.exitCode()).isZero();
            assertThat(dry.output()).contains("shop is switched. This would go").contains("Nothing was taken away");

            Answer stuck = whileSomebodyReads(platform.source(), () -> operator.ask("complete", "--yes"));
            assertThat(stuck.exitCode()).isEqualTo(1);
            assertThat(stuck.output())
                    .contains("trigger switchback_shop_fence on public.item: It is left")
                    .contains("gone: ")
                    .contains("is completed; ")
                    .contains("topic shop.ledger");
            assertThat(platform.source().value("SELECT count(*) FROM pg_replication_slots"))
                    .isEqualTo("0");

            Answer refused = operator.ask("run");
            assertThat(refused.exitCode()).as(refused.output()).isEqualTo(1);
            Answer completed = operator.ask("complete", "--yes");
            assertThat(completed.output()).contains("shop is completed: nothing is left of it.");
            assertThat(completed.exitCode()).isZero();
            assertThat(sides.stream().map(CompleteVerbTest::catalogue).toList()).isEqualTo(before);
            assertThat(operator.data().resolve("shop")).doesNotExist();
            assertNothingInKafka(operator);

            Answer again = operator.ask("complete", "--yes", "--json");
            JsonNode nothing = Operator.json(again);
            assertThat(again.exitCode()).isZero();
            assertThat(nothing.path("left")).isEmpty();
        }
    }

    private interface Ask {
        Answer ask();
    }

    /** A transaction that has read a table keeps its triggers from being dropped. */
    private static Answer whileSomebodyReads(EmbeddedDatabase database, Ask ask) throws SQLException {
        try (Connection reader = database.connect();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("SELECT count(*) FROM item");
            return ask.ask();
        }
    }

    private static void assertNothingInKafka(Operator operator) throws ExecutionException, InterruptedException {
        try (EmbeddedBroker broker = EmbeddedBroker.start(operator.data());
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            Set<String> topics = admin.listTopics().names().get();
            assertThat(topics).isEmpty();
            assertThat(admin.listGroups().all().get()).isEmpty();
        }
    }

    private static String catalogue(EmbeddedDatabase database) {
        return String.valueOf(database.value(CATALOGUE));
    }
}
