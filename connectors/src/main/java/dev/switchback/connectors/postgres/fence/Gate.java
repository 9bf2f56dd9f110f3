package dev.switchback.connectors.postgres.fence;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import dev.switchback.transforms.problem.Problem;

/**
 * Something in front of a database that lets applications through or not: a pooler, a firewall, a switch of the user's.
 * Knows nothing of epochs, for which {@link GateFence} answers. Each call may be repeated. Throws {@link
 * dev.switchback.transforms.problem.ProblemException} where it fails, and then may be open or closed.
 */
public interface Gate {

    /** Lets nobody through any more, and returns when nobody is left who was. */
    void close(Duration within);

    void open(Duration within);

    /** Whether it lets nobody through; empty where it cannot be asked. */
    Optional<Boolean> closed();

    /** What would keep it from closing. */
    List<Problem> check();

    /** One sentence each about what it cannot do or see. */
    default List<String> notices() {
        return List.of();
    }
}
