package dev.switchback.connectors.pgbouncer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.postgres.fence.Gate;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A PgBouncer in front of one side: closed, its clients wait instead of being refused. {@code PAUSE} returns when all
 * connections to the server are given back: with transaction pooling as soon as each transaction has ended, with session
 * pooling when the sessions have. The databases named must lead to that side alone: one that is turned to the other side
 * by a hook is no fence of either.
 */
public final class PgBouncerGate implements Gate {

    private final PgBouncer bouncer;
    private final List<String> databases;

    /** @param databases as PgBouncer calls them */
    public PgBouncerGate(PgBouncer bouncer, List<String> databases) {
        this.bouncer = bouncer;
        this.databases = List.copyOf(databases);
    }

    @Override
    public void close(Duration within) {
        bouncer.pause(databases, within);
    }

    @Override
    public void open(Duration within) {
        bouncer.resume(databases, within);
    }

    @Override
    public Optional<Boolean> closed() {
        Map<String, Boolean> paused = bouncer.paused();
        return Optional.of(databases.stream().allMatch(database -> paused.getOrDefault(database, false)));
    }

    @Override
    public List<Problem> check() {
        try {
            Map<String, Boolean> states = bouncer.paused();
            List<Problem> problems = new ArrayList<>();
            databases.stream()
                    .filter(database -> !states.containsKey(database))
                    .forEach(database -> problems.add(bouncer.unknown(database, states)));
            if (!bouncer.administers(states)) {
                problems.add(bouncer.notAdministered());
            }
            return problems;
        } catch (ProblemException e) {
            return e.problems();
        }
    }
}
