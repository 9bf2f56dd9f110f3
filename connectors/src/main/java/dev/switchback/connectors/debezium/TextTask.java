package dev.switchback.connectors.debezium;

import java.sql.SQLException;
import java.util.List;

import io.debezium.config.Configuration;
import io.debezium.connector.postgresql.PostgresConnectorConfig;
import io.debezium.connector.postgresql.PostgresConnectorTask;
import io.debezium.connector.postgresql.PostgresOffsetContext;
import io.debezium.connector.postgresql.PostgresPartition;
import io.debezium.connector.postgresql.PostgresSchema;
import io.debezium.connector.postgresql.connection.PostgresConnection;
import io.debezium.connector.postgresql.connection.ReplicationConnection;
import io.debezium.pipeline.ChangeEventSourceCoordinator;
import org.apache.kafka.connect.source.SourceRecord;

/** Debezium's task with our {@link SlotConnection}, and which sleeps while nothing comes. Made by Debezium, by class name. */
public final class TextTask extends PostgresConnectorTask {

    private final Arrivals arrivals = new Arrivals();
    private String run = "";

    @Override
    public ChangeEventSourceCoordinator<PostgresPartition, PostgresOffsetContext> start(Configuration config) {
        run = config.getString(EngineHooks.PROPERTY);
        return super.start(config);
    }

    @Override
    protected ReplicationConnection buildReplicationConnection(
            PostgresConnection catalogue, PostgresSchema schema, PostgresConnectorConfig config) throws SQLException {
        ReplicationConnection plain = super.buildReplicationConnection(catalogue, schema, config);
        return new SlotConnection(plain, config, EngineHooks.of(run), arrivals);
    }

    @Override
    public List<SourceRecord> doPoll() throws InterruptedException {
        arrivals.await();
        List<SourceRecord> records = super.doPoll();
        if (!records.isEmpty()) {
            arrivals.announce(); // There may be more than one batch takes.
        }
        return records;
    }
}
