package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import io.debezium.DebeziumException;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.connector.postgresql.connection.WalPositionLocator;
import io.debezium.connector.postgresql.spi.SlotCreationResult;
import io.debezium.jdbc.JdbcConnection;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.replication.PGReplicationStream;

import dev.switchback.connectors.postgres.PostgresConnections;

/**
 * Debezium's replication connection, with our {@link SlotStream}, with the output settings pinned under which values are
 * read, and with a run of capture told what happens to the slot. As thread-safe as what it wraps.
 */
final class SlotConnection implements ReplicationConnection {

    /** PostgreSQL's query_canceled: here, by the time limit of the slot's creation. */
    private static final String CANCELED = "57014";

    private final ReplicationConnection plain;
    private final PostgresConnectorConfig config;
    private final EngineHooks hooks;
    private final Arrivals arrivals;
    private @Nullable Connection pinned;

    SlotConnection(ReplicationConnection plain, PostgresConnectorConfig config, EngineHooks hooks, Arrivals arrivals) {
        this.plain = plain;
        this.config = config;
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

    /** From the slot's confirmed position: the server begins there when it is asked for anything before. */
    @Override
    public ReplicationStream startStreaming(WalPositionLocator position) throws SQLException, InterruptedException {
        return startStreaming(Lsn.INVALID_LSN, position);
    }

    @Override
    public ReplicationStream startStreaming(Lsn from, WalPositionLocator position)
            throws SQLException, InterruptedException {
        plain.initConnection();
        Connection jdbc = pin();
        PGConnection connection = jdbc.unwrap(PGConnection.class);
        SlotStream log = new SlotStream(jdbc, open(connection, from), from, arrivals);
        hooks.streaming(connection.getBackendPID(), log);
        arrivals.reading();
        return log;
    }

    private PGReplicationStream open(PGConnection connection, Lsn from) throws SQLException {
        PGReplicationStream stream = connection
                .getReplicationAPI()
                .replicationStream()
                .logical()
                .withSlotName('"' + config.slotName() + '"')
                .withStartPosition(from.asLogSequenceNumber())
                .withAutomaticFlush(false) // or the driver would confirm whatever the server says it has sent
                .withStatusInterval((int) EngineProperties.STATUS_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)
                .withSlotOption("proto_version", 1)
                .withSlotOption("publication_names", config.publicationName())
                .withSlotOption("messages", true)
                .start();
        stream.forceUpdateStatus();
        return stream;
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
