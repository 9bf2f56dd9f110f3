package dev.switchback.pipeline.cli;

import java.time.Duration;

import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

import dev.switchback.pipeline.migration.operation.Settings;

/** What a cutover and a revert take. */
final class OperationOptions {

    @Mixin
    private MigrationOptions migration = new MigrationOptions();

    @Option(
            names = "--max-pause",
            paramLabel = "TIME",
            defaultValue = "5s",
            converter = TimeConverter.class,
            description = "How long applications may be refused; past it everything is undone (default: 5s).")
    private Duration maxPause = Settings.DEFAULTS.maxPause();

    @Option(names = "--dry-run", description = "Look for everything that would stand in the way; change nothing.")
    private boolean dryRun;

    @Option(names = "--yes", description = "Do it.")
    private boolean yes;

    @Option(
            names = "--postpone",
            description = "Make everything ready short of the fence, then wait for switchback release (or abort).")
    private boolean postpone;

    @Option(
            names = "--take-over",
            description =
                    "End what another operator has left under way: finish it behind its commit point, else undo it.")
    private boolean takeOver;

    @Option(names = "--json", description = "Print one JSON object.")
    private boolean json;

    MigrationOptions migration() {
        return migration;
    }

    Settings settings() {
        Settings settings = Settings.DEFAULTS.pauseOf(maxPause);
        return postpone ? settings.postponing() : settings;
    }

    /** Whether only to look. */
    boolean looksOnly() {
        return dryRun || !yes;
    }

    boolean dryRun() {
        return dryRun;
    }

    boolean takeOver() {
        return takeOver;
    }

    boolean json() {
        return json;
    }
}
