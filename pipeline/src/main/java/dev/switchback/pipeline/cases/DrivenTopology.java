package dev.switchback.pipeline.cases;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;
import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.topology.InputTopics;

/**
 * A topology whose one task is driven record by record, without Kafka. Time stands still unless it is moved. Not
 * thread-safe.
 */
public final class DrivenTopology implements AutoCloseable {

    private final TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> topics = new HashMap<>();

    /**
     * @param inputs every topic that it reads
     * @param state an empty directory for its stores
     */
    public DrivenTopology(Topology topology, InputTopics inputs, Path state) {
        this.driver = new TopologyTestDriver(topology, configuration(state), Instant.now());
        for (String topic : inputs.ids().keySet()) {
            topics.put(topic, driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer()));
        }
    }

    /** Has the task read a record, and all that comes of it; a record of a topic that it does not read passes by. */
    public void read(String topic, byte @Nullable [] key, byte[] value, List<Header> headers) {
        @Nullable TestInputTopic<byte[], byte[]> known = topics.get(topic);
        if (known != null) {
            known.pipeInput(new TestRecord<>(key, value, new RecordHeaders(headers)));
        }
    }

    public void letPass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    /** As if the process had died. */
    @Override
    public void close() {
        driver.close();
    }

    private static Properties configuration(Path state) {
        Properties configuration = new Properties();
        configuration.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        configuration.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        configuration.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "unused:1");
        configuration.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        configuration.put("processing.exception.handler.global.enabled", true);
        return configuration;
    }
}
