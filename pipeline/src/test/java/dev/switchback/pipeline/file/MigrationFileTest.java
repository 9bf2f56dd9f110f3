package dev.switchback.pipeline.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.MigrationFile.Kafka;
import dev.switchback.pipeline.file.MigrationFile.Login;
import dev.switchback.pipeline.file.MigrationFile.Registry;
import dev.switchback.pipeline.file.MigrationFile.Reverse;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

class MigrationFileTest {

    private static final Map<String, String> ENVIRONMENT =
            Map.of("OLD_PASSWORD", "old-secret", "NEW_PASSWORD", "new-secret", "DB", "shop");

    private static final String DATABASES =
            """
            migration: stores
            source:      {type: postgres, url: "postgresql://db-old:5432/shop", user: sb, password: "${OLD_PASSWORD}"}
            destination: {type: postgres, url: "postgresql://db-new/shop", user: sb, password: "${NEW_PASSWORD}"}
            """;

    private static final String TABLES = """
            tables:
              public.consumer: {}
            """;

    @Test
    void theSmallestFileTakesEveryDefault() {
        MigrationFile file = parse(DATABASES + TABLES);

        assertThat(file.migration()).isEqualTo("stores");
        assertThat(file.source()).isEqualTo(new PostgresSettings("db-old", 5432, "shop", "sb", "old-secret", ""));
        assertThat(file.destination()).isEqualTo(new PostgresSettings("db-new", 5432, "shop", "sb", "new-secret", ""));
        assertThat(file.kafka()).isEmpty();
        assertThat(file.registry()).isEmpty();
        assertThat(file.topics()).isEqualTo(MigrationFile.Topics.DEFAULT);
        assertThat(file.apply()).isEqualTo(MigrationFile.Apply.DEFAULT);
        assertThat(file.capture()).isEqualTo(MigrationFile.Capture.DEFAULT);
        assertThat(file.metrics()).isEqualTo(MigrationFile.Metrics.DEFAULT);
        TableId consumer = TableId.parse("public.consumer");
        assertThat(file.tables().values())
                .containsExactly(new Table(
                        consumer,
                        consumer,
                        Optional.empty(),
                        List.of(),
                        "stores.yaml:5, public.consumer",
                        Optional.empty(),
                        OnConflict.OVERWRITE));
    }

    /** Who changes a default changes what every migration without that setting does. */
    @Test
    void theDefaultsArePinned() {
        assertThat(List.of(
                        MigrationFile.Topics.DEFAULT,
                        MigrationFile.Apply.DEFAULT,
                        MigrationFile.Capture.DEFAULT,
                        MigrationFile.Metrics.DEFAULT))
                .hasToString(
                        "[Topics[partitions=8, replication=-1, retention=PT168H, recordLimit=64 MB, share=Optional.empty],"
                                + " Apply[threads=2, rows=5000, bytes=8 MB, age=PT0.005S, heldLimit=10000],"
                                + " Capture[heartbeat=PT5S, slotTimeout=PT1M, slotLagWarning=1 GB],"
                                + " Metrics[port=9464, host=127.0.0.1]]");
    }

    @Test
    void everySettingIsRead() {
        MigrationFile file = parse(
                DATABASES
                        + """
                kafka:
                  bootstrap.servers: "k1:9092,k2:9092"
                  sasl.jaas.config: "login ${NEW_PASSWORD};"
                registry: {url: "https://registry:8081/ccompat", user: me, password: "${OLD_PASSWORD}"}
                topics: {partitions: 12, replication: 3, retention: 36h, record_limit: 16MB, shared: true}
                tables:
                  public.store:
                    to: shop.branch
                    key: [id]
                    select: |
                      SELECT store_id AS id,
                             name
                      FROM store
                    reverse: SELECT id AS store_id, name FROM shop.branch
                    on_conflict: newer
                    newer_by: name
                    keep_declined: true
                  consumer:
                apply: {threads: 4, rows: 1000, bytes: 1MB, age: 20ms, held_limit: 7}
                capture: {heartbeat: 1s, slot_timeout: 2m, slot_lag_warning: 10GB}
                metrics: {port: 0, host: 0.0.0.0}
                """);

        assertThat(file.kafka())
                .contains(new Kafka(Map.of(
                        "bootstrap.servers", new Secret("k1:9092,k2:9092"),
                        "sasl.jaas.config", new Secret("login new-secret;"))));
        assertThat(file.registry())
                .contains(new Registry(
                        URI.create("https://registry:8081/ccompat"),
                        Optional.of(new Login("me", new Secret("old-secret")))));
        assertThat(file.topics())
                .isEqualTo(new MigrationFile.Topics(
                        12, 3, Duration.ofHours(36), new ByteSize(16 << 20), Optional.of(true)));
        assertThat(file.apply())
                .isEqualTo(new MigrationFile.Apply(4, 1000, new ByteSize(1 << 20), Duration.ofMillis(20), 7));
        assertThat(file.capture())
                .isEqualTo(new MigrationFile.Capture(
                        Duration.ofSeconds(1), Duration.ofMinutes(2), new ByteSize(10L << 30)));
        assertThat(file.metrics()).isEqualTo(new MigrationFile.Metrics(0, "0.0.0.0"));
        assertThat(file.tables().values())
                .containsExactly(
                        new Table(
                                TableId.parse("public.store"),
                                TableId.parse("shop.branch"),
                                Optional.of("SELECT store_id AS id,\n       name\nFROM store\n"),
                                List.of("id"),
                                "stores.yaml:13, public.store",
                                Optional.of(new Reverse(
                                        "SELECT id AS store_id, name FROM shop.branch",
                                        "stores.yaml:17, way back of public.store")),
                                new OnConflict(OnConflict.Kind.NEWER, "name", true)),
                        new Table(
                                TableId.parse("public.consumer"),
                                TableId.parse("public.consumer"),
                                Optional.empty(),
                                List.of(),
                                "stores.yaml:21, public.consumer",
                                Optional.empty(),
                                OnConflict.OVERWRITE));
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "",
                        """
                        stores.yaml:1: The migration has no name. Add migration: NAME at the top.
                        stores.yaml:1: The source is not declared. Add source: with url, user and password.
                        stores.yaml:1: The destination is not declared. Add destination: with url, user and password.
                        stores.yaml:1: No table is declared. Add tables: and below it SCHEMA.TABLE: {} for each table."""),
                fault(
                        "- a\n- b\n",
                        """
                        stores.yaml:1: This is not a migration file. Begin it with migration: NAME."""),
                fault(
                        "migration: [\n",
                        """
                        stores.yaml:2: This is not YAML: expected the node content, but found '<stream end>'. \
                        Check indentation, quotes and brackets here and in the lines above."""),
                fault(
                        DATABASES + TABLES + "---\nmigration: other\n",
                        """
                        stores.yaml:7: A second document begins here. Write one migration to a file."""),
                fault(
                        DATABASES + "tabels:\n  public.consumer: {}\n",
                        """
                        stores.yaml:4: There is no setting "tabels" here. Did you mean "tables"?"""),
                fault(
                        DATABASES.replace("password: \"${NEW", "pasword: \"${NEW") + TABLES,
                        """
                        stores.yaml:3: There is no setting "pasword" here. Did you mean "password"?"""),
                fault(
                        DATABASES
                                        .replace(", password: \"${NEW_PASSWORD}\"", "")
                                        .replace("db-new/", "sb:hunter2@db-new/")
                                + TABLES,
                        """
                        stores.yaml:3: The destination has no password. Add password: "${DESTINATION_PASSWORD}".
                        stores.yaml:3: destination.url cannot be used: a login in the URL; write user: and password: beside it \
                        instead. Write url: "postgresql://host:5432/database"."""),
                fault(
                        DATABASES + TABLES + "topics: {partition: 4}\nwebhook: x\n",
                        """
                        stores.yaml:6: There is no setting "partition" here. Did you mean "partitions"?
                        stores.yaml:7: There is no setting "webhook" here. There are migration, source, destination, \
                        kafka, registry, topics, tables, apply, capture, metrics, fence, hooks, announce."""),
                fault(
                        DATABASES
                                + "tables:\n  public.a: {on_conflict: fil}\n  public.b: {on_conflict: newer}\n"
                                + "  public.c: {newer_by: x}\n  public.d: {keep_declined: true}\n",
                        """
                        stores.yaml:5: on_conflict: "fil" is not one of overwrite, newer, fill, insert, compare. Did you mean "fill"?
                        stores.yaml:6: Nothing says which of two rows is newer. Name a column of the destination: newer_by: changed_at.
                        stores.yaml:7: newer_by goes with on_conflict: newer, and this is overwrite. Write on_conflict: newer, or \
                        leave newer_by out.
                        stores.yaml:8: With on_conflict: overwrite nothing is declined that could be kept. Leave keep_declined out."""),
                fault(
                        DATABASES + "tables:\n  public.store:\n    selct: x\n",
                        """
                        stores.yaml:6: There is no setting "selct" here. Did you mean "select"?"""),
                fault(
                        DATABASES + TABLES
                                + """
                        topics:
                          partitions: many
                          retention: 1 week
                          record_limit: 5
                          shared: sometimes
                        apply: fast
                        metrics:
                          host: [a, b]
                        """,
                        """
                        stores.yaml:7: topics.partitions is not a whole number. Write a whole number.
                        stores.yaml:8: topics.retention is not a duration such as 500ms, 30s, 12h or 7d. \
                        Write a duration such as 500ms, 30s, 12h or 7d.
                        stores.yaml:9: topics.record_limit is not a size such as 64MB or 10GB. \
                        Write a size such as 64MB or 10GB.
                        stores.yaml:10: topics.shared is not true or false. Write true or false.
                        stores.yaml:11: apply is not a block of settings. Its settings are threads, rows, bytes, age, held_limit.
                        stores.yaml:13: metrics.host is not one text. Write one text."""),
                fault(
                        DATABASES + TABLES
                                + """
                        topics: {partitions: 0, replication: 200, retention: 5s, record_limit: 1GB}
                        apply: {threads: 0, age: 0ms}
                        metrics: {port: 99999}
                        """,
                        """
                        stores.yaml:6: topics.partitions is out of bounds. Choose a number from 1 to 1000.
                        stores.yaml:6: topics.replication is out of bounds. Choose a number from 1 to 100.
                        stores.yaml:6: topics.retention is too short. Choose 1h or more.
                        stores.yaml:6: topics.record_limit is out of bounds. Choose a size from 1 MB to 96 MB.
                        stores.yaml:7: apply.threads is out of bounds. Choose a number from 1 to 64.
                        stores.yaml:7: apply.age is too short. Choose 1ms or more.
                        stores.yaml:8: metrics.port is out of bounds. Choose a number from 0 to 65535."""),
                fault(
                        "migration: My-Stores\nmigration: b\n" + DATABASES.substring(DATABASES.indexOf('\n') + 1)
                                + TABLES,
                        """
                        stores.yaml:2: "migration" stands here for the second time, after line 1. Remove one of them."""),
                fault(
                        DATABASES.replace("stores", "My-Stores") + TABLES,
                        """
                        stores.yaml:1: "My-Stores" cannot name a migration. Use lower-case letters, digits and \
                        underscores, a letter first, 40 at most: it becomes part of slot and topic names."""),
                fault(
                        """
                        migration: stores
                        source: {type: mysql, url: "mysql://db/shop", user: sb}
                        destination:
                          url: "postgresql://sb:hunter2@db-new/shop"
                          user: sb
                          password: "${MISSING}"
                        """
                                + TABLES,
                        """
                        stores.yaml:2: "mysql" comes with a later version. Write type: postgres.
                        stores.yaml:2: The source has no password. Add password: "${SOURCE_PASSWORD}".
                        stores.yaml:4: destination.url cannot be used: a login in the URL; write user: and password: beside it \
                        instead. Write url: "postgresql://host:5432/database".
                        stores.yaml:6: The environment variable MISSING is not set. \
                        Set it before Switchback starts: export MISSING=…"""),
                fault(
                        DATABASES.replace("postgresql://db-new/shop", "postgresql://sb:hunter2@db-new/shop") + TABLES,
                        """
                        stores.yaml:3: destination.url cannot be used: a login in the URL; write user: and password: beside it \
                        instead. Write url: "postgresql://host:5432/database"."""),
                fault(
                        DATABASES.replace("postgresql://db-new/shop", "postgresql://sb:hun ter2@db-new/shop") + TABLES,
                        """
                        stores.yaml:3: destination.url cannot be used: a login in the URL; write user: and password: beside \
                        it instead. Write url: "postgresql://host:5432/database"."""),
                fault(
                        DATABASES.replace("db-new/", "db-old/") + TABLES,
                        """
                        stores.yaml:3: Source and destination are the same database, db-old:5432/shop. \
                        Change one of the URLs."""),
                fault(
                        DATABASES + TABLES + "kafka: {acks: all, linger.ms: }\nregistry: {url: registry, user: me}\n",
                        """
                        stores.yaml:6: kafka has no value for linger.ms. Give it one, or leave it out.
                        stores.yaml:6: kafka has no bootstrap.servers. \
                        Add bootstrap.servers: "host:9092", or leave kafka: out for the embedded broker.
                        stores.yaml:7: registry has no http URL. Add url: "http://host:8081".
                        stores.yaml:7: registry has half a login. Add both user: and password:, or neither."""),
                fault(
                        DATABASES
                                + """
                        tables:
                          public.store: {}
                          store: {to: public.shop}
                          public.branch: {to: public.store}
                          ".x": {}
                          public.y: {to: "a."}
                        """,
                        """
                        stores.yaml:6: public.store is declared twice. Remove one of them.
                        stores.yaml:8: ".x" does not name a table. Write SCHEMA.TABLE.
                        stores.yaml:9: "a." does not name a table. Write SCHEMA.TABLE."""));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void everyFaultIsNamedWithItsLineAndRemedy(String text, String messages) {
        assertThatThrownBy(() -> parse(text))
                .hasMessage(messages)
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.exitCode()).isEqualTo(2));
    }

    @Test
    void aPasswordOfDigitsIsKeptAsItIsWritten() {
        MigrationFile file = parse(DATABASES.replace("\"${OLD_PASSWORD}\"", "007_1") + TABLES);

        assertThat(file.source().password()).isEqualTo("007_1");
    }

    @Test
    void variablesMayStandAnywhereInAValue() {
        MigrationFile file = parse(DATABASES.replace("db-old:5432/shop", "db-old:5432/${DB}_old") + TABLES);

        assertThat(file.source().database()).isEqualTo("shop_old");
    }

    @Test
    void noSecretIsEverPartOfItsText() {
        MigrationFile file = parse(
                DATABASES + TABLES
                        + """
                kafka: {bootstrap.servers: "k:9092", ssl.key.password: "${NEW_PASSWORD}"}
                registry: {url: "http://r:8081", user: me, password: "${OLD_PASSWORD}"}
                """);

        assertThat(file.toString()).contains("db-old").doesNotContain("secret");
    }

    @Test
    void aFileThatIsNotThereIsABadInput(@TempDir Path directory) {
        Path missing = directory.resolve("stores.yaml");

        assertThatThrownBy(() -> MigrationFile.read(missing, Map.of()))
                .isInstanceOf(ProblemException.class)
                .hasMessage(missing + ": There is no such file. Check its path.");
    }

    @Test
    void aFileThatIsNotTextIsABadInput(@TempDir Path directory) throws Exception {
        Path binary = Files.write(directory.resolve("stores.yaml"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});

        assertThatThrownBy(() -> MigrationFile.read(binary, Map.of()))
                .isInstanceOf(ProblemException.class)
                .hasMessage(binary + ": The file is not UTF-8 text. Save it as UTF-8.");
    }

    private static Arguments fault(String text, String messages) {
        return Arguments.of(text, messages);
    }

    private static MigrationFile parse(String text) {
        return MigrationFile.parse("stores.yaml", text, ENVIRONMENT);
    }
}
