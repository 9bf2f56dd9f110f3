package dev.switchback.pipeline.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code switchback} command. */
@Command(
        name = "switchback",
        mixinStandardHelpOptions = true,
        version = "Switchback 0.1.0-SNAPSHOT",
        description = "Moves live tables between databases, and back.")
public final class Switchback implements Runnable {

    @Spec
    private CommandSpec spec;

    private Switchback() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new Switchback()).execute(args));
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
