package dev.switchback.connectors.postgres.fence;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;
import dev.switchback.transforms.schema.TableId;

/**
 * A fence that closes a {@link Gate}. The control row is locked while the gate moves, so that no two operators move it at
 * once and none that lost its epoch begins to. What a process that stands still has begun may yet be done when the server
 * has given its lock away: a program that was started cannot be called back.
 *
 * <p>Who does not come through the gate is not stopped.
 */
public final class GateFence implements Fence {

    /** What a gate may take beyond its time, before the server takes this process for dead. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    private static final Duration LONG = Duration.ofSeconds(5);

    private final ControlledDatabase database;
    private final Collection<TableId> tables;
    private final Gate gate;

    /** @param tables the declared tables of this side, whose writers in flight are waited for */
    public GateFence(PostgresConnections database, String migration, Collection<TableId> tables, Gate gate) {
        this.database = new ControlledDatabase(database, migration);
        this.tables = List.copyOf(new TreeSet<>(tables));
        this.gate = gate;
    }

    /** There is nothing to make. */
    @Override
    public void arm(Authority authority) {
        database.change(authority, GRACE, (transaction, fenced) -> {
            if (fenced && !gate.closed().orElse(true)) {
                ControlledDatabase.requireUnderWay(transaction);
                gate.close(GRACE);
            }
            return true;
        });
    }

    @Override
    public void close(Authority authority, Duration within) {
        long deadline = System.nanoTime() + within.toNanos();
        boolean before = database.change(authority, within.plus(GRACE), (transaction, fenced) -> {
            if (!fenced || !gate.closed().orElse(false)) {
                ControlledDatabase.requireUnderWay(transaction);
                closeOrUndo(within, fenced);
            }
            database.mark(transaction, ControlledDatabase.FENCED);
            return fenced;
        });
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        List<InFlight> writers =
                database.look(connection -> InFlight.await(connection, FencedRelation.of(connection, tables), left));
        if (!writers.isEmpty()) {
            if (!before) {
                open(authority, GRACE);
            }
            throw new ProblemException(database.refused(
                    "Writers in flight did not end within " + TimeSpan.text(within) + ": "
                            + writers.stream().map(InFlight::toString).collect(Collectors.joining("; ")) + ".",
                    "Try again when these transactions have ended, or end them by pg_terminate_backend."));
        }
    }

    private void closeOrUndo(Duration within, boolean before) {
        try {
            gate.close(within);
        } catch (ProblemException failure) {
            if (before) {
                throw failure;
            }
            try {
                gate.open(GRACE);
            } catch (ProblemException second) {
                List<Problem> both = new ArrayList<>(failure.problems());
                both.addAll(second.problems());
                both.add(database.refused(
                        "The fence could neither be closed nor opened again, and may refuse applications.",
                        "Open it by hand."));
                throw new ProblemException(both, failure);
            }
            throw failure;
        }
    }

    @Override
    public void open(Authority authority, Duration within) {
        database.change(authority, within.plus(GRACE), (transaction, fenced) -> {
            ControlledDatabase.requireUnderWay(transaction);
            gate.open(within);
            database.mark(transaction, ControlledDatabase.OPEN);
            return true;
        });
    }

    @Override
    public List<Problem> check() {
        List<Problem> problems = new ArrayList<>(gate.check());
        problems.addAll(database.look(connection -> {
            List<FencedRelation> relations = FencedRelation.of(connection, tables);
            List<Problem> found = new ArrayList<>();
            new FenceChecks(database.where(), connection).subscribed(relations, found);
            InFlight.of(connection, relations).stream()
                    .filter(each -> each.olderThan(LONG))
                    .forEach(each -> found.add(database.refused(
                            each + ", for whose end the fence would wait.",
                            "Wait until it has ended, or end it: pg_terminate_backend, ROLLBACK PREPARED.")));
            return found;
        }));
        return problems;
    }

    @Override
    public List<String> notices() {
        List<String> notices = new ArrayList<>(gate.notices());
        notices.add(database.where() + ": the fence stops only those who come through it; who connects to the database"
                + " directly writes on.");
        return notices;
    }

    @Override
    public boolean closed() {
        return gate.closed().orElseGet(database::marked);
    }
}
