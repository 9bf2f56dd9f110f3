package dev.switchback.pipeline.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.switchback.pipeline.migration.Note;

/** Have a postponed cutover or revert undone. */
@Command(name = "abort", mixinStandardHelpOptions = true, description = "Have a postponed cutover or revert undone.")
final class AbortVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    AbortVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        return PostponedOperation.tell(environment, migration, new Note.Aborted());
    }
}
