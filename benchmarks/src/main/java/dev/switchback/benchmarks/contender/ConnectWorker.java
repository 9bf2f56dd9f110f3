package dev.switchback.benchmarks.contender;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.switchback.benchmarks.child.WorkerChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.connectors.postgres.PostgresSettings;

/**
 * A fresh Kafka Connect worker a run (an old one slows down), from Maven Central as its users install it: Kafka's worker,
 * and Debezium's two connectors as plugins with class paths of their own.
 */
public final class ConnectWorker {

    /** The heap is that of Kafka's own start script, the rest what Java makes of it. */
    private static final List<String> OPTIONS =
            List.of("-Xmx2g", "-XX:G1HeapRegionSize=1m", "-XX:SurvivorRatio=8", "-XX:TargetSurvivorRatio=50");

    /** How the source is configured. */
    static final String SOURCE = DebeziumSource.TUNING + "; events flattened by ExtractNewRecordState, JSON without"
            + " schemas; producer: batch.size 256 KiB, linger.ms 5";

    /** How the sink is configured. */
    static final String SINK = "tasks.max 4, use.reduction.buffer, dialect.postgres.unnest.insert.enabled, insert.mode"
            + " upsert, delete.enabled, batch.size 5000; JSON, the schema said once (schema.content); consumer:"
            + " max.poll.records 5000, max.partition.fetch.bytes 8 MiB";

    /** How the worker is started. */
    static final String WORKER = "worker: " + String.join(" ", OPTIONS);

    /** The system property that says where {@code benchmarks/connect} has put the worker and its plugins. */
    static final String DIRECTORY = "switchback.bench.connect";

    private ConnectWorker() {}

    /** The topic that a source of this name writes. */
    static String topic(String name) {
        return name + ".public.bench";
    }

    /** The source, as of the run's name; its slot and topic must be there. */
    static Map<String, String> source(Stage stage, String run) {
        Map<String, String> settings = new LinkedHashMap<>(DebeziumSource.properties(stage, run));
        settings.put("name", run + "-source");
        settings.put("tasks.max", "1");
        settings.put("transforms", "unwrap");
        settings.put("transforms.unwrap.type", "io.debezium.transforms.ExtractNewRecordState");
        settings.put("transforms.unwrap.delete.tombstone.handling.mode", "delete-to-tombstone");
        settings.put("producer.override.batch.size", Integer.toString(256 << 10));
        settings.put("producer.override.linger.ms", "5");
        json(settings, "key", "false");
        json(settings, "value", "false");
        return settings;
    }

    /** The sink of a topic. */
    static Map<String, String> sink(Stage stage, String run, String topic) {
        PostgresSettings destination = stage.destination().settings();
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("name", run + "-sink");
        settings.put("connector.class", "io.debezium.connector.jdbc.JdbcSinkConnector");
        settings.put("tasks.max", "4");
        settings.put("topics", topic);
        settings.put("connection.url", destination.jdbcUrl());
        settings.put("connection.username", destination.user());
        settings.put("connection.password", destination.password());
        settings.put("collection.name.format", "bench");
        settings.put("insert.mode", "upsert");
        settings.put("delete.enabled", "true");
        settings.put("primary.key.mode", "record_key");
        settings.put("schema.evolution", "none");
        settings.put("use.reduction.buffer", "true");
        settings.put("dialect.postgres.unnest.insert.enabled", "true");
        settings.put("batch.size", "5000");
        settings.put("consumer.override.max.poll.records", "5000");
        settings.put("consumer.override.max.partition.fetch.bytes", Integer.toString(8 << 20));
        settings.put("consumer.override.auto.offset.reset", "earliest");
        // In each record the schemas would be more than the row.
        json(settings, "key", "true");
        settings.put("key.converter.schema.content", ConnectSchema.KEY);
        json(settings, "value", "true");
        settings.put("value.converter.schema.content", ConnectSchema.VALUE);
        return settings;
    }

    private static void json(Map<String, String> settings, String what, String schemas) {
        settings.put(what + ".converter", "org.apache.kafka.connect.json.JsonConverter");
        settings.put(what + ".converter.schemas.enable", schemas);
    }

    /** Starts a worker with these connectors. */
    @SafeVarargs
    static JavaChild start(Stage stage, String run, Map<String, String>... connectors) {
        Path home = home();
        Path directory = workDirectory(stage, run);
        List<String> arguments = new ArrayList<>();
        arguments.add(PropertyFile.write(directory, "worker", worker(stage, home, directory))
                .toString());
        for (Map<String, String> connector : connectors) {
            String name = connector.getOrDefault("name", "connector");
            arguments.add(PropertyFile.write(directory, name, connector).toString());
        }
        String classPath = home.resolve("worker") + "/*:" + directory.resolve("classes");
        return stage.start(
                new JavaChild.Command("connect", classPath, WorkerChild.class.getName(), arguments, OPTIONS));
    }

    private static Path home() {
        return Path.of(System.getProperty(DIRECTORY, "benchmarks/connect/target"));
    }

    /** What is wrong with how the worker was built, and what to do; empty if nothing is. */
    public static String missing() {
        return Stream.of(
                        missing("worker", "connect-runtime"),
                        missing("plugins/debezium-connector-postgres", "debezium-connector-postgres"),
                        missing("plugins/debezium-connector-jdbc", "debezium-connector-jdbc"))
                .filter(problem -> !problem.isEmpty())
                .findFirst()
                .orElse("");
    }

    /** A build over that of another version leaves the jars of both in one directory. */
    private static String missing(String place, String artifact) {
        Path directory = home().resolve(place);
        try (Stream<Path> files = Files.list(directory)) {
            List<String> found = files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches(artifact + "-\\d.*\\.jar"))
                    .toList();
            return found.size() == 1
                    ? ""
                    : directory + " has " + found + " where one version of " + artifact + " belongs: remove " + home()
                            + ", and begin again";
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Map<String, String> worker(Stage stage, Path home, Path directory) {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("bootstrap.servers", stage.bootstrapServers());
        settings.put("plugin.path", home.resolve("plugins").toAbsolutePath().toString());
        json(settings, "key", "false");
        json(settings, "value", "false");
        settings.put(
                "offset.storage.file.filename", directory.resolve("offsets").toString());
        settings.put("connector.client.config.override.policy", "All");
        settings.put("listeners", "http://127.0.0.1:0");
        return settings;
    }

    private static Path workDirectory(Stage stage, String run) {
        try {
            Path directory = Files.createDirectories(stage.directory().resolve("connect-" + run));
            copyClasses(directory.resolve("classes"));
            Files.writeString(
                    directory.resolve("classes").resolve("logback.xml"),
                    """
                    <configuration>
                        <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
                            <encoder><pattern>%d %-5level %logger{20} %msg%n</pattern></encoder>
                        </appender>
                        <root level="WARN"><appender-ref ref="out"/></root>
                    </configuration>
                    """);
            return directory;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Copies the classes that the worker needs of ours, and no others. */
    private static void copyClasses(Path target) throws IOException {
        Path directory = Files.createDirectories(target.resolve("dev/switchback/benchmarks/child"));
        for (String name : List.of("WorkerChild.class", "Lifeline.class")) {
            try (var in = WorkerChild.class.getResourceAsStream(name)) {
                if (in == null) {
                    throw new IOException(name + " is not on the class path");
                }
                Files.copy(in, directory.resolve(name));
            }
        }
    }

    /** Creates what a source of this name needs. */
    static void createSourceParts(Stage stage, String run) {
        stage.createSlot(run);
        stage.topics().create(topic(run));
    }
}
