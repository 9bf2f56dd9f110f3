package dev.switchback.pipeline.topology;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.LogAndFailExceptionHandler;
import org.apache.kafka.streams.errors.LogAndFailProcessingExceptionHandler;

/** How apply sets Kafka Streams up: exactly once, and tuned for delay. Stateless. */
final class StreamsConfiguration {

    /** Streams, and its assignor within the consumer, warn at each start unless it is set; there is no global store. */
    private static final String GLOBAL_HANDLER = "processing.exception.handler.global.enabled";

    private static final int LARGEST_RECORD = 80 << 20;

    private StreamsConfiguration() {}

    static Properties of(ApplySettings settings) {
        Properties config = new Properties();
        config.putAll(settings.kafka());
        correctness(config, settings);
        delay(config);
        membership(config, settings);
        if (!settings.joins().isEmpty()) {
            joins(config);
        }
        return config;
    }

    /** A consumer of committed records that belongs to no group and resets no offset. */
    static Map<String, Object> reader(ApplySettings settings) {
        Map<String, Object> config = new HashMap<>(settings.kafka());
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }

    private static void correctness(Properties config, ApplySettings settings) {
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, settings.flow().applicationId());
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.ISOLATION_LEVEL_CONFIG), "read_committed");
        // A handler that goes on would skip a change.
        config.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailProcessingExceptionHandler.class);
        config.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, LogAndFailExceptionHandler.class);
        config.put(GLOBAL_HANDLER, true);
        config.put(StreamsConfig.mainConsumerPrefix(GLOBAL_HANDLER), true);
        config.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, settings.threads());
        config.put(StreamsConfig.STATE_DIR_CONFIG, settings.stateDirectory().toString());
    }

    private static void delay(Properties config) {
        // Punctuation, hence the flush of what is buffered, waits for a poll that finds nothing to end.
        config.put(StreamsConfig.POLL_MS_CONFIG, 5L);
        // Changes of one table need not wait for those of another: order matters per key, and a key has one partition.
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // Nobody waits for the Streams commit: a restart reads again what came since, and skips it.
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 5_000L);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 4_000);
        config.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 4_000);
        // Less than half a heap region, see the launcher: for a larger object G1 looks whether to begin a marking.
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.FETCH_MAX_BYTES_CONFIG), 3 << 20);
    }

    /** A claim waits for the commit of the task that makes it, and all that one lookup row changes is in one commit. */
    private static void joins(Properties config) {
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100L);
        config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), 60_000);
        // What a change topic takes, with what is remembered beside it.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), LARGEST_RECORD);
        config.put(StreamsConfig.topicPrefix(TopicConfig.MAX_MESSAGE_BYTES_CONFIG), Integer.toString(LARGEST_RECORD));
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BUFFER_MEMORY_CONFIG), (long) LARGEST_RECORD * 2);
        config.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedStores.class);
    }

    private static void membership(Properties config, ApplySettings settings) {
        // How long a killed member's partitions stand still.
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG), 10_000);
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG), 2_000);
        // How long a commit may keep a member from ending when Kafka does not answer.
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_BLOCK_MS_CONFIG), 10_000L);
        config.put(CommonClientConfigs.ENABLE_METRICS_PUSH_CONFIG, false);
        settings.member()
                .ifPresent(member ->
                        config.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), member));
    }
}
