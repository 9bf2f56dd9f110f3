package dev.switchback.connectors.debezium;

import io.debezium.connector.postgresql.PostgresSourceInfoStructMaker;
import io.debezium.connector.postgresql.SourceInfo;
import org.apache.kafka.connect.data.Struct;

/**
 * Leaves out of Debezium's {@code source} block what is the same in every event, and what the offset says as well: making
 * it is a tenth of what the engine's thread does, and nobody reads it. Made by Debezium, by class name.
 */
public final class TerseSource extends PostgresSourceInfoStructMaker {

    @Override
    protected Struct commonStruct(SourceInfo source) {
        return new Struct(schema());
    }
}
