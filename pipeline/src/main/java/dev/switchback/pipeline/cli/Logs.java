package dev.switchback.pipeline.cli;

import java.nio.file.Path;

/** Where a process logs to. To be decided before its first logger is made: nothing is moved later. */
public final class Logs {

    private static final String CONFIGURATION = "logback.configurationFile";

    private Logs() {}

    /**
     * Keeps everything in {@code switchback.log} in the data directory, and shows our own warnings on standard error. A
     * configuration that the operator named on the command line stays.
     */
    public static void intoFile(Path dataDirectory) {
        System.setProperty(
                "switchback.log",
                dataDirectory.resolve("switchback.log").toAbsolutePath().toString());
        if (System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "logback-run.xml");
        }
    }
}
