package dev.switchback.pipeline.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.switchback.pipeline.migration.Operation;

/** Give the writes back to the source. */
@Command(
        name = "revert",
        mixinStandardHelpOptions = true,
        description = {
            "Give the writes back to the source: the same procedure as cutover, the other way round.",
            "Whatever fails before the commit point is undone, and the old side takes writes again."
        },
        footer = {
            "",
            "Examples:",
            "  switchback revert stores.yaml                     (shows what would stand in the way)",
            "  switchback revert stores.yaml --yes",
            "  switchback revert stores.yaml --yes --postpone    (all ready; switchback release does the rest)",
            "  switchback revert stores.yaml --take-over         (ends what another operator left under way)"
        })
final class RevertVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private OperationOptions options = new OperationOptions();

    RevertVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        return new OperationScreen(environment, options, Operation.REVERT).run();
    }
}
