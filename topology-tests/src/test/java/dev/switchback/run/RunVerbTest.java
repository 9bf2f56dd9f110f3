package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.TableCompare;
import dev.switchback.run.Operator.Answer;
import dev.switchback.transforms.schema.TableId;

@Timeout(300)
class RunVerbTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private static Platform platform;
    private static EmbeddedDatabase source;
    private static EmbeddedDatabase destination;

    @BeforeAll
    static void startDatabases() {
        platform = Platform.databases("shop", Map.of());
        source = platform.source();
        destination = platform.destination();
    }

    @AfterAll
    static void stopDatabases() {
        platform.close();
    }

    @Test
    void aMigrationIsCopiedFollowedWatchedStoppedAndResumed() throws IOException {
        tables("store", "id int PRIMARY KEY, name text, rating numeric(3,1)");
        source.execute("INSERT INTO store SELECT i, 'store ' || i, i % 10 FROM generate_series(1, 500) i", "ANALYZE");

        try (Operator operator = new Operator(platform, "stores", "  public.store: {}\n")) {
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 500 rows", PATIENCE);
            source.execute("UPDATE store SET rating = 9.9 WHERE id <= 100", "DELETE FROM store WHERE id > 490");
            awaitEqual("store");

            JsonNode status = operator.status();
            assertThat(status.path("copied").asBoolean()).isTrue();
            assertThat(status.path("rowsCopied").asLong()).isEqualTo(500);
            assertThat(status.path("changesApplied").asLong()).isEqualTo(110);
            assertThat(status.path("held").asLong()).isZero();
            assertThat(status.path("slot").path("active").asBoolean()).isTrue();
            assertThat(status.path("members").findValuesAsText("phase")).containsExactly("STREAMING", "RUNNING");
            Await.until("an idle status", PATIENCE, () -> operator.status().path("idle").asBoolean());

            assertEndsCleanly(run);
            source.execute("UPDATE store SET name = 'while nobody looked' WHERE id = 7");
            ChildProcess again = operator.start("run");
            awaitEqual("store");
            assertThat(operator.status().path("rowsCopied").asLong())
                    .as("nothing is copied again")
                    .isEqualTo(500);
            again.kill();
            source.execute("INSERT INTO store VALUES (1000, 'behind a kill', 1)");
            ChildProcess afterKill = operator.start("run");
            awaitEqual("store");
            assertEndsCleanly(afterKill);
        }
    }

    @Test
    void columnsAndTablesAreRenamed() throws IOException {
        source.execute("CREATE TABLE branch (branch_id bigint PRIMARY KEY, title text, secret text)");
        destination.execute("CREATE SCHEMA web", "CREATE TABLE web.shop (name text, id bigint PRIMARY KEY)");
        source.execute("INSERT INTO branch VALUES (1, 'one', 'x'), (2, 'two', 'y')");

        String tables = """
                  public.branch:
                    to: web.shop
                    select: SELECT branch_id AS id, title AS name FROM branch
                """.indent(2);
        try (Operator operator = new Operator(platform, "branches", tables)) {
            operator.start("run");
            source.execute("UPDATE branch SET title = 'deux', secret = 'z' WHERE branch_id = 2");
            Await.until("the renamed rows", PATIENCE, () -> "one deux"
                    .equals(destination.value("SELECT string_agg(name, ' ' ORDER BY id) FROM web.shop")));
        }
    }

    @Test
    void aSecondRunOnTheSameDirectoryIsRefused() throws IOException {
        tables("twice", "id int PRIMARY KEY");

        try (Operator operator = new Operator(platform, "twice", "  public.twice: {}\n")) {
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 0 rows", PATIENCE);

            Answer second = operator.ask("run");

            assertThat(second.exitCode()).isEqualTo(1);
            assertThat(second.output())
                    .contains("Another Switchback runs in it (process " + run.pid())
                    .contains("--data");
        }
    }

    @Test
    void alteringATableEndsTheRunBehindWhatWasCapturedBefore() throws IOException {
        tables("altered", "id int PRIMARY KEY, name text");

        try (Operator operator = new Operator(platform, "altered", "  public.altered: {}\n")) {
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 0 rows", PATIENCE);
            source.execute(
                    "INSERT INTO altered SELECT i, 'before' FROM generate_series(1, 2000) i",
                    "ALTER TABLE altered ADD COLUMN extra int",
                    "INSERT INTO altered VALUES (5000, 'behind', 1)");

            assertThat(run.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(run.output()).contains("public.altered").contains("extra");
            assertThat(destination.value("SELECT count(*) FROM altered")).isEqualTo("2000");
            assertThat(activeSlots()).isEqualTo("none");
        }
    }

    @Test
    void whatStandsInTheWayIsSaidAtOnceAndNothingIsLeftBehind() throws IOException {
        source.execute("CREATE TABLE lonely (id int PRIMARY KEY)", "CREATE TABLE keyless (id int)");
        destination.execute("CREATE TABLE keyless (id int)");

        String tables = "  public.lonely: {}\n  public.keyless: {}\n  public.missing: {}\n";
        try (Operator operator = new Operator(platform, "refused", tables)) {
            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).isEqualTo(1);
            assertThat(answer.output())
                    .contains("lonely", "keyless", "missing")
                    .doesNotContain("\tat ");
            assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ 'refused'"))
                    .isEqualTo("0");
            assertThat(source.value("SELECT count(*) FROM pg_publication WHERE pubname ~ 'refused'"))
                    .isEqualTo("0");
            assertThat(Files.exists(operator.data().resolve("kafka"))).isFalse();
        }
    }

    @Test
    void aWrongPasswordIsOneSentenceAndExitCode3() throws IOException {
        tables("locked", "id int PRIMARY KEY");

        try (Operator operator = new Operator(platform, "locked", "  public.locked: {}\n")) {
            operator.declare(
                    "locked", "  public.locked: {}\n", destination.settings(EmbeddedDatabase.SUPERUSER, "hunter2"));

            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).isEqualTo(3);
            assertThat(answer.output())
                    .contains("destination " + destination.settings())
                    .doesNotContain("hunter2")
                    .doesNotContain("\tat ");
        }
    }

    @Test
    void aDestinationThatDoesNotAnswerDoesNotKeepTheRunFromEnding() throws IOException {
        tables("frozen", "id int PRIMARY KEY, name text");

        try (Operator operator = new Operator(platform, "frozen", "  public.frozen: {}\n")) {
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 0 rows", PATIENCE);
            destination.freeze();
            try {
                source.execute("INSERT INTO frozen SELECT i, 'x' FROM generate_series(1, 100) i");
                run.terminate();
                assertThat(run.awaitExit(END_WITHIN)).isZero();
                Await.until("the slot to be free", PATIENCE, () -> "none".equals(activeSlots()));
            } finally {
                destination.thaw();
            }
        }
    }

    private static void tables(String name, String columns) {
        source.execute("CREATE TABLE " + name + " (" + columns + ")");
        destination.execute("CREATE TABLE " + name + " (" + columns + ")");
    }

    private static void awaitEqual(String table) {
        List<TableId> tables = List.of(TableId.parse(table));
        Await.until(
                table + " to be equal on both sides",
                PATIENCE,
                () -> TableCompare.compare(source, destination, tables, 1).stream()
                        .allMatch(TableCompare.Result::equal));
    }

    private static void assertEndsCleanly(ChildProcess run) {
        run.terminate();
        assertThat(run.awaitExit(END_WITHIN)).isZero();
        assertThat(activeSlots()).isEqualTo("none");
    }

    private static String activeSlots() {
        return String.valueOf(
                source.value("SELECT coalesce(string_agg(slot_name, ' '), 'none') FROM pg_replication_slots WHERE active"));
    }
}
