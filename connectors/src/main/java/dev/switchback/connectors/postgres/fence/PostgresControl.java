package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

import dev.switchback.connectors.postgres.ControlRow;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.Watermarks;
import dev.switchback.connectors.spi.Authority;
import dev.switchback.connectors.spi.Control;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.transforms.problem.ProblemException;

/** A migration's control row in a PostgreSQL database. Thread-safe; each call has a connection of its own. */
public final class PostgresControl implements Control {

    private static final String RAISE = "UPDATE switchback.control SET epoch = ? WHERE migration = ? AND epoch < ?";
    private static final String BEHIND = "UPDATE switchback.control SET behind = ? WHERE migration = ?";
    private static final String TURN = "UPDATE switchback.control SET direction = ? WHERE migration = ?";

    private final PostgresConnections database;
    private final String migration;

    public PostgresControl(PostgresConnections database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    private interface Work<T> {
        T run(Connection connection) throws SQLException;
    }

    @Override
    public Row read() {
        return inTransaction(connection -> {
            ControlRow row = ControlSchema.control(connection, migration)
                    .orElseThrow(() -> new NotInChargeException(
                            database.where() + " has no control row of " + migration + ": nothing has run there"));
            return new Row(row.epoch(), row.direction(), row.fenced());
        });
    }

    @Override
    public boolean raise(long epoch) {
        return inTransaction(connection -> {
            ControlLock.table(connection);
            try (PreparedStatement statement = connection.prepareStatement(RAISE)) {
                statement.setLong(1, epoch);
                statement.setString(2, migration);
                statement.setLong(3, epoch);
                return statement.executeUpdate() == 1;
            }
        });
    }

    @Override
    public void turn(Authority authority, Direction to) {
        boolean turned = inTransaction(connection -> {
            Row row = locked(connection);
            if (row.epoch() == authority.epoch() && row.direction() == to) {
                return true;
            }
            ControlLock.take(connection, migration, authority);
            try (PreparedStatement statement = connection.prepareStatement(TURN)) {
                statement.setString(1, to.lowerCase());
                statement.setString(2, migration);
                return statement.executeUpdate() == 1;
            }
        });
        assert turned;
    }

    private Row locked(Connection connection) throws SQLException {
        ControlLock.table(connection);
        try (PreparedStatement statement =
                connection.prepareStatement("SELECT FROM switchback.control WHERE migration = ? FOR UPDATE")) {
            statement.setString(1, migration);
            statement.execute();
        }
        ControlRow row = ControlSchema.control(connection, migration)
                .orElseThrow(() -> new NotInChargeException(database.where() + " has no control row of " + migration));
        return new Row(row.epoch(), row.direction(), row.fenced());
    }

    @Override
    public void applyBehind(Authority authority, long watermark) {
        boolean noted = inTransaction(connection -> {
            ControlLock.take(connection, migration, authority);
            try (PreparedStatement statement = connection.prepareStatement(BEHIND)) {
                statement.setLong(1, watermark);
                statement.setString(2, migration);
                return statement.executeUpdate() == 1;
            }
        });
        assert noted;
    }

    @Override
    public long watermark(Authority authority) {
        return inTransaction(connection -> {
            ControlLock.take(connection, migration, authority);
            return new Watermarks(migration).emit(connection);
        });
    }

    private <T> T inTransaction(Work<T> work) {
        try (Connection connection = database.open()) {
            connection.setAutoCommit(false);
            ControlLock.begin(connection);
            T result = work.run(connection);
            connection.commit();
            return result;
        } catch (SQLException failure) {
            throw new ProblemException(database.problem(failure), failure);
        }
    }
}
