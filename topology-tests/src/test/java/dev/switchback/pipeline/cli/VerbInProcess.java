package dev.switchback.pipeline.cli;

import java.io.PrintWriter;

/** Runs a verb in this process, which saves the start of a JVM. */
public final class VerbInProcess {

    private VerbInProcess() {}

    /**
     * @param output for what it prints, be it its answer or not
     * @return the exit code
     */
    public static int execute(PrintWriter output, String... arguments) {
        return Switchback.execute(new Environment(output, output, System.getenv(), () -> false), arguments);
    }
}
