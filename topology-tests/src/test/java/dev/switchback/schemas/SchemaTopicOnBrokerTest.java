package dev.switchback.schemas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

import dev.switchback.connectors.avro.TopicSchemaStore;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.platform.Await;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

class SchemaTopicOnBrokerTest {

    private static ScratchDirectory scratch;
    private static EmbeddedBroker broker;

    private String topic;

    @BeforeAll
    static void start() {
        scratch = ScratchDirectory.create("switchback-schemas-");
        broker = EmbeddedBroker.start(dataDirectory());
    }

    @AfterAll
    static void stop() {
        broker.close();
        scratch.close();
    }

    @BeforeEach
    void nameTopic(TestInfo test) {
        topic = test.getTestMethod().orElseThrow().getName() + ".schemas";
    }

    @Test
    void theTopicIsCreatedCompactedWithOnePartition() throws Exception {
        try (TopicSchemaStore store = store();
                Admin admin = Admin.create(clientConfig())) {
            store.register("a", record("A"));

            assertThat(admin.describeTopics(List.of(topic))
                            .topicNameValues()
                            .get(topic)
                            .get()
                            .partitions())
                    .hasSize(1);
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            assertThat(admin.describeConfigs(List.of(resource))
                            .values()
                            .get(resource)
                            .get()
                            .get(TopicConfig.CLEANUP_POLICY_CONFIG)
                            .value())
                    .isEqualTo("compact");
        }
    }

    @Test
    void severalProcessesThatStartAndRegisterAtOnceUnderstandEachOther() throws Exception {
        int processes = 4;
        int schemas = 20;
        ExecutorService pool = Executors.newFixedThreadPool(processes);
        List<TopicSchemaStore> stores = new ArrayList<>();
        List<Future<List<Integer>>> registered = new ArrayList<>();
        Callable<TopicSchemaStore> open = this::store;
        for (Future<TopicSchemaStore> opened : pool.invokeAll(Collections.nCopies(processes, open))) {
            TopicSchemaStore store = opened.get();
            stores.add(store);
            registered.add(pool.submit(() -> {
                List<Integer> ids = new ArrayList<>();
                for (int i = 0; i < schemas; i++) {
                    ids.add(store.register("s" + i, record("R" + i)));
                }
                return ids;
            }));
        }

        for (Future<List<Integer>> ids : registered) {
            for (int i = 0; i < schemas; i++) {
                for (TopicSchemaStore store : stores) {
                    assertThat(store.byId(ids.get().get(i))).isEqualTo(record("R" + i));
                }
            }
        }
        pool.shutdown();
        stores.forEach(TopicSchemaStore::close);
    }

    @Test
    void settingsOfOtherClientsDoNoHarm() {
        Map<String, Object> config = Map.of(
                CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG,
                broker.bootstrapServers(),
                "transactional.id",
                "capture",
                "group.id",
                "apply",
                "acks",
                "0",
                "enable.idempotence",
                "false",
                "auto.offset.reset",
                "latest");

        try (TopicSchemaStore store = new TopicSchemaStore(config, topic);
                TopicSchemaStore other = new TopicSchemaStore(config, topic)) {
            int id = store.register("a", record("A"));
            assertThat(other.byId(id)).isEqualTo(record("A"));
        }
    }

    @Test
    void aStoreOutlivesTheBrokersRestartAndSoDoSchemas() {
        try (TopicSchemaStore store = store()) {
            int before = store.register("a", record("A"));
            broker.close();
            broker = EmbeddedBroker.start(dataDirectory());

            int after = store.register("b", record("B"));

            try (TopicSchemaStore fresh = store()) {
                assertThat(fresh.byId(before)).isEqualTo(record("A"));
                assertThat(fresh.byId(after)).isEqualTo(record("B"));
                assertThat(fresh.register("a", record("A"))).isEqualTo(before);
            }
        }
    }

    @Test
    void aStoreClosesAtOnceAlsoWhileItWaitsForKafka() throws Exception {
        TopicSchemaStore store = store();
        broker.close();
        try {
            FutureTask<Schema> waiting = new FutureTask<>(() -> store.byId(99));
            Thread thread = new Thread(waiting, "waits-for-kafka");
            thread.start();
            Await.until("the store to wait for Kafka", Duration.ofSeconds(20), () -> waitsForKafka(thread));

            long begin = System.nanoTime();
            store.close();
            assertThatThrownBy(waiting::get)
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("closed");
            assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(5));
        } finally {
            broker = EmbeddedBroker.start(dataDirectory());
        }
    }

    @Test
    void aTopicThatWouldLoseSchemasIsRefused() throws Exception {
        create(new NewTopic(topic, Optional.of(1), Optional.empty()));

        assertRefused(this::store, "cleanup.policy is delete");
    }

    @Test
    void aTopicOfSeveralPartitionsIsRefused() throws Exception {
        create(new NewTopic(topic, Optional.of(2), Optional.empty()));

        assertRefused(this::store, "2 partitions");
    }

    private void assertRefused(Callable<?> call, String named) {
        assertThatThrownBy(call::call)
                .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                        .singleElement()
                        .satisfies(problem -> assertThat(problem.kind()).isEqualTo(Kind.REFUSED)))
                .hasMessageContainingAll(topic, named);
    }

    private static void create(NewTopic topic) throws Exception {
        try (Admin admin = Admin.create(clientConfig())) {
            admin.createTopics(List.of(topic)).all().get();
        }
    }

    private static boolean waitsForKafka(Thread thread) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().startsWith("java.nio.channels")
                    || frame.getMethodName().equals("poll")) {
                return true;
            }
        }
        return false;
    }

    private TopicSchemaStore store() {
        return new TopicSchemaStore(clientConfig(), topic);
    }

    private static Map<String, Object> clientConfig() {
        return Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    }

    private static Path dataDirectory() {
        return scratch.path().resolve("broker");
    }

    private static Schema record(String name) {
        return SchemaBuilder.record(name).fields().requiredLong("id").endRecord();
    }
}
