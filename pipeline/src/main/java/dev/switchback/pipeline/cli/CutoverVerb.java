package dev.switchback.pipeline.cli;

import java.util.concurrent.Callable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

import dev.switchback.pipeline.migration.Operation;

/** Give the writes to the destination. */
@Command(
        name = "cutover",
        mixinStandardHelpOptions = true,
        description = {
            "Give the writes to the destination: fence the source, wait until all is applied, open the destination.",
            "Whatever fails before the commit point is undone, and the old side takes writes again."
        },
        footer = {
            "",
            "Examples:",
            "  switchback cutover stores.yaml                     (shows what would stand in the way)",
            "  switchback cutover stores.yaml --yes",
            "  switchback cutover stores.yaml --yes --postpone    (all ready; switchback release does the rest)",
            "  switchback cutover stores.yaml --take-over         (ends what another operator left under way)"
        })
final class CutoverVerb implements Callable<Integer> {

    private final Environment environment;

    @Mixin
    private OperationOptions options = new OperationOptions();

    CutoverVerb(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() {
        return new OperationScreen(environment, options, Operation.CUTOVER).run();
    }
}
