package dev.switchback.pipeline.topology;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Gives Streams the clients it would have made for itself, but a producer that writes the apply buffers first, and that
 * has its predecessor's transactional id again when this member is started anew.
 */
public final class FlushingClientSupplier implements KafkaClientSupplier {

    private final ApplyThreads threads;
    private final ApplySettings settings;

    public FlushingClientSupplier(ApplyThreads threads, ApplySettings settings) {
        this.threads = threads;
        this.settings = settings;
    }

    @Override
    public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
        config.computeIfPresent(
                ProducerConfig.TRANSACTIONAL_ID_CONFIG, (key, id) -> transactionalId(id.toString(), settings));
        return new FlushingProducer(
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer()),
                threads,
                settings.faults());
    }

    /**
     * Streams' own ends in a random process id and the thread's number: a process that is killed in a transaction and
     * started again would wait until that transaction times out. Under the id it had before, it ends it.
     */
    static String transactionalId(String streams, ApplySettings settings) {
        String thread = streams.substring(streams.lastIndexOf('-'));
        return settings.member()
                .map(member -> transactionalId(member, thread, settings))
                .orElse(streams);
    }

    /** Those of all threads of a member that has a name; nobody knows them of one that has none. */
    static List<String> transactionalIds(ApplySettings settings) {
        return settings.member().stream()
                .flatMap(member -> IntStream.rangeClosed(1, settings.threads())
                        .mapToObj(thread -> transactionalId(member, "-" + thread, settings)))
                .toList();
    }

    private static String transactionalId(String member, String thread, ApplySettings settings) {
        return settings.flow().applicationId() + "-" + member + thread;
    }

    @Override
    public Admin getAdmin(Map<String, Object> config) {
        return Admin.create(config);
    }

    @Override
    public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    @Override
    public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
        return consumer(config);
    }

    private static Consumer<byte[], byte[]> consumer(Map<String, Object> config) {
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
