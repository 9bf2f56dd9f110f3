package dev.switchback.capture;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import dev.switchback.connectors.avro.MemorySchemaStore;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.Capture;
import dev.switchback.connectors.debezium.CaptureListener;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.debezium.CaptureState;
import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.ControlSchema;
import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** One migration's capture in this JVM, started and closed at will, and a look into its change topics. */
final class CaptureRig implements AutoCloseable {

    static final int PARTITIONS = 3;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    Flow flow;
    SchemaStore schemas = new MemorySchemaStore();
    final EmbeddedDatabase source;
    CaptureSettings.Topics topics = new CaptureSettings.Topics(PARTITIONS, (short) 1, Duration.ofDays(1), 8 << 20);
    CaptureSettings.Tuning tuning = CaptureSettings.Tuning.DEFAULT;
    Drain drain = watermark -> true;
    FaultPoints faults = FaultPoints.NONE;
    CaptureListener listener = CaptureListener.NONE;
    private final PostgresConnections connections;
    private final String bootstrapServers;
    private final List<TableId> tables;
    private Capture capture;

    CaptureRig(String migration, EmbeddedDatabase source, String bootstrapServers, String... tables) {
        this(migration, source, source.settings(), bootstrapServers, tables);
    }

    CaptureRig(
            String migration,
            EmbeddedDatabase source,
            dev.switchback.connectors.postgres.PostgresSettings login,
            String bootstrapServers,
            String... tables) {
        this.flow = new Flow(migration, Direction.FORWARD);
        this.source = source;
        this.connections = new PostgresConnections("source", login);
        this.bootstrapServers = bootstrapServers;
        this.tables = Arrays.stream(tables).map(TableId::parse).toList();
    }

    /** Publishes the tables as they are now. */
    CaptureRig publish() {
        source.execute("CREATE PUBLICATION " + flow.slot() + " FOR TABLE "
                + tables.stream().map(CaptureRig::quoted).collect(Collectors.joining(", "))
                + " WITH (publish_via_partition_root = true)");
        return this;
    }

    static CaptureSettings.Tuning heartbeatEvery(Duration heartbeat) {
        CaptureSettings.Tuning usual = CaptureSettings.Tuning.DEFAULT;
        return new CaptureSettings.Tuning(
                usual.batchRecords(),
                usual.queueRecords(),
                usual.queueBytes(),
                usual.poll(),
                heartbeat,
                usual.slotCreation(),
                usual.answer(),
                usual.firstPause(),
                usual.longestPause(),
                usual.close());
    }

    CaptureRig start() {
        try (Connection connection = connections.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, flow.migration());
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        capture = new Capture(
                new CaptureSettings(
                        flow, connections, schemas(), Map.of("bootstrap.servers", bootstrapServers), topics, tuning),
                schemas,
                drain,
                listener,
                faults);
        capture.start();
        return this;
    }

    /** Starts, and waits until the snapshot is done. */
    CaptureRig startStreaming() {
        start();
        awaitPhase(Phase.STREAMING);
        awaitCaughtUp();
        return this;
    }

    private List<TableSchema> schemas() {
        try (Connection connection = connections.open()) {
            var found = new PostgresCatalog(connection).tables(tables);
            return tables.stream().map(id -> found.get(id).schema()).toList();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    CaptureState state() {
        return capture.state();
    }

    void awaitPhase(Phase phase) {
        Await.until("capture to be " + phase + ", not " + state(), PATIENCE, () -> {
            if (phase != Phase.HALTED && state().phase() == Phase.HALTED) {
                throw new AssertionError("capture halted: " + state().problems());
            }
            return state().phase() == phase;
        });
    }

    /** Waits until everything that has committed at the source is in Kafka. */
    void awaitCaughtUp() {
        long end = Long.parseLong(source.value("SELECT pg_current_wal_lsn() - '0/0'"));
        source.execute("SELECT pg_logical_emit_message(true, 'switchback',"
                + " '{\"kind\":\"heartbeat\",\"migration\":\"" + flow.migration() + "\"}')");
        Await.until("capture to reach " + end + ", it is " + state(), PATIENCE, () -> {
            if (state().phase() == Phase.HALTED) {
                throw new AssertionError("capture halted: " + state().problems());
            }
            return state().commitLsn() >= end;
        });
    }

    /** Stops capture; the next {@link #start} goes on. */
    void stop() {
        capture.close();
    }

    ChangeTopicReader reader() {
        return new ChangeTopicReader(bootstrapServers, schemas);
    }

    List<List<Event>> events(String table) {
        return reader().events(flow.changeTopic(TableId.parse(table)));
    }

    List<Change> changes(String table) {
        return reader().changes(flow.changeTopic(TableId.parse(table)));
    }

    /** From the source's commit of each change until its record was made, in whole milliseconds, ascending. */
    List<Long> sendDelays(String table) {
        return reader().sendDelays(flow.changeTopic(TableId.parse(table)));
    }

    /** The table that the change topic makes. */
    Map<String, String> replayed(String table, String... key) {
        return Replay.of(events(table), List.of(key));
    }

    /** The table at the source, in the same form. */
    Map<String, String> rows(String table, List<String> columns, String... key) {
        Map<String, String> result = new java.util.TreeMap<>();
        String text = columns.stream()
                .map(column ->
                        "CASE num_nulls(" + column + ") WHEN 0 THEN format('%s', " + column + ") ELSE 'null' END")
                .collect(Collectors.joining(" || '|' || "));
        try (Connection connection = connections.open();
                var statement = connection.createStatement();
                var rows = statement.executeQuery("SELECT " + text + ", "
                        + Arrays.stream(key).map(k -> k + "::text").collect(Collectors.joining(", ")) + " FROM "
                        + table)) {
            while (rows.next()) {
                List<String> id = new ArrayList<>();
                for (int i = 0; i < key.length; i++) {
                    id.add(rows.getString(2 + i));
                }
                result.put(id.toString(), rows.getString(1));
            }
            return result;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String slotValue(String expression) {
        return source.value(
                "SELECT " + expression + " FROM pg_replication_slots WHERE slot_name = '" + flow.slot() + "'");
    }

    private static String quoted(TableId id) {
        return '"' + id.schema() + "\".\"" + id.name() + '"';
    }

    @Override
    public void close() {
        if (capture != null) {
            capture.close();
        }
    }
}
