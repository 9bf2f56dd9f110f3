package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
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
 * A fence that takes from named roles the privileges to write: INSERT, UPDATE, DELETE and TRUNCATE on every declared table
 * and every partition of it. What each role had is kept in {@code switchback.revoked} until it is given back. Needs no lock
 * that a reader or writer would wait for.
 *
 * <p>A write is refused with SQLSTATE 42501, which clients do not try again by themselves. A transaction that has a lock
 * to write with goes on past the revocation, so the fence is closed when those of that moment have ended; the server
 * looks at privileges again with the next lock that a transaction takes. Superusers, owners, and what runs as them
 * (functions, views and cascades that they own) are not stopped.
 */
public final class RevokeFence implements Fence {

    /** A writer that has been at it for longer is waited for before anybody is refused. */
    private static final Duration SHORT = Duration.ofSeconds(1);

    /** So long at most are applications refused while writers in flight are waited for; then they have a rest. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    private static final Duration CHANGE_WITHIN = Duration.ofSeconds(10);

    private final ControlledDatabase database;
    private final Collection<TableId> tables;
    private final Collection<String> roles;
    private final RevokedPrivileges revoked;

    /**
     * A fence for one side.
     *
     * @param tables the declared tables of this side
     * @param roles whom it stops; {@code public} for the privileges that everybody has
     */
    public RevokeFence(
            PostgresConnections database, String migration, Collection<TableId> tables, Collection<String> roles) {
        this.database = new ControlledDatabase(database, migration);
        this.tables = List.copyOf(new TreeSet<>(tables));
        this.roles = List.copyOf(new TreeSet<>(roles));
        this.revoked = new RevokedPrivileges(migration);
    }

    @Override
    public void arm(Authority authority) {
        ProblemException.requireNone(hindrances());
        database.change(authority, (transaction, fenced) -> {
            revoked.create(transaction);
            if (fenced) {
                revoke(transaction);
            }
            return true;
        });
    }

    @Override
    public void close(Authority authority, Duration within) {
        ProblemException.requireNone(hindrances());
        long deadline = System.nanoTime() + within.toNanos();
        List<InFlight> left;
        do {
            left = database.look(connection -> InFlight.of(connection, relations(connection)).stream()
                    .filter(each -> each.olderThan(SHORT))
                    .toList());
            if (left.isEmpty()) {
                left = closeOnce(authority, left(deadline));
            }
            if (left.isEmpty()) {
                return;
            }
        } while (Rest.until(deadline));
        String writers = left.stream().map(InFlight::toString).collect(Collectors.joining("; "));
        throw new ProblemException(database.refused(
                "Writers in flight did not end within " + TimeSpan.text(within) + ": " + writers + ".",
                "Try again when these transactions have ended, or end them by pg_terminate_backend."));
    }

    private static Duration left(long deadline) {
        Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
        return left.compareTo(WAIT) < 0 ? left : WAIT;
    }

    /** @return the writers because of whom it was taken back */
    private List<InFlight> closeOnce(Authority authority, Duration wait) {
        boolean before = database.change(authority, (transaction, fenced) -> {
            revoked.create(transaction);
            revoke(transaction);
            database.mark(transaction, ControlledDatabase.FENCED);
            return fenced;
        });
        List<InFlight> left = database.look(connection -> InFlight.await(connection, relations(connection), wait));
        if (!left.isEmpty() && !before) {
            open(authority, CHANGE_WITHIN);
        }
        return left;
    }

    private void revoke(Connection transaction) throws SQLException {
        List<FencedRelation> relations = relations(transaction);
        revoked.remember(transaction, ofRoles(transaction));
        try (Statement statement = transaction.createStatement()) {
            for (FencedRelation relation : relations) {
                for (String role : roles) {
                    statement.addBatch(WritePrivilege.revoke(relation, role));
                }
            }
            statement.executeBatch();
        }
    }

    @Override
    public void open(Authority authority, Duration within) {
        database.change(authority, (transaction, fenced) -> {
            try (Statement statement = transaction.createStatement()) {
                for (WritePrivilege each : revoked.remembered(transaction)) {
                    statement.addBatch(each.grant());
                }
                statement.executeBatch();
            }
            revoked.forget(transaction);
            database.mark(transaction, ControlledDatabase.OPEN);
            return true;
        });
    }

    @Override
    public List<Problem> check() {
        List<Problem> problems = new ArrayList<>(hindrances());
        problems.addAll(database.look(
                connection -> new RevokeChecks(database, connection, roles).aroundIt(relations(connection))));
        return problems;
    }

    @Override
    public List<String> notices() {
        List<String> notices = new ArrayList<>();
        notices.add(
                database.where() + ": the fence stops " + String.join(", ", roles)
                        + " alone; superusers, owners of tables, and functions, views and cascades that run as them, write on.");
        Set<String> granted =
                database.look(this::had).stream().map(WritePrivilege::role).collect(Collectors.toSet());
        roles.stream()
                .filter(role -> !granted.contains(role))
                .forEach(role -> notices.add(database.where() + ": role " + role
                        + " was granted no write to any declared table, so that there is nothing to revoke from it."));
        return notices;
    }

    /** What makes closing senseless, or keeps it from being done. */
    private List<Problem> hindrances() {
        return database.look(connection -> {
            List<FencedRelation> relations = relations(connection);
            return new RevokeChecks(database, connection, roles).hindrances(relations, tables, ofRoles(connection));
        });
    }

    /** What the roles may do, or might before it was revoked. */
    private List<WritePrivilege> had(Connection connection) throws SQLException {
        List<WritePrivilege> had = new ArrayList<>(revoked.remembered(connection));
        had.addAll(ofRoles(connection));
        return had;
    }

    @Override
    public boolean closed() {
        return database.look(connection ->
                !relations(connection).isEmpty() && ofRoles(connection).isEmpty());
    }

    private List<WritePrivilege> ofRoles(Connection connection) throws SQLException {
        return WritePrivilege.of(connection, relations(connection)).stream()
                .filter(privilege -> roles.contains(privilege.role()))
                .toList();
    }

    private List<FencedRelation> relations(Connection connection) throws SQLException {
        return FencedRelation.of(connection, tables);
    }
}
