package dev.switchback.pipeline.cli;

import java.nio.file.Path;

import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import dev.switchback.pipeline.file.MigrationFile;

/** What every verb of a migration takes. */
final class MigrationOptions {

    @Parameters(index = "0", paramLabel = "FILE", description = "The migration file.")
    private Path file = Path.of("");

    @Option(
            names = "--data",
            paramLabel = "DIR",
            defaultValue = "data",
            description = "Where the embedded broker, local state and the log live (default: ${DEFAULT-VALUE}).")
    private Path data = Path.of("data");

    /** @throws dev.switchback.transforms.problem.ProblemException with all that is wrong with the file */
    MigrationFile read(Environment environment) {
        return MigrationFile.read(file, environment.variables());
    }

    Path data() {
        return data;
    }
}
