package dev.switchback.pipeline.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.switchback.pipeline.migration.Note;

/** Let a postponed cutover or revert go on. */
@Command(name = "release", mixinStandardHelpOptions = true, description = "Let a postponed cutover or revert go on.")
final class ReleaseVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    ReleaseVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        return PostponedOperation.tell(environment, migration, new Note.Released());
    }
}
