package dev.switchback.benchmarks.contender;

/** The benchmark's table as Kafka Connect's JSON converter wants to be told of it, with the names that Debezium gives types. */
final class ConnectSchema {

    static final String KEY = """
            {"type": "struct", "fields": [{"field": "id", "type": "int64"}]}""";

    static final String VALUE =
            """
            {"type": "struct", "fields": [
                {"field": "id", "type": "int64"},
                {"field": "account", "type": "int32"},
                {"field": "kind", "type": "int16"},
                {"field": "active", "type": "boolean"},
                {"field": "amount", "type": "bytes", "name": "org.apache.kafka.connect.data.Decimal",
                    "version": 1, "parameters": {"scale": "2", "connect.decimal.precision": "12"}},
                {"field": "ratio", "type": "double"},
                {"field": "reference", "type": "string", "name": "io.debezium.data.Uuid", "version": 1},
                {"field": "created_at", "type": "string", "name": "io.debezium.time.ZonedTimestamp", "version": 1},
                {"field": "changed_at", "type": "string", "name": "io.debezium.time.ZonedTimestamp", "version": 1},
                {"field": "attributes", "type": "string", "name": "io.debezium.data.Json", "version": 1},
                {"field": "payload", "type": "string"},
                {"field": "note", "type": "string", "optional": true}]}""";

    private ConnectSchema() {}
}
