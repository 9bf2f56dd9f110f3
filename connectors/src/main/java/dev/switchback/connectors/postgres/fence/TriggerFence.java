package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Sql;
import dev.switchback.connectors.postgres.fence.FencedRelation.Trigger;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Fence;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * A fence of statement triggers, which raise an error unless the session carries apply's token. They are there from
 * {@link #arm} on, disabled; closing is ENABLE ALWAYS, which also holds in sessions of the replica role and for owners
 * and superusers, and opening is DISABLE. Both need a table without writers for an instant; neither waits for readers,
 * as creating or dropping at that moment would.
 *
 * <p>A write is refused with SQLSTATE 40001, upon which a client rolls back and tries again. What fires no statement
 * trigger is not refused: logical replication's apply workers, and DDL. {@link #check} looks for the former.
 */
public final class TriggerFence implements Fence {

    /** {@code serialization_failure}: what a refused client sees. */
    public static final String REFUSED = "40001";

    /** Made with schema switchback, see {@code control-4.sql}. */
    private static final String FUNCTION = "switchback.refuse_write()";

    private static final Duration ARM_WITHIN = Duration.ofSeconds(30);

    private final PostgresConnections database;
    private final String migration;
    private final Collection<TableId> tables;
    private final String trigger;

    /** @param tables the declared tables of this side */
    public TriggerFence(PostgresConnections database, String migration, Collection<TableId> tables) {
        this.database = database;
        this.migration = migration;
        this.tables = List.copyOf(new TreeSet<>(tables));
        this.trigger = "switchback_" + migration + "_fence";
    }

    /** One short transaction for each relation, so that no two are without writers at once. */
    @Override
    public void arm(Authority authority) {
        connected(connection -> {
            for (FencedRelation relation : relations(connection)) {
                if (relation.trigger() == Trigger.MISSING || relation.trigger() == Trigger.OTHERWISE) {
                    arm(connection, relation, authority);
                }
            }
            ProblemException.requireNone(unguarded(relations(connection)));
            return true;
        });
    }

    private void arm(Connection connection, FencedRelation relation, Authority authority) throws SQLException {
        brief(ARM_WITHIN).run(connection, List.of(relation), transaction -> {
            boolean closed = ControlLock.take(transaction, migration, authority);
            BriefLock.lock(transaction, List.of(relation));
            try (Statement statement = transaction.createStatement()) {
                // Dropping one that is not as it should be would wait for readers, too.
                statement.execute("CREATE OR REPLACE TRIGGER " + Sql.name(trigger)
                        + " BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON " + relation.sql()
                        + " FOR EACH STATEMENT EXECUTE FUNCTION "
                        + FUNCTION.replace("()", "(" + Sql.literal(migration) + ")"));
                statement.execute(alter(relation, closed ? Trigger.CLOSED : Trigger.OPEN));
            }
            return true;
        });
    }

    @Override
    public void close(Authority authority, Duration within) {
        change(authority, within, Trigger.CLOSED, "fenced");
    }

    @Override
    public void open(Authority authority, Duration within) {
        change(authority, within, Trigger.OPEN, "open");
    }

    private void change(Authority authority, Duration within, Trigger to, String fence) {
        connected(connection -> {
            if (brief(within).run(connection, List.of(), transaction -> isAlready(transaction, authority, to))) {
                return true;
            }
            List<FencedRelation> relations = relations(connection);
            if (to == Trigger.CLOSED) {
                ProblemException.requireNone(unguarded(relations));
            }
            return brief(within)
                    .run(
                            connection,
                            relations,
                            transaction -> together(transaction, authority, to, fence),
                            Optional.of(unused -> oneByOne(connection, authority, to, fence)));
        });
    }

    /** Whether there is nothing to do: then no table is locked, least of all those that apply writes to meanwhile. */
    private boolean isAlready(Connection transaction, Authority authority, Trigger to) throws SQLException {
        boolean fenced = ControlLock.take(transaction, migration, authority);
        List<FencedRelation> relations = relations(transaction);
        return fenced == (to == Trigger.CLOSED)
                && !relations.isEmpty()
                && relations.stream().allMatch(relation -> relation.trigger() == to);
    }

    /** All tables in one transaction: either none refuses writes behind it, or every one does. */
    private boolean together(Connection transaction, Authority authority, Trigger to, String fence)
            throws SQLException {
        ControlLock.take(transaction, migration, authority);
        BriefLock.lock(transaction, relations(transaction));
        // Read again behind the lock, which keeps partitions from being attached.
        List<FencedRelation> locked = relations(transaction);
        if (to == Trigger.CLOSED) {
            ProblemException.requireNone(unguarded(locked));
        }
        alter(transaction, locked, to);
        write(transaction, fence);
        return true;
    }

    /**
     * Table by table, so that a transaction which has one and waits for another is refused there, and lets go. The control
     * row says "fenced" for as long as any table may be. A close that did not come through is taken back, unless the fence
     * was closed before.
     */
    private Optional<Boolean> oneByOne(Connection connection, Authority authority, Trigger to, String fence)
            throws SQLException {
        if (to == Trigger.OPEN) {
            return eachOf(connection, authority, to)
                    ? marked(connection, authority, fence).map(before -> true)
                    : Optional.empty();
        }
        Optional<Boolean> before = marked(connection, authority, fence);
        if (before.isEmpty()) {
            return Optional.empty();
        }
        boolean closed = false;
        try {
            closed = eachOf(connection, authority, to) && allClosed(connection);
            return closed ? Optional.of(true) : Optional.empty();
        } finally {
            if (!closed && !before.get()) {
                open(authority, ARM_WITHIN);
            }
        }
    }

    private boolean eachOf(Connection connection, Authority authority, Trigger to) throws SQLException {
        for (FencedRelation relation : relations(connection)) {
            Optional<Boolean> done = BriefLock.once(connection, transaction -> {
                ControlLock.take(transaction, migration, authority);
                BriefLock.lock(transaction, List.of(relation));
                alter(transaction, List.of(relation), to);
                return true;
            });
            if (done.isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private boolean allClosed(Connection connection) throws SQLException {
        List<FencedRelation> relations = relations(connection);
        ProblemException.requireNone(unguarded(relations));
        return relations.stream().allMatch(relation -> relation.trigger() == Trigger.CLOSED);
    }

    /** @return whether it was closed before */
    private Optional<Boolean> marked(Connection connection, Authority authority, String fence) throws SQLException {
        return BriefLock.once(connection, transaction -> {
            boolean closed = ControlLock.take(transaction, migration, authority);
            write(transaction, fence);
            return closed;
        });
    }

    private void write(Connection transaction, String fence) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            statement.execute("UPDATE switchback.control SET fence = " + Sql.literal(fence) + " WHERE migration = "
                    + Sql.literal(migration) + " AND fence <> " + Sql.literal(fence));
        }
    }

    private void alter(Connection transaction, List<FencedRelation> relations, Trigger to) throws SQLException {
        try (Statement statement = transaction.createStatement()) {
            for (FencedRelation relation : relations) {
                if (relation.trigger() != to && relation.trigger() != Trigger.MISSING) {
                    statement.addBatch(alter(relation, to));
                }
            }
            statement.executeBatch();
        }
    }

    private String alter(FencedRelation relation, Trigger to) {
        return "ALTER TABLE ONLY " + relation.sql() + (to == Trigger.CLOSED ? " ENABLE ALWAYS" : " DISABLE")
                + " TRIGGER " + Sql.name(trigger);
    }

    @Override
    public List<Problem> check() {
        return connected(connection -> {
            List<FencedRelation> relations = relations(connection);
            return new FenceChecks(database.where(), connection).problems(relations, tables);
        });
    }

    @Override
    public List<Problem> obstacles() {
        return connected(connection -> {
            List<FencedRelation> relations = relations(connection);
            return new FenceChecks(database.where(), connection).obstacles(relations, tables);
        });
    }

    /** With its triggers closed, nobody but apply has a lock for long: what there is changes the table itself. */
    @Override
    public List<Problem> heldUp() {
        return connected(
                connection -> new FenceChecks(database.where(), connection).maintenance(relations(connection)));
    }

    @Override
    public boolean closed() {
        return connected(connection -> {
            List<FencedRelation> relations = relations(connection);
            return !relations.isEmpty()
                    && relations.stream().allMatch(relation -> relation.trigger() == Trigger.CLOSED);
        });
    }

    private List<FencedRelation> relations(Connection connection) throws SQLException {
        return FencedRelation.of(connection, tables, trigger, FUNCTION);
    }

    private List<Problem> unguarded(List<FencedRelation> relations) {
        List<FencedRelation> without = relations.stream()
                .filter(relation -> relation.trigger() == Trigger.MISSING)
                .toList();
        if (without.isEmpty()) {
            return List.of();
        }
        String names = without.stream().map(each -> each.id().toString()).collect(Collectors.joining(", "));
        return List.of(new Problem(
                Kind.REFUSED,
                database.where(),
                "The fence has no trigger on " + names + ", created or attached since it was armed.",
                "Arm again, which takes new partitions in."));
    }

    private BriefLock brief(Duration within) {
        return new BriefLock(database.where(), within);
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    private <T> T connected(Work<T> work) {
        try (Connection connection = database.open()) {
            return work.run(connection);
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }
}
