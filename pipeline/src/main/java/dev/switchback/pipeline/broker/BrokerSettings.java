package dev.switchback.pipeline.broker;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.common.Uuid;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.MetadataVersion;

/**
 * How the embedded node is configured: one node that is its own quorum, with as few threads and as little heap as its
 * one user needs, and internal topics that need no second replica.
 */
record BrokerSettings(Path directory, int port, int controllerPort) {

    /** How long an acknowledged record may be in the page cache only. */
    static final int FLUSH_MILLIS = 1_000;

    /** The largest batch of records; rows hold documents of several megabytes. */
    static final int MESSAGE_BYTES = 16 * 1024 * 1024;

    /** How long a controller alone waits for a broker of which the directory's lock says that it is dead. */
    static final Duration FORMER_SESSION = Duration.ofMillis(500);

    private static final int NODE_ID = 1;

    boolean isFormatted() {
        return Files.exists(directory.resolve("meta.properties"));
    }

    /** Makes the directory a node's, where it is not one yet. */
    void format() {
        if (isFormatted()) {
            return;
        }
        try {
            new Formatter()
                    .setNodeId(NODE_ID)
                    .setClusterId(Uuid.randomUuid().toString())
                    .setControllerListenerName("CONTROLLER")
                    .setReleaseVersion(MetadataVersion.latestProduction())
                    .addDirectory(directory.toString())
                    .setMetadataLogDirectory(directory.toString())
                    .setPrintStream(new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                    .run();
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("formatting " + directory + " for the embedded broker failed", e);
        }
    }

    /** Of the node's controller, without its broker. */
    Map<String, String> controllerProperties() {
        Map<String, String> properties = new HashMap<>(controller());
        properties.put("process.roles", "controller");
        properties.put("listeners", "CONTROLLER://" + controllerAddress());
        properties.put("listener.security.protocol.map", "CONTROLLER:PLAINTEXT");
        properties.put("broker.session.timeout.ms", Long.toString(FORMER_SESSION.toMillis()));
        properties.put("broker.heartbeat.interval.ms", Long.toString(FORMER_SESSION.toMillis() / 5));
        return properties;
    }

    Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>(controller());
        properties.putAll(broker());
        properties.putAll(durability());
        properties.putAll(singleReplica());
        properties.putAll(footprint());
        return properties;
    }

    private String controllerAddress() {
        return LoopbackPort.HOST + ":" + controllerPort;
    }

    private Map<String, String> controller() {
        return Map.of(
                "node.id",
                Integer.toString(NODE_ID),
                "controller.quorum.voters",
                NODE_ID + "@" + controllerAddress(),
                "controller.listener.names",
                "CONTROLLER",
                "log.dirs",
                directory.toString());
    }

    private Map<String, String> broker() {
        String broker = "BROKER://" + LoopbackPort.HOST + ":" + port;
        return Map.of(
                "process.roles",
                "broker,controller",
                "inter.broker.listener.name",
                "BROKER",
                "listeners",
                broker + ",CONTROLLER://" + controllerAddress(),
                "advertised.listeners",
                broker,
                "listener.security.protocol.map",
                "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT");
    }

    private static Map<String, String> durability() {
        return Map.of(
                "log.flush.interval.ms",
                Integer.toString(FLUSH_MILLIS),
                "log.flush.scheduler.interval.ms",
                Integer.toString(FLUSH_MILLIS),
                "unclean.leader.election.enable",
                "false",
                // A consumer group that stands still must not lose its place while its migration rests.
                "offsets.retention.minutes",
                Integer.toString(Integer.MAX_VALUE),
                "auto.create.topics.enable",
                "false",
                // Every half second by default; an idle node should leave the disk alone.
                "metadata.max.idle.interval.ms",
                "5000");
    }

    private static Map<String, String> singleReplica() {
        return Map.of(
                "offsets.topic.num.partitions", "4",
                "offsets.topic.replication.factor", "1",
                "transaction.state.log.num.partitions", "4",
                "transaction.state.log.replication.factor", "1",
                "transaction.state.log.min.isr", "1",
                "share.coordinator.state.topic.num.partitions", "1",
                "share.coordinator.state.topic.replication.factor", "1",
                "share.coordinator.state.topic.min.isr", "1",
                "group.initial.rebalance.delay.ms", "0");
    }

    private static Map<String, String> footprint() {
        return Map.of(
                "num.network.threads", "2",
                "num.io.threads", "4",
                "background.threads", "4",
                "message.max.bytes", Integer.toString(MESSAGE_BYTES),
                // The default of 128 MB is heap, for a few small compacted topics.
                "log.cleaner.dedupe.buffer.size", Integer.toString(4 * 1024 * 1024),
                "log.segment.bytes", Integer.toString(256 * 1024 * 1024),
                "log.index.size.max.bytes", Integer.toString(2 * 1024 * 1024));
    }
}
