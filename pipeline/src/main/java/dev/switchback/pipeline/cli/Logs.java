package dev.switchback.pipeline.cli;

import java.io.IOException;
import java.nio.file.Files;
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
                "switchback.log", file(dataDirectory).toAbsolutePath().toString());
        if (System.getProperty(CONFIGURATION) == null) {
            System.setProperty(CONFIGURATION, "logback-run.xml");
        }
    }

    /** Takes away what a process that ends at once would leave behind: a log without a line, alone in its directory. */
    static void removeEmpty(Path dataDirectory) {
        Path log = file(dataDirectory);
        try {
            if (Files.exists(log) && Files.size(log) == 0) {
                Files.delete(log);
                Files.deleteIfExists(dataDirectory);
            }
        } catch (IOException stays) {
            // Somebody else's file is in the directory, or may not be removed: it does no harm there.
        }
    }

    private static Path file(Path dataDirectory) {
        return dataDirectory.resolve("switchback.log");
    }
}
