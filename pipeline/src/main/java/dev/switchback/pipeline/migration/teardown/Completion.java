package dev.switchback.pipeline.migration.teardown;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.fence.PostgresControl;
import dev.switchback.connectors.postgres.fence.Remains;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.pipeline.migration.Running;
import dev.switchback.pipeline.migration.Side;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.problem.TimeSpan;

/**
 * Decides that a migration is over, which cannot be taken back: whoever wakes up late finds a higher epoch in the control
 * rows, or none at all.
 */
public final class Completion {

    /** A process says that it is there every second. */
    private static final Duration SEEN_WITHIN = Duration.ofSeconds(10);

    private final String migration;
    private final Map<Side, PostgresConnections> databases;

    public Completion(String migration, Map<Side, PostgresConnections> databases) {
        this.migration = migration;
        this.databases = Map.copyOf(databases);
    }

    /**
     * What keeps the migration from being completed.
     *
     * @param state where it stands; empty where there is no ledger
     * @param giveUpTheWayBack whether the operator has said that no way back, or forward, is wanted
     */
    public List<Problem> obstacles(Optional<MigrationState> state, boolean giveUpTheWayBack) {
        List<Problem> problems = new ArrayList<>();
        state.flatMap(MigrationState::operation).ifPresent(running -> problems.add(underWay(running)));
        for (Side side : Side.values()) {
            problems.addAll(alive(side));
        }
        if (!giveUpTheWayBack) {
            state.map(this::loss)
                    .orElseGet(() -> Optional.of(refused(
                            "There is no ledger of " + migration + ", so nobody knows which side takes writes.",
                            "If it is over, say --give-up-the-way-back.")))
                    .ifPresent(problems::add);
        }
        return problems;
    }

    private Problem underWay(Running running) {
        return refused(
                "A " + running.operation() + " of " + running.operator() + " is under way since " + running.since()
                        + running.reached().map(step -> ", at step " + step).orElse("") + ".",
                "Wait until it has ended, or finish it with switchback " + running.operation() + ".");
    }

    private List<Problem> alive(Side side) {
        try {
            List<String> members = new Remains(database(side), migration).membersSeenWithin(SEEN_WITHIN);
            return members.isEmpty()
                    ? List.of()
                    : List.of(refused(
                            "switchback run is alive: " + String.join(", ", members) + ", seen at the " + side
                                    + " within the last " + TimeSpan.text(SEEN_WITHIN) + ".",
                            "Stop it first; whoever was killed is forgotten after that time."));
        } catch (ProblemException e) {
            return e.problems();
        }
    }

    private Optional<Problem> loss(MigrationState state) {
        Phase phase = state.settled();
        if (phase == Phase.COMPLETED || phase == Phase.SWITCHED) {
            return Optional.empty();
        }
        return Optional.of(refused(
                migration + " is " + phase + ", not switched: the source takes writes, and the destination would not be"
                        + " told of them any more; what is there stays as a copy that grows old.",
                "Cut over first; or, to give the migration up, say --give-up-the-way-back."));
    }

    /**
     * Takes down that it is over.
     *
     * @throws ProblemException when somebody else has begun something meanwhile
     */
    public MigrationState complete(Ledger ledger) {
        MigrationState before = ledger.read();
        if (before.settled() == Phase.COMPLETED) {
            return before;
        }
        // The rows before the ledger, as every operator does: whoever begins behind that look has raised an epoch.
        Map<PostgresControl, Long> rows = epochs();
        MigrationState seen = ledger.read();
        seen.operation().ifPresent(running -> {
            throw new ProblemException(underWay(running));
        });
        long epoch = raised(rows, seen);
        try {
            return ledger.decide(new Decision.Completed(), seen.claim(epoch));
        } catch (OvertakenException overtaken) {
            throw new ProblemException(
                    refused(
                            "It does not count: " + overtaken.getMessage() + ".",
                            "See switchback ledger for who did what, and try again."),
                    overtaken);
        }
    }

    /** The source first, as every operator does. A side that has no control row any more needs none. */
    private Map<PostgresControl, Long> epochs() {
        Map<PostgresControl, Long> epochs = new LinkedHashMap<>();
        for (Side side : Side.values()) {
            PostgresControl control = new PostgresControl(database(side), migration);
            epoch(control).ifPresent(epoch -> epochs.put(control, epoch));
        }
        return epochs;
    }

    private long raised(Map<PostgresControl, Long> rows, MigrationState seen) {
        long epoch = rows.values().stream().reduce(seen.epoch(), Math::max);
        epoch++;
        for (PostgresControl control : rows.keySet()) {
            if (!control.raise(epoch)) {
                throw new ProblemException(refused(
                        "Another operator has begun at the same moment.",
                        "See switchback ledger for who, and try again."));
            }
        }
        return epoch;
    }

    private static Optional<Long> epoch(PostgresControl control) {
        try {
            return Optional.of(control.read().epoch());
        } catch (NotInChargeException none) {
            return Optional.empty();
        }
    }

    private PostgresConnections database(Side side) {
        return Objects.requireNonNull(databases.get(side));
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Problem.Kind.REFUSED, migration, what, remedy);
    }
}
