package dev.switchback.benchmarks.contender;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.LongStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

import dev.switchback.benchmarks.child.CaptureChild;
import dev.switchback.benchmarks.machine.JavaChild;
import dev.switchback.benchmarks.stage.Stage;
import dev.switchback.benchmarks.stage.Topics;
import dev.switchback.benchmarks.stage.Workload;
import dev.switchback.connectors.avro.ChangeDecoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.debezium.CaptureSettings;
import dev.switchback.connectors.debezium.ChangeTopics;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile;
import dev.switchback.pipeline.plan.Plan;
import dev.switchback.pipeline.run.KafkaAccess;
import dev.switchback.pipeline.run.Pipeline;
import dev.switchback.pipeline.run.Role;
import dev.switchback.pipeline.run.RunSettings;
import dev.switchback.platform.Await;
import dev.switchback.transforms.change.Change;

/**
 * The flow that Switchback runs on a stage, and how it is brought back to where it begins. It is begun once, by the
 * product itself, while its table is still empty; what that leaves in the offsets topic is kept, and written again before
 * each run with the run's own place in the log and topics. So every run starts as one that was interrupted there, and
 * nobody has to wait for a snapshot.
 */
public final class SwitchbackFlow {

    static final Flow FLOW = new Flow("bench", Direction.FORWARD);

    private static final String TOPIC = FLOW.changeTopic(Workload.TABLE);
    private static final String OFFSET = "offset";
    private static final String TABLES = "tables";
    private static final Duration PATIENCE = Duration.ofMinutes(3);
    private static final Duration FILLING = Duration.ofMinutes(10);
    private static final JsonMapper JSON = new JsonMapper();

    private final Stage stage;
    private final Map<String, String> kept;
    private String topicId = "";
    private boolean filled;

    private SwitchbackFlow(Stage stage, Map<String, String> kept) {
        this.stage = stage;
        this.kept = kept;
    }

    /** Begins the flow on a stage whose table is empty. */
    public static SwitchbackFlow begin(Stage stage) {
        Path data = stage.directory().resolve("switchback-begin");
        Plan plan = Plan.of(MigrationFile.read(file(stage), Map.of()));
        Map<String, String> kept = new HashMap<>();
        try (Pipeline pipeline = Pipeline.start(plan, new RunSettings(data, Set.of(Role.CAPTURE, Role.APPLY)))) {
            Await.until("Switchback to have begun", PATIENCE, () -> {
                kept.putAll(offsets(stage));
                String offset = kept.get(OFFSET);
                return offset != null
                        && JSON.readTree(offset).path("snapshotDone").asBoolean()
                        && hasApplied(stage);
            });
        }
        stage.dropSlot(FLOW.slot());
        SwitchbackFlow flow = new SwitchbackFlow(stage, kept);
        flow.dropFence();
        return flow;
    }

    /** Lets others write to the destination. */
    void dropFence() {
        stage.destination()
                .execute(
                        "DROP TRIGGER IF EXISTS switchback_" + FLOW.migration() + "_fence ON " + Workload.TABLE,
                        "UPDATE switchback.control SET fence = 'open'");
    }

    /** Without a checkpoint of its own at the destination, Switchback refuses one that already has rows. */
    private static boolean hasApplied(Stage stage) {
        return !"0".equals(stage.destination().value("SELECT count(*) FROM switchback.checkpoint"));
    }

    /** The migration file. */
    static Path file(Stage stage) {
        return MigrationText.write(stage, FLOW.migration(), "{}", List.of(Workload.TABLE), "{}");
    }

    /** The topic that it writes. */
    String topic() {
        return TOPIC;
    }

    /** Kafka's id of that topic, as it is now. */
    String topicId() {
        return topicId;
    }

    /**
     * What is wrong with what capture has put into its topic, by reading all of it: each change of the backlog has a place of
     * its own in the log, and must be there once.
     */
    String wrong(long expected) {
        LongStream.Builder places = LongStream.builder();
        try (SchemaStore schemas = schemas()) {
            ChangeDecoder decoder = ChangeDecoder.ofEvents(schemas);
            Topics.read(kafka(), TOPIC, record -> {
                if (decoder.decode(record.value()) instanceof Change change) {
                    places.add(change.lsn());
                }
            });
        }
        long[] sorted = places.build().sorted().toArray();
        long different = LongStream.of(sorted).distinct().count();
        return sorted.length == expected && different == expected
                ? ""
                : "the topic has " + sorted.length + " changes, " + different + " of them different, of " + expected;
    }

    private SchemaStore schemas() {
        MigrationFile file = MigrationFile.read(file(stage), Map.of());
        return KafkaAccess.declared(file).orElseThrow().schemas(file);
    }

    /** Lets capture fill its topic with the whole backlog, unless that is what it holds. */
    void fill() {
        if (filled) {
            return;
        }
        reset();
        try (JavaChild capture = stage.start(
                JavaChild.Command.of("capture", CaptureChild.class, file(stage).toString()))) {
            Await.until(
                    "the change topics to be filled",
                    FILLING,
                    () -> !capture.isAlive() || capture.count("changes") >= stage.backlog());
            capture.requireAlive();
        }
        dropSlot();
        filled = true;
    }

    /** Gives it new topics, and a slot and an offset where the stage's slots begin. */
    void reset() {
        filled = false;
        stage.topics().deleteAll(FLOW.offsetsTopic());
        stage.topics().deleteAll(TOPIC);
        stage.createSlot(FLOW.slot());
        topicId = String.valueOf(new ChangeTopics(kafka(), FLOW, topics())
                .ensure(List.of(Workload.TABLE))
                .get(Workload.TABLE));
        forgetApplied();
        store(topicId, beginning());
    }

    /** Lets apply begin at the topics' beginning again. */
    void forgetApplied() {
        stage.topics().deleteGroup(FLOW.applicationId());
        stage.destination()
                .execute("UPDATE switchback.checkpoint SET next_offset = 0, watermark = 0, topic_id = '" + topicId
                        + "'");
    }

    void dropSlot() {
        stage.dropSlot(FLOW.slot());
    }

    private long beginning() {
        String lsn = stage.source()
                .value("SELECT confirmed_flush_lsn - '0/0'::pg_lsn FROM pg_replication_slots WHERE slot_name = '"
                        + FLOW.slot() + "'");
        return Long.parseLong(String.valueOf(lsn));
    }

    private void store(String topicId, long commitLsn) {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(kafka(), new StringSerializer(), new StringSerializer())) {
            JsonNode tables = JSON.readTree(kept.get(TABLES));
            require(tables.path(0).has("topicId"));
            ((ObjectNode) tables.path(0)).put("topicId", topicId);
            long at = producer.send(new ProducerRecord<>(FLOW.offsetsTopic(), TABLES, tables.toString()))
                    .get()
                    .offset();
            ObjectNode offset = (ObjectNode) JSON.readTree(kept.get(OFFSET));
            require(offset.has("tables") && offset.path("position").has("commitLsn"));
            offset.put("tables", at);
            ((ObjectNode) offset.path("position"))
                    .put("commitLsn", commitLsn)
                    .put("ordinal", 0)
                    .put("lastLsn", 0);
            producer.send(new ProducerRecord<>(FLOW.offsetsTopic(), OFFSET, offset.toString()))
                    .get();
        } catch (IOException | ExecutionException e) {
            throw new IllegalStateException("the offset could not be stored: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while an offset was stored", e);
        }
    }

    private static void require(boolean known) {
        if (!known) {
            throw new IllegalStateException("what capture stores in its offsets topic has changed: adapt this class");
        }
    }

    private static Map<String, String> offsets(Stage stage) {
        Map<String, Object> settings = new HashMap<>(Map.of("bootstrap.servers", stage.bootstrapServers()));
        settings.put("isolation.level", "read_committed");
        Map<String, String> newest = new HashMap<>();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            TopicPartition partition = new TopicPartition(FLOW.offsetsTopic(), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(500))) {
                newest.put(record.key(), record.value());
            }
        }
        return newest;
    }

    private Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", stage.bootstrapServers());
    }

    static CaptureSettings.Topics topics() {
        return new CaptureSettings.Topics(
                Topics.PARTITIONS,
                CaptureSettings.Topics.DEFAULT.replication(),
                CaptureSettings.Topics.DEFAULT.retention(),
                CaptureSettings.Topics.DEFAULT.maxRecordBytes());
    }
}
