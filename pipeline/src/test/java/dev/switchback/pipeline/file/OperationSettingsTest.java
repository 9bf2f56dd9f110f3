package dev.switchback.pipeline.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.pipeline.file.OperationSettings.Action;
import dev.switchback.pipeline.file.OperationSettings.Fence;
import dev.switchback.pipeline.file.OperationSettings.Hook;
import dev.switchback.pipeline.file.OperationSettings.On;
import dev.switchback.pipeline.file.OperationSettings.Webhook;
import dev.switchback.transforms.problem.ProblemException;

class OperationSettingsTest {

    private static final String FILE =
            """
            migration: stores
            source:      {url: "postgresql://db-old/shop", user: sb, password: old}
            destination: {url: "postgresql://db-new/shop", user: sb, password: new}
            tables: {public.store: {}}
            """;

    private static OperationSettings parse(String text) {
        return MigrationFile.parse("stores.yaml", FILE + text, Map.of("TOKEN", "t0ken", "ADMIN_PASSWORD", "adm1n"))
                .operations();
    }

    @Test
    void withoutSectionsThereAreTriggersAndNothingElse() {
        assertThat(parse("")).isEqualTo(OperationSettings.DEFAULT);
        assertThat(parse("fence:\nhooks:\nannounce:\n")).isEqualTo(OperationSettings.DEFAULT);
        assertThat(parse("fence: {type: triggers}\nhooks: []\n")).isEqualTo(OperationSettings.DEFAULT);
    }

    @Test
    void aFenceIsForBothSidesUnlessOneHasItsOwn() {
        OperationSettings both = parse("fence: {type: revoke, roles: [app, batch]}\n");
        assertThat(both.source()).isEqualTo(new Fence.Revoke(List.of("app", "batch")));
        assertThat(both.destination()).isEqualTo(both.source());

        OperationSettings own = parse("fence: {type: revoke, roles: [app], destination: {type: triggers}}\n");
        assertThat(own.source()).isEqualTo(new Fence.Revoke(List.of("app")));
        assertThat(own.destination()).isEqualTo(new Fence.Triggers());

        OperationSettings one = parse("fence: {source: {type: revoke, roles: [app]}}\n");
        assertThat(one.destination()).isEqualTo(new Fence.Triggers());
    }

    @Test
    void everyFenceIsRead() {
        OperationSettings settings = parse(
                """
                fence:
                  source: {type: pgbouncer, admin: "postgresql://pool:6432/pgbouncer", password: "${ADMIN_PASSWORD}", databases: [shop]}
                  destination:
                    type: command
                    close: [/usr/local/bin/gate, close]
                    open: [/usr/local/bin/gate, open]
                    closed: [/usr/local/bin/gate, ask]
                    timeout: 3s
                """);

        assertThat(settings.source())
                .isEqualTo(new Fence.PgBouncer(
                        new PostgresSettings("pool", 6432, "pgbouncer", "pgbouncer", "adm1n", ""), List.of("shop")));
        assertThat(settings.destination())
                .isEqualTo(new Fence.Command(
                        List.of("/usr/local/bin/gate", "close"),
                        List.of("/usr/local/bin/gate", "open"),
                        Optional.of(List.of("/usr/local/bin/gate", "ask")),
                        Duration.ofSeconds(3)));
    }

    @Test
    void hooksAndAnnouncementsAreReadInTheirOrder() {
        OperationSettings settings = parse(
                """
                hooks:
                  - {sql: "NOTIFY moved", on: old}
                  - {command: [/usr/local/bin/flip, now], timeout: 30s, tries: 1}
                  - {webhook: "https://deploy/flip", headers: {Authorization: "Bearer ${TOKEN}"}}
                  - pgbouncer: {admin: "postgresql://pool:6432/pgbouncer", user: me}
                announce:
                  - {webhook: "https://hooks.example/services/${TOKEN}"}
                """);

        assertThat(settings.hooks())
                .containsExactly(
                        new Hook(
                                "stores.yaml:6, sql",
                                new Action.Sql("NOTIFY moved", On.OLD),
                                Duration.ofSeconds(10),
                                3),
                        new Hook(
                                "stores.yaml:7, command",
                                new Action.Command(List.of("/usr/local/bin/flip", "now")),
                                Duration.ofSeconds(30),
                                1),
                        new Hook(
                                "stores.yaml:8, webhook",
                                new Action.Post(new Webhook(
                                        new Secret("https://deploy/flip"),
                                        Map.of("Authorization", new Secret("Bearer t0ken")))),
                                Duration.ofSeconds(10),
                                3),
                        new Hook(
                                "stores.yaml:9, pgbouncer",
                                new Action.PgBouncer(
                                        new PostgresSettings("pool", 6432, "pgbouncer", "me", "", ""), List.of()),
                                Duration.ofSeconds(10),
                                3));
        assertThat(settings.announcements())
                .containsExactly(new Webhook(new Secret("https://hooks.example/services/t0ken"), Map.of()));
        assertThat(settings.toString()).doesNotContain("t0ken", "adm1n", "https://deploy");
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(
                        "fence: {type: revok, roles: [app]}\n",
                        """
                        stores.yaml:5: There is no fence of type "revok". Did you mean "revoke"?"""),
                fault(
                        "fence: {type: revoke}\n",
                        """
                        stores.yaml:5: roles names nothing. Write roles: [app]."""),
                fault(
                        "fence:\n  type: triggers\n  roles: [app]\n  databses: [a]\n",
                        """
                        stores.yaml:7: roles means nothing to a fence of type triggers. Leave it out, or write type: revoke.
                        stores.yaml:8: There is no setting "databses" here. Did you mean "databases"?"""),
                fault(
                        "fence: {type: command, close: [], timeout: 0s}\n",
                        """
                        stores.yaml:5: close is no command. Write the program and its arguments: close: [/usr/local/bin/program, argument].
                        stores.yaml:5: open is no command. Write the program and its arguments: open: [/usr/local/bin/program, argument].
                        stores.yaml:5: The timeout is out of bounds. Choose 1ms to 1h."""),
                fault(
                        "fence: {type: pgbouncer, admin: \"postgresql://pool:6432/pgbouncer\", databases: [shop]}\n",
                        """
                        stores.yaml:5: The same PgBouncer databases cannot be the fence of both sides: each must lead to its side alone. \
                        Write source: {type: pgbouncer, …} below fence: instead, and databases of its own for the other."""),
                fault(
                        "fence: {source: {type: pgbouncer, admin: \"postgresql://me:hush@pool/x\", databases: [shop]}}\n",
                        """
                        stores.yaml:5: The address of PgBouncer's admin console cannot be used: a login in the URL; \
                        write user: and password: beside it instead. Write admin: "postgresql://localhost:6432/pgbouncer"."""),
                fault(
                        "fence: revoke\n",
                        """
                        stores.yaml:5: fence is not a block of settings. Its settings are type, roles, close, open, closed, \
                        timeout, admin, user, password, databases, source, destination."""),
                fault(
                        """
                        hooks:
                          - {sql: "SELECT 1", command: [true]}
                          - {}
                          -
                          - {sql: "SELECT 1", on: nwe}
                          - {webhook: "hush://x", tries: 0, on: new}
                          - {webhok: x}
                          - {command: /bin/flip}
                        """,
                        """
                        stores.yaml:6: This hook does several things. Write one of sql:, command:, webhook: and pgbouncer:.
                        stores.yaml:7: This hook does nothing. Write one of sql:, command:, webhook: and pgbouncer:.
                        stores.yaml:8: This hook is empty. Write sql:, command:, webhook: or pgbouncer:.
                        stores.yaml:9: "nwe" is no database of the migration. Did you mean "new"?
                        stores.yaml:10: on means nothing to this hook. Leave it out; it says where sql: is run.
                        stores.yaml:10: webhook is no http URL. Write webhook: "https://host/path".
                        stores.yaml:10: tries is out of bounds. Choose a number from 1 to 20.
                        stores.yaml:11: There is no setting "webhok" here. Did you mean "webhook"?
                        stores.yaml:12: hooks.6.command is not a list such as [a, b]. Write a list such as [a, b]."""),
                fault(
                        "announce:\n  - {headers: {A: b}}\n  - {webhook: \"https://h\", headers: {\"A b\": x}}\n",
                        """
                        stores.yaml:6: This announcement has no webhook. Add webhook: "https://…".
                        stores.yaml:7: The header A b has no value, or cannot be sent. Write headers: {NAME: VALUE}."""));
    }

    private static Arguments fault(String text, String problems) {
        return Arguments.of(text, problems);
    }

    @ParameterizedTest
    @MethodSource("faults")
    void everythingThatIsWrongIsSaidAtOnceWithItsLine(String text, String problems) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(ProblemException.class)
                .hasMessage(problems);
    }
}
