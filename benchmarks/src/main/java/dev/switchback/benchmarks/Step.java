package dev.switchback.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;

/**
 * Where somebody is asked before each round of runs, on a machine that is not always calm.
 *
 * @param wanted else nobody is asked
 */
record Step(boolean wanted, PrintStream progress) {

    /** Returns when Enter was pressed. */
    void await() {
        if (!wanted) {
            return;
        }
        progress.println("  Enter to go on");
        try {
            for (int read = System.in.read(); read >= 0 && read != '\n'; read = System.in.read()) {
                // The rest of the line.
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
