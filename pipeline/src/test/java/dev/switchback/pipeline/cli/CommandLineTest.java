package dev.switchback.pipeline.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CommandLineTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    private Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--help",
                "run --help",
                "status --help",
                "held --help",
                "ledger --help",
                "schema --help",
                "test --help",
                "demo --help",
                "--version"
            })
    void helpIsPrintedAndIsNoError(String arguments) {
        assertThat(switchback(arguments)).isZero();
        assertThat(out.toString()).containsIgnoringCase("switchback");
        assertThat(err.toString()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"run --help", "status --help", "held --help", "ledger --help", "schema --help", "test --help"})
    void eachVerbShowsExamples(String arguments) {
        switchback(arguments);

        assertThat(out.toString()).contains("Examples:");
    }

    @Test
    void noVerbShowsTheHelp() {
        assertThat(switchback("")).isZero();
        assertThat(out.toString()).contains("Verbs:");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            rum stores.yaml            | There is no "rum" here. Did you mean "run"? See switchback --help.
            run                        | Missing required parameter: 'FILE'. See switchback run --help.
            run stores.yaml --role x   | There is no "--role" here. Did you mean "--roles"? See switchback run --help.
            held stores.yaml discard   | discard needs the IDs of changes, and --why. See switchback held --help.
            """)
    void badUsageIsOneLineAndExitCode2(String arguments, String message) {
        assertThat(switchback(arguments)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("switchback: " + message + "\n");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void anUnknownRoleIsBadUsage() {
        assertThat(switchback("run stores.yaml --roles capture,aply")).isEqualTo(2);
        assertThat(err.toString())
                .contains("aply")
                .containsIgnoringCase("capture, apply")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "status", "held", "schema"})
    void aFileThatIsNotThereIsExitCode2(String verb) {
        Path missing = directory.resolve("stores.yaml");

        assertThat(switchback(verb + " " + missing)).isEqualTo(2);
        assertThat(err.toString()).isEqualTo("switchback: " + missing + ": There is no such file. Check its path.\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"run", "status", "held"})
    void aDatabaseThatDoesNotAnswerIsExitCode3WithoutAStackTrace(String verb) throws IOException {
        Path file = migration(closedPort());

        assertThat(switchback(verb + " " + file + " --data " + directory.resolve("data")))
                .isEqualTo(3);
        assertThat(err.toString())
                .contains("127.0.0.1")
                .contains("switchback: ")
                .doesNotContain("\tat ");
        assertThat(directory.resolve("data")).as("nothing is left behind").doesNotExist();
    }

    @Test
    void aSchemaNeedsBothDatabases() throws IOException {
        assertThat(switchback("schema " + migration(closedPort()))).isEqualTo(3);
        assertThat(err.toString()).contains("source", "destination").hasLineCount(2);
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void debugShowsTheStackTrace() throws IOException {
        assertThat(switchback("held " + migration(closedPort()) + " --debug")).isEqualTo(3);
        assertThat(err.toString()).contains("\tat ");
    }

    @Test
    void rolesApartAreRefusedWithTheEmbeddedBroker() throws IOException {
        Path file = migration(closedPort());

        assertThat(switchback("run " + file + " --roles capture --data " + directory.resolve("data")))
                .isEqualTo(2);
        assertThat(err.toString()).contains("roles cannot run apart").contains("kafka:");
    }

    @Test
    void theDemoIsNoPartOfTheProduct() {
        assertThat(switchback("demo --corrupt")).isEqualTo(1);
        assertThat(err.toString()).contains("Run ./switchback demo in a checkout.");
    }

    private Path migration(int port) throws IOException {
        return Files.writeString(
                directory.resolve("stores.yaml"),
                """
                migration: stores
                source:      {url: "postgresql://127.0.0.1:%d/old", user: sb, password: secret}
                destination: {url: "postgresql://127.0.0.1:%d/new", user: sb, password: secret}
                tables: {public.store: {}}
                """
                        .formatted(port, port));
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private int switchback(String arguments) {
        Environment environment =
                new Environment(new PrintWriter(out, true), new PrintWriter(err, true), Map.of(), () -> false);
        return Switchback.execute(environment, arguments.isEmpty() ? new String[0] : arguments.split(" "));
    }
}
