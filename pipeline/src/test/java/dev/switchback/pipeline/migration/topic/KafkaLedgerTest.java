package dev.switchback.pipeline.migration.topic;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.LedgerListener;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.Operation;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.pipeline.migration.Phase;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

@Timeout(120)
class KafkaLedgerTest {

    private static final AtomicInteger NEXT = new AtomicInteger();
    private static final Decision CUTOVER = new Decision.Began(Operation.CUTOVER, Duration.ofSeconds(5));
    private static final Note COPIED = new Note.Copied(3, Duration.ofSeconds(1));

    @TempDir
    private static Path data;

    private static EmbeddedBroker broker;

    private final String migration = "m" + NEXT.incrementAndGet();
    private final LedgerTopic topic = topic(broker, migration);

    @BeforeAll
    static void startTheBroker() {
        broker = EmbeddedBroker.start(data);
    }

    @AfterAll
    static void stopTheBroker() {
        broker.close();
    }

    @Test
    void theTopicIsNeverCompactedNorExpiredAndReachesTheDiskAtEachRecord() throws Exception {
        assertThat(topic.exists()).isFalse();
        topic.ensure((short) -1);
        topic.ensure((short) -1);

        assertThat(topic.exists()).isTrue();
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic.name());
        try (Admin admin = admin()) {
            Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertThat(config.get("cleanup.policy").value()).isEqualTo("delete");
            assertThat(config.get("retention.ms").value()).isEqualTo("-1");
            assertThat(config.get("retention.bytes").value()).isEqualTo("-1");
            assertThat(config.get("flush.messages").value()).isEqualTo("1");
            assertThat(admin.describeTopics(List.of(topic.name()))
                            .allTopicNames()
                            .get()
                            .get(topic.name())
                            .partitions())
                    .hasSize(1);
        }
    }

    @Test
    void aTopicThatWouldLoseRecordsIsRefused() throws Exception {
        try (Admin admin = admin()) {
            admin.createTopics(List.of(
                            new NewTopic(topic.name(), 1, (short) 1).configs(Map.of("cleanup.policy", "compact"))))
                    .all()
                    .get();
        }

        assertThatThrownBy(() -> topic.ensure((short) -1))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("cleanup.policy is compact");
    }

    @Test
    void whatOneAppendsAnotherReads() {
        topic.ensure((short) -1);
        try (KafkaLedger ana = open("ana");
                KafkaLedger ben = open("ben")) {
            assertThat(ben.read()).isEqualTo(MigrationState.START);

            assertThat(ana.note(COPIED).phase()).isEqualTo(Phase.FOLLOWING);
            MigrationState begun = ana.decide(CUTOVER, ana.read().claim(2));

            assertThat(ben.read()).isEqualTo(begun);
            assertThat(begun.operation().orElseThrow().operator()).isEqualTo("ana");
            assertThat(ben.lines()).isEqualTo(ana.lines()).hasSize(2);
        }
    }

    @Test
    void ofTwoThatDecideUponTheSameLookOneIsTold() {
        topic.ensure((short) -1);
        try (KafkaLedger ana = open("ana");
                KafkaLedger ben = open("ben")) {
            ana.note(COPIED);
            MigrationState seenByAna = ana.read();
            MigrationState seenByBen = ben.read();
            MigrationState after = ana.decide(CUTOVER, seenByAna.claim(2));

            assertThatThrownBy(() -> ben.decide(CUTOVER, seenByBen.claim(3)))
                    .isInstanceOfSatisfying(
                            OvertakenException.class, e -> assertThat(e.state()).isEqualTo(after))
                    .hasMessage("somebody else decided first");
            assertThat(ben.lines()).last().satisfies(line -> assertThat(line.objection())
                    .contains("somebody else decided first"));
        }
    }

    @Test
    void aNoteInBetweenDisturbsNoDecision() {
        topic.ensure((short) -1);
        try (KafkaLedger ana = open("ana");
                KafkaLedger ben = open("ben")) {
            ana.note(COPIED);
            MigrationState seen = ana.read();
            ben.note(new Note.Started("m2", List.of("apply")));

            assertThat(ana.decide(CUTOVER, seen.claim(2)).operation()).isPresent();
        }
    }

    @Test
    void aTailReadsWhatWasThereThenSaysSoThenReadsWhatComes() throws Exception {
        topic.ensure((short) -1);
        try (KafkaLedger ledger = open("ana")) {
            ledger.note(COPIED);
            BlockingQueue<String> heard = new LinkedBlockingQueue<>();
            try (LedgerTail tail = LedgerTail.follow(topic, listener(heard))) {
                assertThat(tail).isNotNull();
                assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("Copied");
                assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("caught up: following");

                ledger.decide(CUTOVER, ledger.read().claim(2));

                assertThat(heard.poll(30, TimeUnit.SECONDS)).isEqualTo("Began");
            }
            assertThat(heard).isEmpty();
        }
    }

    @Test
    void anEntryOfALaterVersionEndsTheReading() throws Exception {
        topic.ensure((short) -1);
        try (var producer = topic.producer()) {
            byte[] later = "{\"at\":\"2026-11-22T02:03:04Z\",\"by\":\"ana\",\"record\":\"rehearsed\"}".getBytes(UTF_8);
            producer.send(new ProducerRecord<>(topic.name(), 0, null, later)).get();
        }
        BlockingQueue<String> heard = new LinkedBlockingQueue<>();
        try (KafkaLedger ledger = open("ana");
                LedgerTail tail = LedgerTail.follow(topic, listener(heard))) {
            assertThatThrownBy(ledger::read)
                    .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.problems())
                            .extracting(Problem::kind)
                            .containsExactly(Problem.Kind.REFUSED))
                    .hasMessageContaining("at offset 0")
                    .hasMessageContaining("newer");
            assertThat(tail).isNotNull();
            assertThat(heard.poll(30, TimeUnit.SECONDS)).startsWith("failed: ").contains("rehearsed");
        }
    }

    @Test
    void withoutKafkaAnAppendIsInDoubtAndAReadIsUnreachable(@TempDir Path own) {
        EmbeddedBroker gone = EmbeddedBroker.start(own);
        LedgerTopic there = topic(gone, migration);
        there.ensure((short) -1);
        try (KafkaLedger ledger = new KafkaLedger(there, "ana", Clock.systemUTC())) {
            MigrationState seen = ledger.note(COPIED);
            gone.close();

            assertThatThrownBy(() -> ledger.decide(CUTOVER, seen.claim(2))).isInstanceOf(InDoubtException.class);
            assertThatThrownBy(ledger::read)
                    .isInstanceOfSatisfying(ProblemException.class, e -> assertThat(e.exitCode())
                            .isEqualTo(3));

            try (EmbeddedBroker back = EmbeddedBroker.start(own)) {
                assertThat(back.bootstrapServers()).isEqualTo(gone.bootstrapServers());
                assertThat(ledger.note(COPIED).phase()).isEqualTo(Phase.FOLLOWING);
            }
        } finally {
            gone.close();
        }
    }

    private KafkaLedger open(String writer) {
        return new KafkaLedger(topic, writer, Clock.systemUTC());
    }

    private static LedgerTopic topic(EmbeddedBroker broker, String migration) {
        return new LedgerTopic(
                Map.of("bootstrap.servers", broker.bootstrapServers()), migration, Duration.ofSeconds(3));
    }

    private static Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private static LedgerListener listener(BlockingQueue<String> heard) {
        return new LedgerListener() {
            @Override
            public void read(Line line) {
                heard.add(line.entry().record().getClass().getSimpleName());
            }

            @Override
            public void caughtUp(MigrationState state) {
                heard.add("caught up: " + state.phase());
            }

            @Override
            public void failed(RuntimeException reason) {
                heard.add("failed: " + reason.getMessage());
            }
        };
    }
}
