package dev.switchback.connectors.debezium;

import io.debezium.connector.postgresql.PostgresSourceInfoStructMaker;
import io.debezium.connector.postgresql.SourceInfo;
import io.debezium.connector.postgresql.connection.ReplicationMessage.Operation;
import org.apache.kafka.connect.data.Struct;
import org.jspecify.annotations.Nullable;

/**
 * Gives all logical messages the {@code source} block of the first: making one takes longer than all else that Debezium
 * does for such a message, and what we need of it the offset says. Made by Debezium, by class name.
 */
public final class TerseSource extends PostgresSourceInfoStructMaker {

    private @Nullable Struct first;

    @Override
    public synchronized Struct struct(SourceInfo source) {
        if (source.messageType() != Operation.MESSAGE) {
            return super.struct(source);
        }
        if (first == null) {
            first = super.struct(source);
        }
        return first;
    }
}
