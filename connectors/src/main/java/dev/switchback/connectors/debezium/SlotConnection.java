package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

import dev.switchback.connectors.postgres.PostgresConnections;

/**
 * Debezium's replication connection, with the output settings pinned under which values are read, and with a run of
 * capture told what happens to the slot. As thread-safe as what it wraps.
 */
final class SlotConnection implements ReplicationConnection {

    /** PostgreSQL's query_canceled: here, by the time limit of the slot's creation. */
    private static final String CANCELED = "57014";

    private final ReplicationConnection plain;
    private final LogCatalogue catalogue;
    private final EngineHooks hooks;
    private final Arrivals arrivals;
    private @Nullable Connection pinned;

    SlotConnection(ReplicationConnection plain, LogCatalogue catalogue, EngineHooks hooks, Arrivals arrivals) {
        this.plain = plain;
        this.catalogue = catalogue;
        this.hooks = hooks;
        this.arrivals = arrivals;
    }

    @Override
    public Optional<SlotCreationResult> createReplicationSlot() throws SQLException {
        hooks.creatingSlot();
        Connection connection = pin();
        int answer = connection.getNetworkTimeout();
        // The slot's own time limit ends the wait for older transactions; the connection's would end it too early.
        connection.setNetworkTimeout(Runnable::run, 0);
        Optional<SlotCreationResult> slot = createdInTime();
        connection.setNetworkTimeout(Runnable::run, answer);
        slot.ifPresent(created -> hooks.slotCreated(created.startLsn().asLong()));
        return slot;
    }

    private Optional<SlotCreationResult> createdInTime() throws SQLException {
        try {
            return plain.createReplicationSlot();
        } catch (DebeziumException failure) {
            boolean canceled = failure.getCause() instanceof SQLException cause && CANCELED.equals(cause.getSQLState());
            throw canceled ? hooks.slotNotCreated(failure) : failure;
        }
    }

    @Override
    public ReplicationStream startStreaming(WalPositionLocator position) throws SQLException, InterruptedException {
        pin();
        return watched(plain.startStreaming(position));
    }

    @Override
    public ReplicationStream startStreaming(Lsn from, WalPositionLocator position)
            throws SQLException, InterruptedException {
        pin();
        return watched(plain.startStreaming(from, position));
    }

    private ReplicationStream watched(ReplicationStream stream) throws SQLException {
        int pid = jdbc().connection(false).unwrap(PGConnection.class).getBackendPID();
        SlotStream log = new SlotStream(stream, catalogue, arrivals);
        hooks.streaming(pid, log);
        arrivals.reading();
        return log;
    }

    /** Debezium runs no statements of ours on this connection, so they are run here, once for each connection. */
    private Connection pin() throws SQLException {
        Connection connection = jdbc().connection(false);
        if (connection != pinned) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(PostgresConnections.pinnedSettings());
            }
            pinned = connection;
        }
        return connection;
    }

    private JdbcConnection jdbc() {
        return (JdbcConnection) plain;
    }

    @Override
    public void initConnection() throws SQLException, InterruptedException {
        plain.initConnection();
    }

    @Override
    public boolean isConnected() throws SQLException {
        return plain.isConnected();
    }

    @Override
    public void reconnect() throws SQLException {
        plain.reconnect();
    }

    @Override
    public void close() throws Exception {
        plain.close();
    }
}
