package dev.switchback.connectors.debezium;

import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Function;
import java.util.stream.Collectors;

import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.LogicalDecodingMessage;
import io.debezium.connector.postgresql.connection.Lsn;
import io.debezium.connector.postgresql.connection.ReplicationMessage;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import io.debezium.connector.postgresql.connection.ReplicationStream;
import io.debezium.relational.Table;
import io.debezium.relational.TableId;

import dev.switchback.connectors.postgres.LogMessage;

/**
 * Debezium's replication stream, in which a change of a table that capture does not know is not passed over.
 *
 * <p>The publication holds the captured tables only, so such a table is one of them under a new name, or was added behind
 * our back. Debezium skips its changes, or takes them for those of the old name. Here a message of ours takes their place
 * in the stream, at which capture halts.
 */
final class SlotStream implements ReplicationStream {

    /** The content of the message that stands for a change of an unknown table. */
    private static final byte[] UNKNOWN_TABLE = "{\"kind\":\"unknown_table\"}".getBytes(StandardCharsets.UTF_8);

    private final ReplicationStream plain;
    private final TextTypes types;
    private final PostgresSchema schema;
    private Map<TableId, Table> known;
    private boolean unknown;

    SlotStream(ReplicationStream plain, TextTypes types, PostgresSchema schema) {
        this.plain = plain;
        this.types = types;
        this.schema = schema;
        this.known = tables();
    }

    static boolean isUnknownTable(byte[] content) {
        return Arrays.equals(content, UNKNOWN_TABLE);
    }

    @Override
    public void read(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        plain.read(message -> process(message, processor));
    }

    @Override
    public boolean readPending(ReplicationMessageProcessor processor) throws SQLException, InterruptedException {
        boolean received = plain.readPending(message -> process(message, processor));
        if (types.relationArrived()) {
            Map<TableId, Table> now = tables();
            unknown |= now.entrySet().stream().allMatch(entry -> known.get(entry.getKey()) == entry.getValue());
            known = now;
        }
        return received;
    }

    private void process(ReplicationMessage message, ReplicationMessageProcessor processor)
            throws SQLException, InterruptedException {
        boolean change = !message.isTransactionalMessage()
                && message.getOperation() != Operation.MESSAGE
                && message.getOperation() != Operation.ORIGIN;
        if (change && (unknown || message.isSkippedMessage())) {
            processor.process(new LogicalDecodingMessage(
                    Operation.MESSAGE,
                    message.getCommitTime(),
                    message.getTransactionId().isPresent()
                            ? message.getTransactionId().getAsLong()
                            : null,
                    true,
                    LogMessage.PREFIX,
                    UNKNOWN_TABLE));
        } else {
            processor.process(message);
        }
    }

    /** A relation message replaces its table's instance, if the table is one of ours. */
    private Map<TableId, Table> tables() {
        return schema.tableIds().stream().collect(Collectors.toMap(Function.identity(), schema::tableFor));
    }

    @Override
    public void flushLsn(Lsn lsn) throws SQLException {
        plain.flushLsn(lsn);
    }

    @Override
    public Lsn lastReceivedLsn() {
        return plain.lastReceivedLsn();
    }

    @Override
    public Lsn startLsn() {
        return plain.startLsn();
    }

    @Override
    public void startKeepAlive(ExecutorService service) {
        plain.startKeepAlive(service);
    }

    @Override
    public void stopKeepAlive() {
        plain.stopKeepAlive();
    }

    @Override
    public void close() throws Exception {
        plain.close();
    }
}
