package dev.switchback.topology;

import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import java.util.stream.Collectors;

import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.pipeline.topology.ApplyListener;
import dev.switchback.pipeline.topology.ApplyThreads;
import dev.switchback.pipeline.topology.BufferBounds;
import dev.switchback.pipeline.topology.InputLog;
import dev.switchback.pipeline.topology.MigrationTopology;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A member of the consumer group with one task, which reads a {@link ChangeLog} from its start and writes to a {@link
 * MemoryDestination}. Time stands still unless a test moves it. Not thread-safe.
 */
final class ApplyMember implements AutoCloseable {

    /** So that only what a test does makes it flush. */
    private static final BufferBounds WIDE = new BufferBounds(1_000_000, 1L << 40, Duration.ofMillis(5));

    /** So many rows may be held. */
    static final int HELD_LIMIT = 100;

    private final ChangeLog log;
    private final ScratchDirectory state = ScratchDirectory.create("switchback-");
    private final ApplyThreads threads;
    private final TopologyTestDriver driver;
    private final Map<String, TestInputTopic<byte[], byte[]>> topics = new HashMap<>();
    private int read;

    ApplyMember(ChangeLog log, MemoryDestination destination) {
        this(log, destination, WIDE, ApplyListener.NONE, Resuming.AT_THE_START);
    }

    ApplyMember(
            ChangeLog log, MemoryDestination destination, BufferBounds bounds, ApplyListener listener, InputLog kafka) {
        this.log = log;
        this.threads = new ApplyThreads(ChangeLog.FLOW, destination, bounds, HELD_LIMIT, listener);
        this.driver = new TopologyTestDriver(
                MigrationTopology.build(log.topics(), log.mappings(), log.joins(), log.schemas(), kafka, threads),
                configuration(state.path()),
                Instant.now());
        List<String> inputs = new ArrayList<>(log.mappings().keySet());
        inputs.addAll(log.joins().topics());
        for (String topic : inputs) {
            topics.put(topic, driver.createInputTopic(topic, new ByteArraySerializer(), new ByteArraySerializer()));
        }
    }

    /** Reads what the log has got since the last call; what it makes of it stays in the buffer. */
    void read() {
        List<ChangeLog.Entry> entries = log.entries();
        while (read < entries.size()) {
            ChangeLog.Entry entry = entries.get(read++);
            if (topics.containsKey(entry.topic())) {
                topic(entry.topic()).pipeInput(entry.key(), entry.value());
            }
        }
    }

    /** Lets time pass, so that what is buffered grows too old. */
    void flush() {
        letPass(Duration.ofMillis(5));
    }

    void letPass(Duration time) {
        driver.advanceWallClockTime(time);
    }

    /** Reads, and writes to the destination. */
    void apply() {
        read();
        flush();
    }

    /** As if the process had died: nothing that is buffered is written. */
    @Override
    public void close() {
        driver.close();
        threads.close();
        state.close();
    }

    /** The problem below what Streams has wrapped around it. */
    static ProblemException problem(Throwable thrown) {
        for (@Nullable Throwable t = thrown; t != null; t = t.getCause()) {
            if (t instanceof ProblemException problem) {
                return problem;
            }
        }
        throw new AssertionError("not a problem", thrown);
    }

    private TestInputTopic<byte[], byte[]> topic(String name) {
        return Optional.ofNullable(topics.get(name)).orElseThrow();
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

    /** A group that has committed nothing. */
    enum Resuming implements InputLog {
        AT_THE_START;

        @Override
        public Map<InputPartition, Long> resumesAt(java.util.Collection<InputPartition> inputs) {
            return Map.of();
        }

        @Override
        public Map<InputPartition, Long> ends(java.util.Collection<InputPartition> inputs) {
            return inputs.stream().collect(Collectors.toMap(Function.identity(), input -> Long.MAX_VALUE));
        }

        @Override
        public Content content(InputPartition input, long from, long to) {
            throw new AssertionError("nothing is committed");
        }
    }
}
