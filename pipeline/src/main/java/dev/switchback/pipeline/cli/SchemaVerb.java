package dev.switchback.pipeline.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.snapshot.SchemaSnapshot;

/** Prints what the migration's tables look like, for tests without databases. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        description = "Print what the tables of both databases look like, as YAML to be checked in: test goes by it.",
        footer = {
            "",
            "Examples:",
            "  switchback schema stores.yaml > stores.schema.yaml",
            "",
            "It reads the catalogues of both databases and nothing else: no rows, hosts or logins are in it."
        })
final class SchemaVerb implements Callable<Integer> {

    private final Environment environment;

    @Parameters(index = "0", paramLabel = "FILE", description = "The migration file.")
    private Path file = Path.of("");

    SchemaVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        MigrationFile migration = MigrationFile.read(file, environment.variables());
        SchemaSnapshot snapshot = SchemaSnapshot.take(migration);
        environment.out().print(snapshot.text(migration, String.valueOf(file.getFileName())));
        environment.out().flush();
        return 0;
    }
}
