package dev.switchback.connectors.pgbouncer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

@Timeout(60)
class PgBouncerGateTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    private FakeBouncer bouncer;
    private PgBouncerGate gate;

    @BeforeEach
    void start() throws IOException {
        bouncer = new FakeBouncer("shop", "shop_read", "else");
        gate = new PgBouncerGate(new PgBouncer(bouncer.console()), List.of("shop", "shop_read"));
    }

    @AfterEach
    void stop() throws IOException {
        bouncer.close();
    }

    @Test
    void itPausesAndResumesTheDatabasesThatAreNamed() {
        assertThat(gate.check()).isEmpty();
        assertThat(gate.closed()).contains(false);
        gate.close(SOON);
        assertThat(bouncer.paused).isEqualTo(Map.of("shop", true, "shop_read", true, "else", false));
        assertThat(gate.closed()).contains(true);

        gate.open(SOON);
        assertThat(bouncer.paused).doesNotContainValue(true);
        assertThat(bouncer.commands).contains("PAUSE \"shop\"", "RESUME \"shop\"");
    }

    @Test
    void whatIsHalfDoneIsFinished() {
        bouncer.paused.put("shop", true);
        assertThat(gate.closed()).contains(false);
        gate.close(SOON);
        gate.close(SOON);
        assertThat(gate.closed()).contains(true);
        gate.open(SOON);
        gate.open(SOON);
        assertThat(gate.closed()).contains(false);
    }

    @Test
    void aClientThatStaysMakesItGiveUpAndItCanBeOpenedAgain() {
        bouncer.client = new CountDownLatch(1);

        assertThatThrownBy(() -> gate.close(Duration.ofMillis(300)))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        e -> assertThat(e.problems().get(0).kind()).isEqualTo(Problem.Kind.UNREACHABLE))
                .hasMessageContaining("did not answer within");

        bouncer.client.countDown();
        gate.open(SOON);
        assertThat(gate.closed()).contains(false);
    }

    @Test
    void aDatabaseThatItDoesNotHaveIsFound() {
        PgBouncerGate wrong = new PgBouncerGate(new PgBouncer(bouncer.console()), List.of("shoq"));

        assertThat(wrong.check())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .contains("It has no database shoq. Did you mean \"shop\"?");
        assertThatThrownBy(() -> wrong.close(SOON)).hasMessageContaining("no database shoq");
    }

    @Test
    void aUserWhoMayOnlyLookIsFound() {
        bouncer.administered = false;
        assertThat(gate.check())
                .extracting(Problem::toString)
                .singleElement()
                .asString()
                .contains("User admin may look at it, and not pause or resume. Add admin to admin_users");
    }

    @Test
    void aWrongPasswordIsToldAndNotShown() {
        PostgresSettings right = bouncer.console();
        PgBouncer wrong = new PgBouncer(
                new PostgresSettings(right.host(), right.port(), right.database(), right.user(), "gu3ss", ""));

        assertThatThrownBy(wrong::reload)
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("gu3ss");
    }

    @Test
    void whereNobodyListensItSaysSo() throws IOException {
        bouncer.close();
        assertThat(gate.check()).extracting(Problem::kind).containsExactly(Problem.Kind.UNREACHABLE);
    }

    @Test
    void itReadsItsConfigurationAgain() {
        new PgBouncer(bouncer.console()).reload();
        assertThat(bouncer.commands).containsExactly("RELOAD");
    }

    /** A real server of the same protocol, which wants SCRAM-SHA-256. */
    @Test
    void theConsoleLogsInByScram() throws IOException {
        String role = TestServer.shared().createRole("");
        try (AdminConsole console = AdminConsole.open(TestServer.shared().settings("postgres", role, "secret"), SOON)) {
            assertThat(console.run("SELECT 'a' AS one, NULL AS two"))
                    .singleElement()
                    .satisfies(row -> {
                        assertThat(row).containsEntry("one", "a").containsEntry("two", null);
                    });
            assertThatThrownBy(() -> console.run("SELECT 1/0")).hasMessage("division by zero");
            assertThat(console.run("SELECT 2 AS n").get(0)).containsEntry("n", "2");
        }
        assertThatThrownBy(() -> AdminConsole.open(TestServer.shared().settings("postgres", role, "wrong"), SOON))
                .hasMessageContaining("password authentication failed");
    }
}
