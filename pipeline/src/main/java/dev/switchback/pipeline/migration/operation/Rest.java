package dev.switchback.pipeline.migration.operation;

import java.util.concurrent.TimeUnit;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** The moment between two looks of an operation. */
public final class Rest {

    private Rest() {}

    /** @throws ProblemException when this thread is to end */
    public static void of(long millis) {
        try {
            TimeUnit.MILLISECONDS.sleep(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ProblemException(
                    new Problem(Problem.Kind.REFUSED, "operation", "It was told to stop.", "Start it again."), e);
        }
    }
}
