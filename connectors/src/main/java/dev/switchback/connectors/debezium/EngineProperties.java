package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.stream.Collectors;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.transforms.schema.TableId;

/** What Debezium is told. Each setting that is not plain says why. */
final class EngineProperties {

    /** How often the server hears from us, so that it knows we live. */
    static final Duration STATUS_INTERVAL = Duration.ofSeconds(5);

    /** How often the engine shows that it turns, and that it has passed a commit. */
    private static final Duration BEAT = Duration.ofSeconds(1);

    private static final Duration START_GRACE = Duration.ofSeconds(60);
    private static final int SNAPSHOT_FETCH_ROWS = 2000;

    private EngineProperties() {}

    static Properties of(CaptureSettings settings, List<CapturedTable> tables, String run) {
        CaptureSettings.Tuning tuning = settings.tuning();
        Properties properties = new Properties();
        properties.setProperty(EngineHooks.PROPERTY, run);
        properties.setProperty("name", settings.flow().toString());
        // Part of the names of JMX beans, which an earlier run may not have given back yet.
        properties.setProperty("topic.prefix", "switchback" + run);
        properties.setProperty("connector.class", TextConnector.class.getName());
        properties.setProperty("offset.storage", ResumeOffsetStore.class.getName());
        // Kafka 4.3's Connect runtime wants it; nothing connects.
        properties.setProperty("bootstrap.servers", "localhost:9092");
        log(properties, settings);
        values(properties, tables, copied(settings, tables));
        database(properties, settings);
        pace(properties, tuning);
        return properties;
    }

    private static void log(Properties properties, CaptureSettings settings) {
        properties.setProperty("plugin.name", "pgoutput");
        properties.setProperty("slot.name", settings.flow().slot());
        properties.setProperty("publication.name", settings.flow().slot());
        properties.setProperty("publication.autocreate.mode", "disabled");
        properties.setProperty(
                "internal.create.slot.command.timeout",
                Long.toString(settings.tuning().slotCreation().toSeconds()));
        properties.setProperty("slot.drop.on.stop", "false");
        // Capture restarts by itself, from the offset that is stored by then; Debezium would go on from its memory.
        properties.setProperty("errors.max.retries", "0");
        properties.setProperty("slot.max.retries", "0");
    }

    private static void values(Properties properties, List<CapturedTable> tables, List<CapturedTable> copied) {
        properties.setProperty("table.include.list", patterns(tables));
        properties.setProperty("converters", "text");
        properties.setProperty("text.type", TextConverter.class.getName());
        properties.setProperty("sourceinfo.struct.maker", TerseSource.class.getName());
        properties.setProperty("include.unknown.datatypes", "true");
        properties.setProperty("binary.handling.mode", "bytes");
        properties.setProperty("snapshot.mode", copied.isEmpty() ? "no_data" : "initial");
        properties.setProperty("snapshot.include.collection.list", patterns(copied));
        properties.setProperty("snapshot.query.mode", "custom");
        properties.setProperty("snapshot.query.mode.custom.name", TextQuery.NAME);
        properties.setProperty("snapshot.fetch.size", Integer.toString(SNAPSHOT_FETCH_ROWS));
    }

    private static List<CapturedTable> copied(CaptureSettings settings, List<CapturedTable> tables) {
        return tables.stream()
                .filter(table ->
                        settings.routes().copied(settings.flow(), table.schema().id()))
                .toList();
    }

    private static String patterns(List<CapturedTable> tables) {
        return tables.stream().map(table -> pattern(table.schema().id())).collect(Collectors.joining(","));
    }

    private static void database(Properties properties, CaptureSettings settings) {
        PostgresSettings database = settings.source().settings();
        properties.setProperty("database.hostname", database.host());
        properties.setProperty("database.port", Integer.toString(database.port()));
        properties.setProperty("database.user", database.user());
        properties.setProperty("database.password", database.password());
        properties.setProperty("database.dbname", database.database());
        properties.setProperty("database.initial.statements", PostgresConnections.pinnedSettings());
        String answer = Long.toString(settings.tuning().answer().toSeconds());
        properties.setProperty("driver.socketTimeout", answer);
        properties.setProperty("driver.connectTimeout", answer);
        properties.setProperty("driver.loginTimeout", answer);
        properties.setProperty("driver.tcpNoDelay", "true");
        properties.setProperty("driver.socketFactory", PatientSockets.class.getName());
        for (String parameter : database.parameters().split("&")) {
            int equals = parameter.indexOf('=');
            if (equals > 0) {
                properties.setProperty("driver." + parameter.substring(0, equals), parameter.substring(equals + 1));
            }
        }
    }

    private static void pace(Properties properties, CaptureSettings.Tuning tuning) {
        // Reader and sender wait by themselves, see PatientSockets and Arrivals; this is but how long changes gather.
        properties.setProperty("poll.interval.ms", Long.toString(tuning.poll().toMillis()));
        properties.setProperty("max.batch.size", Integer.toString(tuning.batchRecords()));
        properties.setProperty("max.queue.size", Integer.toString(tuning.queueRecords()));
        // A batch may hold as much again as the queue.
        properties.setProperty("max.queue.size.in.bytes", Long.toString(tuning.queueBytes() / 2));
        properties.setProperty("heartbeat.interval.ms", Long.toString(BEAT.toMillis()));
        properties.setProperty("status.update.interval.ms", Long.toString(STATUS_INTERVAL.toMillis()));
        properties.setProperty("record.processing.threads", "1");
        properties.setProperty("record.processing.shutdown.timeout.ms", "100");
        // Creating the slot is part of starting the task.
        properties.setProperty(
                "internal.task.management.timeout.ms",
                Long.toString(tuning.slotCreation().plus(START_GRACE).toMillis()));
        properties.setProperty("executor.shutdown.timeout.ms", "2000");
    }

    /** Debezium splits the list at commas, and takes each part for a pattern. */
    private static String pattern(TableId table) {
        return table.toString()
                .chars()
                .mapToObj(c ->
                        Character.isLetterOrDigit(c) || c == '_' ? Character.toString(c) : String.format("\\u%04x", c))
                .collect(Collectors.joining());
    }
}
