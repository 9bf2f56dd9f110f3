package dev.switchback.pipeline.migration.check;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.migration.operation.Parts;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.TimeSpan;

/** Whether the flow that ends is so far behind that the drain would last longer than anybody may be kept waiting. */
public final class LagCheck implements Parts.Finding {

    public static final Duration BOUND = Duration.ofSeconds(10);

    /** What the processes last said of themselves may be a second old, and right after a start from before it. */
    private static final Duration OUTDATED = Duration.ofSeconds(2);

    private static final long BETWEEN_LOOKS_MILLIS = 100;

    private final Function<Direction, Optional<Duration>> lag;
    private final Duration bound;

    /**
     * A check of the lag.
     *
     * @param lag how far behind a flow is; zero where there is nothing to apply, empty where nobody can tell
     */
    public LagCheck(Function<Direction, Optional<Duration>> lag, Duration bound) {
        this.lag = lag;
        this.bound = bound;
    }

    @Override
    public String subject() {
        return "lag above " + TimeSpan.text(bound);
    }

    @Override
    public List<Problem> problems(Direction ends) {
        return Attempt.of(() -> latest(ends)
                .map(behind -> behind.compareTo(bound) <= 0
                        ? List.<Problem>of()
                        : List.of(refused(
                                ends,
                                "It is " + TimeSpan.text(behind) + " behind, which a drain would take at least.",
                                "Wait until switchback status shows less than " + TimeSpan.text(bound) + ".")))
                .orElseGet(() -> List.of(refused(
                        ends,
                        "Nobody can tell how far behind it is.",
                        "See that switchback run is up, and what switchback status says."))));
    }

    /** The first that is within the bound, if one is soon; otherwise the last. */
    private Optional<Duration> latest(Direction ends) {
        long deadline = System.nanoTime() + OUTDATED.toNanos();
        Optional<Duration> behind = lag.apply(ends);
        while (behind.filter(seen -> seen.compareTo(bound) <= 0).isEmpty() && System.nanoTime() < deadline) {
            try {
                TimeUnit.MILLISECONDS.sleep(BETWEEN_LOOKS_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return behind;
            }
            behind = lag.apply(ends);
        }
        return behind;
    }

    private static Problem refused(Direction ends, String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, ends.lowerCase(), what, remedy);
    }
}
