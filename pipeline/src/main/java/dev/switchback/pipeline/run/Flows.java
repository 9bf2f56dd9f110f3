package dev.switchback.pipeline.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.metrics.RoleHealth;

/**
 * The flows that this process runs: FORWARD from its start, REVERSE once the migration was armed. Which of them applies is
 * the control rows' word; the other one stands by. Thread-safe.
 */
final class Flows {

    private final FlowRun forward;
    private final Supplier<FlowRun> openReverse;
    private volatile Optional<FlowRun> reverse = Optional.empty();
    private volatile Optional<Direction> applies = Optional.empty();
    private boolean closed;

    /** @param openReverse puts REVERSE together; when it fails, it may be called again */
    Flows(FlowRun forward, Supplier<FlowRun> openReverse) {
        this.forward = forward;
        this.openReverse = openReverse;
    }

    /**
     * Sees to it that REVERSE runs. By one thread.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when that cannot be, with every reason
     */
    void arm() {
        if (reverse.isEmpty()) {
            FlowRun opened = openReverse.get();
            synchronized (this) {
                reverse = Optional.of(opened);
                if (!closed) {
                    opened.start();
                }
            }
        }
    }

    /** Takes note of which direction applies. */
    void applies(Direction now) {
        applies = Optional.of(now);
    }

    FlowRun forward() {
        return forward;
    }

    /** The flow that applies; FORWARD while REVERSE does not run yet. */
    FlowRun applying() {
        return inCharge().orElse(forward);
    }

    /** The flow that applies; empty while that is not known, or the flow not there yet. */
    Optional<FlowRun> inCharge() {
        return applies.flatMap(direction -> direction == Direction.REVERSE ? reverse : Optional.of(forward));
    }

    List<FlowRun> running() {
        return reverse.map(back -> List.of(forward, back)).orElseGet(() -> List.of(forward));
    }

    List<RoleHealth> health() {
        List<RoleHealth> health = new ArrayList<>();
        running().forEach(flow -> health.addAll(flow.observation().health()));
        return health;
    }

    /** From here on no flow is started. */
    synchronized List<FlowRun> ending() {
        closed = true;
        return running();
    }
}
