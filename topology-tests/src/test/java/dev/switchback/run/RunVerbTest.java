package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.platform.Await;
import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.platform.WriteLoad;
import dev.switchback.run.Operator.Answer;

@Timeout(300)
class RunVerbTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final Duration END_WITHIN = Duration.ofSeconds(10);

    private static final int WRITES_PER_SECOND = 200;
    private static final int KILLS = 25;

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
    void aStartWithAnotherKafkaIsRefusedAndHarmsNothing() {
        tables("ledger", "id int PRIMARY KEY, name text");
        source.execute("INSERT INTO ledger SELECT i, 'entry ' || i FROM generate_series(1, 100) i");

        try (Operator operator = new Operator(platform, "elsewhere", "  public.ledger: {}\n")) {
            ChildProcess run = operator.start("run");
            awaitEqual("ledger");
            assertEndsCleanly(run);

            Answer refused = operator.ask("run", "--data", operator.data() + "-elsewhere");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output()).contains("are in another Kafka").contains("--data");

            source.execute("INSERT INTO ledger VALUES (101, 'while nobody ran')");
            operator.start("run");
            awaitEqual("ledger");
        }
    }

    /** What a power failure may leave: the broker cannot know that it lost something, the destination does. */
    @Test
    void aTopicThatLostRecordsIsRefused() throws Exception {
        tables("torn", "id int PRIMARY KEY, name text");
        source.execute("INSERT INTO torn SELECT i, 'row ' || i FROM generate_series(1, 100) i");

        try (Operator operator = new Operator(platform, "torn", "  public.torn: {}\n")) {
            ChildProcess run = operator.start("run");
            awaitEqual("torn");
            assertEndsCleanly(run);
            try (Stream<Path> files = Files.walk(operator.data().resolve("kafka"))) {
                for (Path log : files.filter(
                                file -> file.toString().matches(".*/torn\\.forward\\.public\\.torn-\\d+/\\d+\\.log"))
                        .toList()) {
                    Files.write(log, new byte[0]);
                }
            }

            Answer refused = operator.ask("run");

            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("but the topic ends at offset 0", "Kafka has lost records")
                    .contains("new migration name");
        }
    }

    /** So many that they share a topic, under the same keys. */
    @Test
    void manyTablesShareATopic() throws Exception {
        List<String> names =
                IntStream.rangeClosed(1, 40).mapToObj(i -> "many_" + i).toList();
        for (String name : names) {
            tables(name, "id int PRIMARY KEY, name text");
            source.execute("INSERT INTO " + name + " SELECT i, '" + name + " ' || i FROM generate_series(1, 20) i");
        }
        String declared =
                names.stream().map(name -> "  public." + name + ": {}\n").collect(Collectors.joining());

        try (Operator operator = new Operator(platform, "many", declared)) {
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 800 rows", PATIENCE);
            source.execute("TRUNCATE many_7");
            for (String name : names) {
                source.execute("UPDATE " + name + " SET name = 'new ' || id WHERE id <= 10");
            }
            run.kill();
            source.execute("DELETE FROM many_3 WHERE id = 1", "UPDATE many_4 SET id = id + 100 WHERE id < 3");
            ChildProcess again = operator.start("run");
            try {
                names.forEach(RunVerbTest::awaitEqual);
            } catch (AssertionError late) {
                throw new AssertionError(again.output(), late);
            }

            assertThat(operator.data()
                            .resolve("kafka")
                            .toFile()
                            .list((kafka, name) -> name.startsWith("many.forward.")))
                    .allMatch(
                            name -> name.startsWith("many.forward.changes-") || name.startsWith("many.forward.offsets"))
                    .isNotEmpty();
            JsonNode status = operator.status();
            assertThat(status.path("rowsCopied").asLong()).isEqualTo(800);
            JsonNode fourth = status.path("tables").get(3);
            assertThat(fourth.path("table").asText()).isEqualTo("public.many_4");
            assertThat(fourth.path("rowsCopied").asLong()).isEqualTo(20);
            assertThat(fourth.path("changesApplied").asLong())
                    .as("ten updates, two of the key")
                    .isEqualTo(14);
            assertEndsCleanly(again);

            operator.declare(
                    platform.source().settings(),
                    platform.destination().settings(),
                    "metrics: {port: 0}\ntopics: {shared: false}",
                    declared);
            Answer refused = operator.ask("run");

            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("Its tables share the topic many.forward.changes", "topics: {shared: true}");
        }
    }

    @Test
    void aMigrationIsCopiedFollowedWatchedStoppedAndResumed() {
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
            Await.until("an idle status", PATIENCE, () -> operator.status()
                    .path("idle")
                    .asBoolean());

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
    void underWriteLoadItIsStoppedAndKilledAndGoesOnWhereItEnded() {
        tables("busy", "id bigint PRIMARY KEY, name text");

        try (WriteLoad load = WriteLoad.start(source, 4, 7, WRITES_PER_SECOND, writes("busy"));
                Operator operator = new Operator(platform, "busy", "  public.busy: {}\n")) {
            ChildProcess run = operator.start("run");
            awaitApplied(load, run, "busy");
            assertEndsCleanly(run);

            ChildProcess killed = operator.start("run");
            awaitApplied(load, killed, "busy");
            killed.kill();

            ChildProcess last = operator.start("run");
            awaitApplied(load, last, "busy");
            load.close();
            awaitEqual("busy");
            assertEndsCleanly(last);
        }
    }

    @Test
    @Tag("campaign")
    @Timeout(1_800)
    void killedAgainAndAgainWithItsBrokerItLosesNothing() {
        tables("killed", "id bigint PRIMARY KEY, name text");
        Random random = new Random(Long.getLong("faults.seed", 1));

        try (WriteLoad load = WriteLoad.start(source, 4, 7, WRITES_PER_SECOND, writes("killed"));
                Operator operator = new Operator(platform, "killed", "  public.killed: {}\n")) {
            for (int kill = 1; kill <= KILLS; kill++) {
                ChildProcess killed = operator.start("run");
                // Also while it starts, and at every third time only once it has caught up.
                if (kill % 3 == 0) {
                    awaitApplied(load, killed, "killed");
                }
                long written = load.transactions() + random.nextInt(6 * WRITES_PER_SECOND);
                Await.until("more writes", PATIENCE, () -> load.transactions() > written);
                killed.kill();
            }
            ChildProcess last = operator.start("run");
            awaitApplied(load, last, "killed");
            load.close();
            awaitEqual("killed");
            assertEndsCleanly(last);
        }
    }

    /** Each writer inserts its next row, and changes or deletes one of before. */
    private static WriteLoad.Transaction writes(String table) {
        return (connection, random, writer, number) -> {
            long before = 4 * random.nextLong(number + 1) + writer;
            String change = random.nextBoolean()
                    ? "UPDATE " + table + " SET name = 'changed' WHERE id = "
                    : "DELETE FROM " + table + " WHERE id = ";
            try (Statement statement = connection.createStatement()) {
                return statement.executeUpdate(
                                "INSERT INTO " + table + " VALUES (" + (4 * number + writer) + ", 'new')")
                        + statement.executeUpdate(change + before);
            }
        };
    }

    /** Waits until something is applied that was written behind the call. */
    private static void awaitApplied(WriteLoad load, ChildProcess run, String table) {
        String last = "SELECT coalesce(max(id), 0) FROM " + table;
        Await.until("writes", PATIENCE, () -> {
            load.rethrowFailure();
            return load.transactions() > 100;
        });
        long now = Long.parseLong(String.valueOf(source.value(last)));
        run.await("a later row", PATIENCE, () -> Long.parseLong(String.valueOf(destination.value(last))) > now);
    }

    @Test
    void columnsAndTablesAreRenamed() {
        source.execute("CREATE TABLE branch (branch_id bigint PRIMARY KEY, title text, secret text)");
        destination.execute("CREATE SCHEMA web", "CREATE TABLE web.shop (name text, id bigint PRIMARY KEY)");
        source.execute("INSERT INTO branch VALUES (1, 'one', 'x'), (2, 'two', 'y')");

        String tables =
                """
                  public.branch:
                    to: web.shop
                    select: SELECT branch_id AS id, title AS name FROM branch
                """
                        .indent(2);
        try (Operator operator = new Operator(platform, "branches", tables)) {
            operator.start("run");
            source.execute("UPDATE branch SET title = 'deux', secret = 'z' WHERE branch_id = 2");
            Await.until("the renamed rows", PATIENCE, () -> "one deux"
                    .equals(destination.value("SELECT string_agg(name, ' ' ORDER BY id) FROM web.shop")));
        }
    }

    /** The rows that are there would stay as the mapping of then made them. */
    @Test
    void aMappingIsRefusedThatIsNotTheOneByWhichTheRowsWereWritten() {
        tables("fixed", "id int PRIMARY KEY, name text");
        source.execute("INSERT INTO fixed VALUES (1, 'one')");
        String plain = "  public.fixed: {select: 'SELECT id, name FROM fixed'}\n";
        String laidOut = "  public.fixed:\n    select: |\n      SELECT id,\n             name\n      FROM fixed\n";
        String other = "  public.fixed: {select: 'SELECT id, upper(name) AS name FROM fixed'}\n";

        try (Operator operator = new Operator(platform, "fixed", plain)) {
            ChildProcess run = operator.start("run");
            awaitEqual("fixed");
            assertEndsCleanly(run);

            operator.declare(
                    platform.source().settings(), platform.destination().settings(), "metrics: {port: 0}", other);
            Answer refused = operator.ask("run");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("migration.yaml:6, public.fixed")
                    .doesNotContain("Triggers that are enabled")
                    .contains("written by another mapping: SELECT id, name FROM fixed to public.fixed by key [id]");

            operator.declare(
                    platform.source().settings(), platform.destination().settings(), "metrics: {port: 0}", laidOut);
            source.execute("INSERT INTO fixed VALUES (2, 'two')");
            operator.start("run");
            awaitEqual("fixed");
        }
    }

    /** By its change topic alone, or with its rows remembered: on the other way the rows that are there are not found. */
    @Test
    void aTableStaysOnTheWayThatItBegan() {
        for (String table : List.of("whole", "partly", "aged")) {
            String columns = " (id int NOT NULL, kind int NOT NULL, name text, PRIMARY KEY ";
            source.execute(
                    "CREATE TABLE " + table + columns + "(id))", "INSERT INTO " + table + " VALUES (1, 1, 'one')");
            destination.execute("CREATE TABLE " + table + columns + (table.equals("aged") ? "(id))" : "(kind, id))"));
        }
        source.execute("ALTER TABLE whole REPLICA IDENTITY FULL", "ALTER TABLE aged REPLICA IDENTITY FULL");
        String declared =
                """
                public.whole: {key: [kind, id]}
                public.partly: {key: [kind, id]}
                public.aged: {on_conflict: newer, newer_by: kind}
                """
                        .indent(2);

        try (Operator operator = new Operator(platform, "ways", declared)) {
            ChildProcess run = operator.start("run");
            Await.until("the rows", PATIENCE, () -> "1 1 1".equals(kinds()));
            assertEndsCleanly(run);

            source.execute(
                    "ALTER TABLE whole REPLICA IDENTITY DEFAULT",
                    "ALTER TABLE aged REPLICA IDENTITY DEFAULT",
                    "ALTER TABLE partly REPLICA IDENTITY FULL");
            Answer refused = operator.ask("run");
            assertThat(refused.exitCode()).isEqualTo(1);
            assertThat(refused.output())
                    .contains("The mapping of public.whole needs whole old rows", "The mapping of public.aged needs")
                    .doesNotContain("public.partly needs", "rows of public.partly");

            source.execute("ALTER TABLE whole REPLICA IDENTITY FULL", "ALTER TABLE aged REPLICA IDENTITY FULL");
            run = operator.start("run");
            source.execute("UPDATE whole SET kind = 2", "UPDATE partly SET kind = 2", "UPDATE aged SET kind = 2");
            Await.until("the rows to move", PATIENCE, () -> "2 2 2".equals(kinds()));

            source.execute("ALTER TABLE whole REPLICA IDENTITY DEFAULT");
            assertThat(run.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(run.output()).contains("public.whole does not have REPLICA IDENTITY FULL");
        }
    }

    /** Of the only row that each of the tables is to have. */
    private static String kinds() {
        return destination.value("SELECT concat_ws(' ', (SELECT string_agg(kind::text, ',') FROM whole),"
                + " (SELECT string_agg(kind::text, ',') FROM partly), (SELECT string_agg(kind::text, ',') FROM aged))");
    }

    @Test
    void aSecondRunOnTheSameDirectoryIsRefused() {
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
    void alteringATableEndsTheRunBehindWhatWasCapturedBefore() {
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
    void whatStandsInTheWayIsSaidAtOnceAndNothingIsLeftBehind() {
        source.execute("CREATE TABLE lonely (id int PRIMARY KEY)", "CREATE TABLE keyless (id int)");
        destination.execute("CREATE TABLE keyless (id int)");

        String tables = "  public.lonely: {}\n  public.keyless: {}\n  public.missing: {}\n";
        try (Operator operator = new Operator(platform, "refused", tables)) {
            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).isEqualTo(1);
            assertThat(answer.output()).contains("lonely", "keyless", "missing").doesNotContain("\tat ");
            assertThat(source.value("SELECT count(*) FROM pg_replication_slots WHERE slot_name ~ 'refused'"))
                    .isEqualTo("0");
            assertThat(source.value("SELECT count(*) FROM pg_publication WHERE pubname ~ 'refused'"))
                    .isEqualTo("0");
            assertThat(operator.data()).doesNotExist();
        }
    }

    @Test
    void theLagGrowsWhileAHugeTransactionIsReadAndThenTheRunIsIdle() {
        tables("huge", "id int PRIMARY KEY, name text");

        try (Operator operator = new Operator(platform, "huge", "  public.huge: {}\n")) {
            operator.start("run").awaitOutput("copied 0 rows", PATIENCE);
            Await.until("an idle status", PATIENCE, () -> operator.status()
                    .path("idle")
                    .asBoolean());
            source.execute("INSERT INTO huge SELECT i, repeat('x', 100) FROM generate_series(1, 1000000) i");

            long first = Await.value("a lag", PATIENCE, () -> lag(operator, 2_000));
            Await.value("a longer lag", PATIENCE, () -> lag(operator, first + 1_000));
            Tables.awaitEqual(platform, "huge");
            JsonNode idle = Await.value("an idle status", PATIENCE, () -> {
                JsonNode status = operator.status();
                return status.path("idle").asBoolean() ? status : null;
            });
            assertThat(idle.path("lagMillis").asLong()).isZero();
            assertThat(operator.ask("status").output()).contains("idle");
        }
    }

    /** The lag in milliseconds if it is longer than that, else null. */
    private static @Nullable Long lag(Operator operator, long longerThan) {
        long lag = operator.status().path("lagMillis").asLong();
        return lag > longerThan ? lag : null;
    }

    @Test
    void aDestinationThatRefusesARowHoldsItAndOneThatRefusesAllEndsTheRun() {
        tables("held", "id int PRIMARY KEY, name text");
        destination.execute("ALTER TABLE held ADD CONSTRAINT no_atlantis CHECK (name <> 'Atlantis')");
        String declared = "  public.held: {}\n";

        try (Operator operator = new Operator(platform, "held", declared)) {
            operator.declare(
                    source.settings(), destination.settings(), "metrics: {port: 0}\napply: {held_limit: 10}", declared);
            ChildProcess run = operator.start("run");
            run.awaitOutput("copied 0 rows", PATIENCE);
            source.execute("INSERT INTO held VALUES (1, 'Atlantis'), (2, 'Bern')");
            Await.until("Bern", PATIENCE, () -> "1".equals(destination.value("SELECT count(*) FROM held")));

            JsonNode held = Operator.json(operator.ask("held", "--json")).path("held");
            assertThat(held).hasSize(1);
            assertThat(held.get(0).path("table").asText()).isEqualTo("public.held");
            assertThat(held.get(0).path("sourceKey").asText()).isEqualTo("(1)");
            assertThat(held.get(0).path("reason").asText()).contains("no_atlantis");
            assertThat(operator.status().path("held").asLong()).isEqualTo(1);

            source.execute("INSERT INTO held SELECT i, 'Atlantis' FROM generate_series(3, 100) i");
            assertThat(run.awaitExit(PATIENCE)).isEqualTo(1);
            assertThat(run.output())
                    .contains("rows are held, more than apply.held_limit (10)", "no_atlantis", "switchback held");

            destination.execute("ALTER TABLE held DROP CONSTRAINT no_atlantis");
            ChildProcess again = operator.start("run");
            again.awaitOutput("copied 0 rows", PATIENCE);
            assertThat(operator.ask("held", "retry").exitCode()).isZero();
            awaitEqual("held");
            assertThat(operator.ask("held").output()).contains("No change is held.");
            assertEndsCleanly(again);
        }
    }

    @Test
    void aDestinationThatDoesNotAnswerDoesNotKeepTheRunFromEnding() {
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
        Tables.create(platform, name, columns);
    }

    private static void awaitEqual(String table) {
        Tables.awaitEqual(platform, table);
    }

    private static void assertEndsCleanly(ChildProcess run) {
        run.terminate();
        assertThat(run.awaitExit(END_WITHIN)).isZero();
        assertThat(activeSlots()).isEqualTo("none");
    }

    private static String activeSlots() {
        return Tables.activeSlots(platform);
    }
}
