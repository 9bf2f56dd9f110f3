package dev.switchback.benchmarks.contender;

import java.util.Map;

import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.connectors.postgres.PostgresSettings;

/** How Debezium's PostgreSQL connector reads the log, in the engine and in Kafka Connect alike. */
final class DebeziumSource {

    /** What is not its default, and why. */
    static final String TUNING = "pgoutput, max.batch.size 4096, max.queue.size 16384 (half-empty batches cost most),"
            + " poll.interval.ms 10 (the default of 500 is latency), no extended.headers (three to a record)";

    private DebeziumSource() {}

    /** @param run names the slot and the topics */
    static Map<String, String> properties(Stage stage, String run) {
        PostgresSettings source = stage.source().settings();
        return Map.ofEntries(
                Map.entry("connector.class", "io.debezium.connector.postgresql.PostgresConnector"),
                Map.entry("database.hostname", source.host()),
                Map.entry("database.port", Integer.toString(source.port())),
                Map.entry("database.dbname", source.database()),
                Map.entry("database.user", source.user()),
                Map.entry("database.password", source.password()),
                Map.entry("plugin.name", "pgoutput"),
                Map.entry("slot.name", run),
                Map.entry("publication.name", Stage.PUBLICATION),
                Map.entry("publication.autocreate.mode", "disabled"),
                Map.entry("snapshot.mode", "no_data"),
                Map.entry("table.include.list", "public.bench"),
                Map.entry("topic.prefix", run),
                Map.entry("tombstones.on.delete", "false"),
                // Switchback's heartbeats, of earlier runs.
                Map.entry("message.prefix.exclude.list", "switchback"),
                Map.entry("max.batch.size", "4096"),
                Map.entry("max.queue.size", "16384"),
                Map.entry("poll.interval.ms", "10"),
                Map.entry("extended.headers.enabled", "false"));
    }
}
