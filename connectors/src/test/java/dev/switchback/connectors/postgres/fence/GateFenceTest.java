package dev.switchback.connectors.postgres.fence;

import static dev.switchback.connectors.postgres.fence.FencedDatabase.MIGRATION;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.OWN;
import static dev.switchback.connectors.postgres.fence.FencedDatabase.SOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.command.CommandGate;
import dev.switchback.connectors.command.ExternalCommand;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** A gate of shell scripts that keep a file, in front of a real database. */
@Timeout(60)
class GateFenceTest {

    @TempDir
    private Path directory;

    private final FencedDatabase database = new FencedDatabase(List.of("public.t"), "CREATE TABLE t (id int)");

    private GateFence fence(boolean asked) {
        return fence("echo $SWITCHBACK_MIGRATION $SWITCHBACK_SIDE $SWITCHBACK_ACTION >> log; touch closed", asked);
    }

    private GateFence fence(String close, boolean asked) {
        CommandGate gate = new CommandGate(
                new CommandGate.Commands(
                        shell(close),
                        shell("echo $SWITCHBACK_ACTION >> log; rm -f closed"),
                        asked ? Optional.of(shell("test -e closed")) : Optional.empty(),
                        Duration.ofSeconds(2)),
                MIGRATION,
                "source");
        return new GateFence(database.database, MIGRATION, List.of(TableId.parse("public.t")), gate);
    }

    private ExternalCommand shell(String script) {
        return new ExternalCommand(List.of("/bin/sh", "-c", "cd " + directory + "; " + script));
    }

    private boolean gateClosed() {
        return Files.exists(directory.resolve("closed"));
    }

    private String log() throws IOException {
        return Files.readString(directory.resolve("log"));
    }

    private String controlRow() {
        return database.value("SELECT fence FROM switchback.control");
    }

    @Test
    void itClosesAndOpensTheGateAndTheControlRowSaysSo() throws IOException {
        GateFence fence = fence(true);
        fence.arm(OWN);
        assertThat(fence.check()).isEmpty();
        assertThat(gateClosed()).isFalse();

        fence.close(OWN, SOON);
        fence.close(OWN, SOON);
        assertThat(gateClosed()).isTrue();
        assertThat(fence.closed()).isTrue();
        assertThat(controlRow()).isEqualTo("fenced");

        fence.open(OWN, SOON);
        assertThat(gateClosed()).isFalse();
        assertThat(controlRow()).isEqualTo("open");
        assertThat(log()).isEqualTo("stores source close\nopen\n");
    }

    @Test
    void whatWasOpenedByHandIsClosedAgainWhenItIsArmed() throws IOException {
        GateFence fence = fence(true);
        fence.close(OWN, SOON);
        Files.delete(directory.resolve("closed"));
        assertThat(fence.closed()).isFalse();

        fence.arm(OWN);

        assertThat(fence.closed()).isTrue();
    }

    @Test
    void oneThatCannotBeAskedSaysSoAndGoesByTheControlRow() {
        GateFence fence = fence(false);
        assertThat(fence.notices()).anyMatch(notice -> notice.contains("cannot be asked whether it is closed"));
        assertThat(fence.closed()).isFalse();
        fence.close(OWN, SOON);
        assertThat(fence.closed()).isTrue();
    }

    @Test
    void aCommandThatFailsIsUndoneAndItsWordsAreShown() {
        GateFence fence = fence("touch closed; echo no such switch; exit 3", true);

        assertThatThrownBy(() -> fence.close(OWN, SOON))
                .hasMessageContaining("exit code 3 after it had printed: no such");

        assertThat(gateClosed()).isFalse();
        assertThat(controlRow()).isEqualTo("open");
    }

    @Test
    void aCommandThatHangsIsKilledAndUndone() {
        GateFence fence = fence("touch closed; sleep 60", true);

        assertThatThrownBy(() -> fence.close(OWN, SOON)).hasMessageContaining("did not end within 2 s");

        assertThat(gateClosed()).isFalse();
        assertThat(ProcessHandle.current().descendants().filter(each -> each.info()
                        .command()
                        .filter(command -> command.endsWith("sleep"))
                        .isPresent()))
                .isEmpty();
    }

    @Test
    void aWriterBehindTheGateIsWaitedForAndInVainItIsOpenedAgain() throws Exception {
        GateFence fence = fence(true);
        try (Connection writer = database.open();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("INSERT INTO t VALUES (1)");

            assertThatThrownBy(() -> fence.close(OWN, Duration.ofMillis(800)))
                    .hasMessageContaining("Writers in flight did not end within 800 ms: t is written by pid");
            assertThat(gateClosed()).isFalse();
            assertThat(controlRow()).isEqualTo("open");
        }
    }

    @Test
    void anOperatorOfAnotherEpochOrDirectionMovesNothing() {
        GateFence fence = fence(true);
        for (Authority other : List.of(
                new Authority(OWN.epoch() + 1, OWN.direction()), new Authority(OWN.epoch(), Direction.REVERSE))) {
            assertThatThrownBy(() -> fence.close(other, SOON)).isInstanceOf(NotInChargeException.class);
            assertThatThrownBy(() -> fence.open(other, SOON)).isInstanceOf(NotInChargeException.class);
        }
        assertThat(directory.resolve("log")).doesNotExist();
    }

    @Test
    void aCommandThatDoesNotTellIsFound() {
        CommandGate gate = new CommandGate(
                new CommandGate.Commands(
                        shell("true"), shell("true"), Optional.of(shell("exit 7")), Duration.ofSeconds(2)),
                MIGRATION,
                "source");
        assertThat(gate.check())
                .extracting(Problem::what)
                .containsExactly("It does not say whether the fence is closed.");
    }

    @Test
    void noShellReadsAnArgument() {
        ExternalCommand echo = new ExternalCommand(List.of("/bin/echo", "$HOME; ls"));
        assertThat(echo.ask(Map.of(), SOON).output()).isEqualTo("$HOME; ls");
        assertThatThrownBy(() -> new ExternalCommand(List.of("/does/not/exist")).run(Map.of(), SOON))
                .hasMessageContaining("cannot be started");
    }
}
