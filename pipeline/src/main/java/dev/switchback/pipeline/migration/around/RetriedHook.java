package dev.switchback.pipeline.migration.around;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.pipeline.migration.Side;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A hook that is tried a few times, with growing pauses. What it does has to be harmless when it is done again: a try that
 * had no answer may have done it, and an operation that is taken over runs its hooks once more.
 */
final class RetriedHook implements Parts.Hook {

    private static final Logger LOG = LoggerFactory.getLogger(RetriedHook.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    private final String name;
    private final Duration timeout;
    private final int tries;
    private final Attempt attempt;

    /** One try. */
    @FunctionalInterface
    interface Attempt {
        /** @throws ProblemException when it failed */
        void run(Side takesWrites, Duration timeout);
    }

    /** @param timeout for each try */
    RetriedHook(String name, Duration timeout, int tries, Attempt attempt) {
        this.name = name;
        this.timeout = timeout;
        this.tries = tries;
        this.attempt = attempt;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void run(Side takesWrites) {
        Duration pause = FIRST_PAUSE;
        for (int tried = 1; ; tried++) {
            try {
                attempt.run(takesWrites, timeout);
                return;
            } catch (RuntimeException failure) {
                LOG.info("hook {}, try {} of {}: {}", name, tried, tries, failure.getMessage());
                if (tried == tries || !slept(pause)) {
                    throw failed(tried, failure);
                }
                pause = pause.multipliedBy(2);
            }
        }
    }

    private static boolean slept(Duration pause) {
        try {
            TimeUnit.MILLISECONDS.sleep(pause.toMillis());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private ProblemException failed(int tried, RuntimeException failure) {
        List<Problem> because = failure instanceof ProblemException problems
                ? problems.problems()
                : List.of(new Problem(Problem.Kind.INTERNAL, name, failure + ".", "Report this."));
        Problem first = because.get(0);
        String times = tried == 1 ? "once" : tried + " times";
        return new ProblemException(
                new Problem(
                        first.kind(),
                        name,
                        "The hook was tried " + times + " in vain; " + first.where() + ": " + first.what(),
                        first.remedy()),
                failure);
    }
}
