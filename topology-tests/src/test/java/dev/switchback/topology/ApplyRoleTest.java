package dev.switchback.topology;

import static dev.switchback.topology.Tables.STORE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.spi.DestinationException;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.pipeline.broker.EmbeddedBroker;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyRole;
import dev.switchback.pipeline.topology.ApplySettings;
import dev.switchback.pipeline.topology.ApplyState.Phase;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.Joins;
import dev.switchback.platform.Await;
import dev.switchback.transforms.problem.Problem;

/** Members of apply on a real broker: what they survive, and what they refuse. */
class ApplyRoleTest {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    @TempDir
    private static Path directory;

    private static EmbeddedBroker broker;

    private final MemoryDestination destination = new MemoryDestination();

    @BeforeAll
    static void startBroker() {
        broker = EmbeddedBroker.start(directory.resolve("broker"));
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void aDestinationThatGoesAwayIsWaitedForAndNothingIsLost() {
        try (BrokerChangeLog log = log("away");
                ApplyRole role = start(log)) {
            log.insert(0, 10, "Basel");
            awaitRows(10);
            destination.beforeCommit(batch -> {
                throw new DestinationException("connection lost", new IOException("reset by peer"));
            });
            log.insert(10, 20, "Bern");
            Await.until("apply to wait", PATIENCE, () -> role.state().phase() == Phase.WAITING);
            assertThat(role.state().problem()).hasValueSatisfying(problem -> assertThat(problem.what())
                    .isEqualTo("The destination stays away: connection lost."));

            destination.beforeCommit(batch -> {});

            awaitRows(20);
            Await.until("apply to run", PATIENCE, () -> role.state().phase() == Phase.RUNNING);
            assertThat(role.lag().count()).isEqualTo(20);
        }
    }

    @Test
    void aMemberThatLeavesHandsItsPartitionsOver() {
        try (BrokerChangeLog log = log("members");
                ApplyRole first = start(log)) {
            log.insert(0, 10, "Basel");
            awaitRows(10);
            try (ApplyRole second = start(log)) {
                Await.until("the second to run", PATIENCE, () -> second.state().phase() == Phase.RUNNING);
                log.insert(10, 200, "Bern");
                awaitRows(200);
            }
            log.insert(200, 300, "Chur");

            awaitRows(300);
            assertThat(first.state().problem()).isEmpty();
        }
    }

    @Test
    void aMemberWithANameGoesOnUnderItWhenItIsStartedAgain() {
        try (BrokerChangeLog log = log("named")) {
            for (int round = 0; round < 3; round++) {
                try (ApplyRole role = new ApplyRole(settings(log, Optional.of("one")), ApplyListener.NONE)) {
                    role.start();
                    log.insert(round * 10L, round * 10L + 10, "Basel");
                    awaitRows(round * 10 + 10);
                }
            }
        }
    }

    @Test
    void aMemberWithANameEndsTheTransactionThatItDiedIn() {
        try (BrokerChangeLog log = log("died")) {
            ApplySettings settings = settings(log, Optional.of("one"));
            String transaction = log.flow().applicationId() + "-one-1";
            goesOnWhereItsPredecessorDied(log, settings, transaction, Duration.ofMinutes(10));
        }
    }

    @Test
    void aMemberWithoutANameWaitsForTheEndOfTheTransactionThatItsPredecessorDiedIn() {
        try (BrokerChangeLog log = log("died_nameless")) {
            goesOnWhereItsPredecessorDied(log, settings(log), "whoever", Duration.ofSeconds(3));
        }
    }

    /** And not at the first change, which could take rows back to what they were. */
    private void goesOnWhereItsPredecessorDied(
            BrokerChangeLog log, ApplySettings settings, String transaction, Duration timeout) {
        applyOnce(log, settings, 10);
        Map<Integer, Long> committed = log.committed();
        try (Producer<byte[], byte[]> died = diesInATransaction(log, transaction, timeout);
                ApplyRole role = new ApplyRole(settings, ApplyListener.NONE)) {
            role.start();
            Await.until("apply to run", PATIENCE, () -> {
                assertThat(log.committed()).isEqualTo(committed);
                return role.state().phase() == Phase.RUNNING;
            });
            log.insert(10, 20, "Bern");
            awaitRows(20);
        }
    }

    /** With offsets in it, for which whoever reads the group's offsets waits until it is ended, or its time is over. */
    private static Producer<byte[], byte[]> diesInATransaction(
            BrokerChangeLog log, String transaction, Duration timeout) {
        Map<String, Object> config = new HashMap<>(log.kafka());
        config.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, transaction);
        config.put(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG, (int) timeout.toMillis());
        Producer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        producer.initTransactions();
        producer.beginTransaction();
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        log.ends()
                .forEach((partition, end) ->
                        offsets.put(new TopicPartition(log.topic(), partition), new OffsetAndMetadata(end)));
        producer.sendOffsetsToTransaction(offsets, metadata(log));
        producer.flush();
        return producer;
    }

    private static ConsumerGroupMetadata metadata(BrokerChangeLog log) {
        Map<String, Object> config = new HashMap<>(log.kafka());
        config.put(ConsumerConfig.GROUP_ID_CONFIG, log.flow().applicationId());
        try (Consumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            return consumer.groupMetadata();
        }
    }

    @Test
    void anIdleRoleLooksAlive() {
        try (BrokerChangeLog log = log("alive");
                ApplyRole role = start(log)) {
            Await.until("apply to run", PATIENCE, () -> role.state().phase() == Phase.RUNNING);

            assertThat(role.lastMoved()).isAfter(Instant.now().minusSeconds(10));
        }
    }

    @Test
    void aDestinationRestoredToAnOlderStateIsRefused() {
        try (BrokerChangeLog log = log("restored")) {
            applyOnce(log, 20);
            log.setCheckpoint(destination, 0, 1);

            assertThat(halted(log).what()).contains("it is an older state of itself");
        }
    }

    @Test
    void aDestinationThatLacksOnlyTransactionMarkersIsNot() {
        try (BrokerChangeLog log = log("markers")) {
            applyOnce(log, 20);
            long end = log.ends().get(0);
            log.setCheckpoint(destination, 0, end - 1);

            try (ApplyRole role = start(log)) {
                Await.until("apply to run", PATIENCE, () -> role.state().phase() == Phase.RUNNING);
                log.insert(20, 40, "Bern");
                awaitRows(40);
            }
        }
    }

    @Test
    void aDestinationWhoseMissingChangesAreGoneIsRefused() {
        try (BrokerChangeLog log = log("retention")) {
            applyOnce(log, 20);
            log.setCheckpoint(destination, 0, 1);
            log.removeBefore(0, 3);

            assertThat(halted(log).what()).contains("retention has removed");
        }
    }

    @Test
    void changesThatRetentionRemovesBeforeTheyAreAppliedHalt() {
        try (BrokerChangeLog log = log("too_late")) {
            applyOnce(log, 20);
            log.insert(20, 60, "Bern");
            log.removeBefore(0, log.ends().get(0) - 1);

            // Told by Streams, or by the look ahead of it, if the group's offset is behind a marker that the checkpoint
            // is
            // not: both say why.
            assertThat(halted(log).what()).contains("the topic's retention");
        }
    }

    @Test
    void topicsThatAreNotThereYetAreWaitedFor() {
        try (BrokerChangeLog log = BrokerChangeLog.withoutTopic(broker.bootstrapServers(), "late", STORE, 2);
                ApplyRole role = start(log)) {
            Await.until("apply to wait", PATIENCE, () -> role.state().phase() == Phase.WAITING);

            log.createTopic();
            log.insert(0, 10, "Basel");

            awaitRows(10);
        }
    }

    private static BrokerChangeLog log(String migration) {
        return BrokerChangeLog.withTopic(broker.bootstrapServers(), migration, STORE, 2);
    }

    private ApplyRole start(BrokerChangeLog log) {
        ApplyRole role = new ApplyRole(settings(log), ApplyListener.NONE);
        role.start();
        return role;
    }

    private void applyOnce(BrokerChangeLog log, int rows) {
        applyOnce(log, settings(log), rows);
    }

    private void applyOnce(BrokerChangeLog log, ApplySettings settings, int rows) {
        try (ApplyRole role = new ApplyRole(settings, ApplyListener.NONE)) {
            role.start();
            log.insert(0, rows, "Basel");
            awaitRows(rows);
            Await.until("everything to be committed", PATIENCE, () -> log.committed()
                    .equals(log.ends()));
        }
    }

    private Problem halted(BrokerChangeLog log) {
        try (ApplyRole role = start(log)) {
            Await.until("apply to halt", PATIENCE, () -> role.state().phase() == Phase.HALTED);
            return role.state().problem().orElseThrow();
        }
    }

    private void awaitRows(int rows) {
        Await.until(
                rows + " rows",
                PATIENCE,
                () -> destination.tables().rows(STORE.id()).size() == rows);
    }

    private ApplySettings settings(BrokerChangeLog log) {
        return settings(log, Optional.empty());
    }

    private ApplySettings settings(BrokerChangeLog log, Optional<String> member) {
        return new ApplySettings(
                log.flow(),
                log.mappings(),
                Joins.none(log.flow()),
                log.partitions(),
                log.kafka(),
                log.schemas(),
                destination,
                1,
                BufferBounds.DEFAULT,
                10_000,
                directory.resolve("state"),
                member,
                FaultPoints.NONE);
    }
}
