package dev.switchback.connectors.command;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.postgres.fence.Gate;
import dev.switchback.transforms.problem.Problem;

/**
 * A gate that the user's own programs close and open. They must be harmless when they are called again, and closing must
 * not return before every write that was let through is committed or rolled back. Their environment names the migration
 * and the side: {@code SWITCHBACK_MIGRATION}, {@code SWITCHBACK_SIDE} (source or destination), and what they are run for:
 * {@code SWITCHBACK_ACTION} (close, open or closed).
 */
public final class CommandGate implements Gate {

    private final ExternalCommand close;
    private final ExternalCommand open;
    private final Optional<ExternalCommand> closed;
    private final Duration timeout;
    private final String migration;
    private final String side;

    /**
     * What is run.
     *
     * @param closed ends with exit code 0 where the gate is closed and 1 where it is open
     * @param timeout for each of them
     */
    public record Commands(
            ExternalCommand close, ExternalCommand open, Optional<ExternalCommand> closed, Duration timeout) {}

    /** @param side as people call it: {@code source} or {@code destination} */
    public CommandGate(Commands commands, String migration, String side) {
        this.close = commands.close;
        this.open = commands.open;
        this.closed = commands.closed;
        this.timeout = commands.timeout;
        this.migration = migration;
        this.side = side;
    }

    @Override
    public void close(Duration within) {
        close.run(environment("close"), shorter(within));
    }

    @Override
    public void open(Duration within) {
        open.run(environment("open"), shorter(within));
    }

    @Override
    public Optional<Boolean> closed() {
        return closed.flatMap(command -> {
            int code = command.ask(environment("closed"), timeout).exitCode();
            return code == 0 || code == 1 ? Optional.of(code == 0) : Optional.empty();
        });
    }

    @Override
    public List<Problem> check() {
        if (closed.isPresent() && closed().isEmpty()) {
            return List.of(new Problem(
                    Problem.Kind.REFUSED,
                    side + ", command " + closed.get(),
                    "It does not say whether the fence is closed.",
                    "Let it end with exit code 0 where it is, and 1 where it is open."));
        }
        return List.of();
    }

    @Override
    public List<String> notices() {
        return closed.isPresent()
                ? List.of()
                : List.of("The fence of the " + side
                        + " is a command that cannot be asked whether it is closed; what the control row says is taken for"
                        + " true. Add closed: to see for yourself.");
    }

    private Duration shorter(Duration within) {
        return within.compareTo(timeout) < 0 ? within : timeout;
    }

    private Map<String, String> environment(String action) {
        return Map.of("SWITCHBACK_MIGRATION", migration, "SWITCHBACK_SIDE", side, "SWITCHBACK_ACTION", action);
    }
}
