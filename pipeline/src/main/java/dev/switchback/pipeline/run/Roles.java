package dev.switchback.pipeline.run;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureState;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.pipeline.metrics.RoleHealth;
import dev.switchback.pipeline.status.Status.RoleStatus;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplyState;
import dev.switchback.transforms.problem.Problem;

/** The roles of one flow in this process, seen as one. Thread-safe. */
record Roles(Direction direction, Optional<Capture> capture, Optional<ApplyRole> apply) {

    /** Within it, a database that has stopped to answer must have been noticed. */
    private static final Duration ANSWER_BOUND = Duration.ofSeconds(45);

    private static final Duration CAPTURE_BOUND = Duration.ofSeconds(45);

    /** Longer than a session goes on retrying, which is no sign of a loop that hangs. */
    private static final Duration APPLY_BOUND = Duration.ofMinutes(2);

    void start() {
        capture.ifPresent(Capture::start);
        apply.ifPresent(ApplyRole::start);
    }

    /** Why a role has stopped until a person acts; empty while none has. */
    List<Problem> halted() {
        List<Problem> problems = new ArrayList<>();
        capture.map(Capture::state)
                .filter(state -> state.phase() == CaptureState.Phase.HALTED)
                .ifPresent(state -> problems.addAll(state.problems()));
        apply.map(ApplyRole::state)
                .filter(Roles::halted)
                .flatMap(ApplyState::problem)
                .ifPresent(problems::add);
        return problems;
    }

    boolean applyHalted() {
        return apply.map(ApplyRole::state).filter(Roles::halted).isPresent();
    }

    private static boolean halted(ApplyState state) {
        return state.phase() == ApplyState.Phase.HALTED;
    }

    /** Where in the source's log capture is; 0 before the snapshot is done. */
    long capturedLsn() {
        return capture.map(Capture::state).map(CaptureState::commitLsn).orElse(0L);
    }

    /**
     * How each of them fares.
     *
     * @param sourceAnswered when the source last answered anybody in this process
     * @param destinationAnswered when the destination did
     */
    List<RoleHealth> health(Instant sourceAnswered, Instant destinationAnswered) {
        List<RoleHealth> health = new ArrayList<>();
        capture.map(Capture::state)
                .map(this::health)
                .map(loop -> loop.dependingOn("the source does not answer", sourceAnswered, ANSWER_BOUND))
                .ifPresent(health::add);
        apply.map(this::health)
                .map(loop -> loop.dependingOn("the destination does not answer", destinationAnswered, ANSWER_BOUND))
                .ifPresent(health::add);
        return health;
    }

    private RoleHealth health(CaptureState state) {
        return new RoleHealth(
                name(Role.CAPTURE),
                state.phase().toString(),
                reason(state.reason(), state.problems()),
                // While it starts, again and again maybe, it is the source's answers that count.
                state.phase().isReading() ? state.alive() : Instant.now(),
                CAPTURE_BOUND,
                state.phase() == CaptureState.Phase.HALTED,
                state.phase().isReading());
    }

    private RoleHealth health(ApplyRole role) {
        ApplyState state = role.state();
        return new RoleHealth(
                name(Role.APPLY),
                state.phase().toString(),
                reason("", state.problem().stream().toList()),
                role.lastMoved(),
                APPLY_BOUND,
                halted(state),
                state.phase() == ApplyState.Phase.RUNNING);
    }

    static List<RoleStatus> statuses(List<RoleHealth> health) {
        return health.stream()
                .map(role -> new RoleStatus(role.role(), role.phase(), role.reason()))
                .toList();
    }

    /** {@code apply}, and {@code reverse-apply}. */
    private String name(Role role) {
        return direction == Direction.FORWARD ? role.toString() : direction.lowerCase() + "-" + role;
    }

    private static String reason(String reason, List<Problem> problems) {
        return problems.stream().map(Problem::toString).findFirst().orElse(reason);
    }
}
