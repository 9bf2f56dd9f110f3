package dev.switchback.demo;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** The {@code demo} verb, kept out of the product jar. */
@Command(
        name = "switchback demo",
        mixinStandardHelpOptions = true,
        version = "Switchback 0.1.0-SNAPSHOT",
        description = "Moves a shop under write load from one PostgreSQL to another and compares every table.")
public final class DemoMain implements Runnable {

    @Spec
    private CommandSpec spec;

    private DemoMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new DemoMain()).execute(args));
    }

    @Override
    public void run() {
        spec.commandLine().usage(System.out);
    }
}
