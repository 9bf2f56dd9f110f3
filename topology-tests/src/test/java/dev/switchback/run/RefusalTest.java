package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.OtherVersion;
import dev.switchback.platform.Platform;
import dev.switchback.platform.PostgresBinaries;
import dev.switchback.run.Operator.Answer;

/** {@code run} with something in its way: one sentence that names the thing and the remedy, and nothing is left behind. */
@Timeout(300)
class RefusalTest {

    private static final String SETTINGS = "metrics: {port: 0}";

    private static Platform platform;
    private static EmbeddedDatabase source;
    private static EmbeddedDatabase destination;
    private static EmbeddedDatabase replicaLog;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
        source = platform.source();
        destination = platform.destination();
        replicaLog = EmbeddedDatabase.create(
                platform.directory().resolve("replica-log"), "shop", Map.of("wal_level", "replica"));
        Tables.create(platform, "item", "id int PRIMARY KEY, name text");
        replicaLog.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
        source.execute(
                "CREATE TABLE lonely (id int PRIMARY KEY)",
                "CREATE TABLE wide (id int PRIMARY KEY, extra text)",
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE subscribed (id int PRIMARY KEY)");
        destination.execute(
                "CREATE TABLE wide (id int PRIMARY KEY)",
                "CREATE TABLE keyless (id int)",
                "CREATE TABLE subscribed (id int PRIMARY KEY)");
        subscribe("subscribed");
        source.createUser("stranger", "REPLICATION", "CREATE ON DATABASE shop", "SELECT ON item");
    }

    /** As a subscription to a publisher elsewhere would leave it. */
    private static void subscribe(String table) {
        source.execute(
                "CREATE SUBSCRIPTION feed CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false)",
                "INSERT INTO pg_subscription_rel SELECT oid, '" + table + "'::regclass, 'r' FROM pg_subscription");
    }

    @AfterAll
    static void stop() {
        replicaLog.close();
        platform.close();
    }

    /**
     * @param says what the sentence names: the thing, and the remedy
     */
    private record Case(
            String name,
            int exitCode,
            PostgresSettings source,
            PostgresSettings destination,
            String table,
            String... says) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Case> cases() {
        PostgresSettings from = source.settings();
        PostgresSettings to = destination.settings();
        return Stream.of(
                new Case(
                        "password",
                        3,
                        source.settings("postgres", "hunter2"),
                        to,
                        "item",
                        "source " + from,
                        "password"),
                new Case(
                        "destination_password",
                        3,
                        from,
                        destination.settings("postgres", "hunter2"),
                        "item",
                        "destination " + to,
                        "password"),
                new Case("host", 3, at("no-such-host.invalid", from), to, "item", "no-such-host.invalid"),
                new Case("wal_level", 1, replicaLog.settings(), to, "item", "wal_level", "logical"),
                new Case("missing_table", 1, from, to, "lonely", "public.lonely", "destination " + to),
                new Case("missing_source_table", 1, from, to, "nowhere", "public.nowhere", "source " + from),
                new Case("missing_column", 1, from, to, "wide", "extra", "public.wide"),
                new Case("keyless", 1, from, to, "keyless", "public.keyless", "primary key"),
                new Case("privilege", 1, source.settings("stranger", "stranger"), to, "item", "public.item", "GRANT"),
                new Case("subscribed", 1, from, to, "subscribed", "public.subscribed", "feed"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void isSaidInOneSentenceAndNothingIsLeftBehind(Case given) {
        String tables = "  public." + given.table() + ": {}\n";
        try (Operator operator = new Operator(platform, given.name(), tables)) {
            operator.declare(given.source(), given.destination(), SETTINGS, tables);

            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).as(answer.output()).isEqualTo(given.exitCode());
            assertThat(answer.output().strip().lines()).as(answer.output()).hasSize(1);
            assertThat(answer.output()).contains(given.says()).doesNotContain("hunter2", "Exception");
            assertThat(Files.exists(operator.data().resolve("kafka"))).isFalse();
        }
        Stream.of(source, destination, replicaLog).forEach(RefusalTest::assertNothingLeft);
    }

    @ParameterizedTest
    @EnumSource(Side.class)
    void aServerThatIsTooOldIsNamedWithItsVersionAndNothingIsLeftBehind(Side side) {
        String tables = "  public.item: {}\n";
        PostgresBinaries postgres13 = OtherVersion.of(13);
        try (EmbeddedDatabase old = EmbeddedDatabase.create(
                        postgres13, platform.directory().resolve("old_" + side), "shop", Map.of());
                Operator operator = new Operator(platform, "old_server_" + side, tables)) {
            old.execute("CREATE TABLE item (id int PRIMARY KEY, name text)");
            operator.declare(
                    (side == Side.SOURCE ? old : source).settings(),
                    (side == Side.SOURCE ? destination : old).settings(),
                    SETTINGS,
                    tables);

            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).as(answer.output()).isEqualTo(1);
            assertThat(answer.output().strip().lines()).as(answer.output()).hasSize(1);
            assertThat(answer.output())
                    .contains(side.toString().toLowerCase(Locale.ROOT) + " " + old.settings())
                    .contains("The server is PostgreSQL " + old.value("SHOW server_version")
                            + ", which is older than 14.")
                    .contains("Use a server of version 14 or newer.");
            assertThat(Files.exists(operator.data().resolve("kafka"))).isFalse();
            Stream.of(source, destination, old).forEach(RefusalTest::assertNothingLeft);
        }
    }

    @Test
    void aKafkaThatIsNotThereIsExitCode3AndNothingIsLeftBehind() {
        String tables = "  public.item: {}\n";
        try (Operator operator = new Operator(platform, "kafka", tables)) {
            operator.declare(
                    source.settings(),
                    destination.settings(),
                    SETTINGS + "\nkafka: {bootstrap.servers: \"127.0.0.1:1\"}",
                    tables);

            Answer answer = operator.ask("run");

            assertThat(answer.exitCode()).as(answer.output()).isEqualTo(3);
            assertThat(answer.output().strip().lines()).as(answer.output()).hasSize(1);
            assertThat(answer.output())
                    .contains("Kafka at 127.0.0.1:1", "does not answer")
                    .doesNotContain("Exception");
        }
        Stream.of(source, destination).forEach(RefusalTest::assertNothingLeft);
    }

    private static void assertNothingLeft(EmbeddedDatabase database) {
        assertThat(count(database, "pg_replication_slots")).isEqualTo("0");
        assertThat(count(database, "pg_publication")).isEqualTo("0");
        assertThat(count(database, "pg_namespace WHERE nspname = 'switchback'")).isEqualTo("0");
        assertThat(count(database, "pg_trigger")).isEqualTo("0");
    }

    private static String count(EmbeddedDatabase database, String from) {
        return Optional.ofNullable(database.value("SELECT count(*) FROM " + from))
                .orElse("");
    }

    private static PostgresSettings at(String host, PostgresSettings settings) {
        return new PostgresSettings(
                host,
                settings.port(),
                settings.database(),
                settings.user(),
                settings.password(),
                settings.parameters());
    }
}
