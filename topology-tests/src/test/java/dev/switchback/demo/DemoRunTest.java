package dev.switchback.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.platform.ChildProcess;
import dev.switchback.platform.ChildProcess.Command;

/** The demo from its first line to its last. */
@Tag("campaign")
class DemoRunTest {

    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Test
    void aRowThatIsChangedBehindItsBackIsFoundAndNamed(@TempDir Path directory) throws Exception {
        Command command = new Command(
                "demo", DemoMain.class, List.of("--corrupt", "--json", "--seconds", "1"), Map.of(), List.of("-Xmx1g"));
        try (ChildProcess demo = ChildProcess.start(command, directory)) {
            assertThat(demo.awaitExit(PATIENCE)).as(demo.output()).isEqualTo(1);

            List<String> lines = demo.output().lines().toList();
            JsonNode result = new JsonMapper().readTree(lines.get(lines.size() - 1));
            assertThat(result.path("result").asText()).isEqualTo("different");
            assertThat(lines).filteredOn(line -> line.contains("quantity is ")).hasSize(1);
            assertThat(demo.output()).contains("  1 rows are not the same:");
        }
    }
}
