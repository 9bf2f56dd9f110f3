package dev.switchback.pipeline.topology;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;

import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.FaultPoints.Point;

/**
 * A stream thread's producer. Streams calls {@link #flush()} before it commits offsets, whenever it has processed
 * anything, on every path (docs/decisions/0007): the place where apply writes its buffers, so that the destination is
 * never behind Kafka. Exceptions of the destination pass through to Streams.
 */
final class FlushingProducer implements Producer<byte[], byte[]> {

    private final Producer<byte[], byte[]> producer;
    private final ApplyThreads threads;
    private final FaultPoints faults;
    private Map<TopicPartition, OffsetAndMetadata> committing = Map.of();
    private boolean inDoubt;

    FlushingProducer(Producer<byte[], byte[]> producer, ApplyThreads threads, FaultPoints faults) {
        this.producer = producer;
        this.threads = threads;
        this.faults = faults;
    }

    @Override
    public void flush() {
        threads.flushCurrent();
        producer.flush();
    }

    @Override
    public void sendOffsetsToTransaction(
            Map<TopicPartition, OffsetAndMetadata> offsets, ConsumerGroupMetadata groupMetadata) {
        faults.reached(Point.BEFORE_STREAMS_COMMIT);
        producer.sendOffsetsToTransaction(offsets, groupMetadata);
        committing = offsets;
    }

    /**
     * Where Kafka does not answer in time, nobody knows how the transaction ended. A producer takes nothing but the same
     * call again then, which Streams, going on with it, does not make; so it is told to take another one, whose first call
     * finds out.
     */
    @Override
    public void commitTransaction() {
        try {
            producer.commitTransaction();
        } catch (TimeoutException unanswered) {
            inDoubt = true;
            throw given(unanswered);
        }
        faults.reached(Point.AFTER_STREAMS_COMMIT);
        threads.committedCurrent(committing);
        committing = Map.of();
    }

    @Override
    public void initTransactions() {
        producer.initTransactions();
    }

    @Override
    public void beginTransaction() {
        if (inDoubt) {
            throw given(null);
        }
        producer.beginTransaction();
    }

    @Override
    public void abortTransaction() {
        if (inDoubt) {
            return; // The next producer ends it.
        }
        try {
            producer.abortTransaction();
        } catch (TimeoutException unanswered) {
            inDoubt = true;
            throw unanswered;
        }
    }

    /** What Streams takes for another producer's doing, and joins the group anew with one of its own. */
    private static InvalidProducerEpochException given(@Nullable TimeoutException unanswered) {
        InvalidProducerEpochException given =
                new InvalidProducerEpochException("Kafka did not say in time how the transaction ended");
        given.initCause(unanswered);
        return given;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record) {
        return producer.send(record);
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        return producer.send(record, callback);
    }

    @Override
    public List<PartitionInfo> partitionsFor(String topic) {
        return producer.partitionsFor(topic);
    }

    @Override
    public Map<MetricName, ? extends Metric> metrics() {
        return producer.metrics();
    }

    @Override
    public void registerMetricForSubscription(KafkaMetric metric) {
        producer.registerMetricForSubscription(metric);
    }

    @Override
    public void unregisterMetricFromSubscription(KafkaMetric metric) {
        producer.unregisterMetricFromSubscription(metric);
    }

    @Override
    public Uuid clientInstanceId(Duration timeout) {
        return producer.clientInstanceId(timeout);
    }

    @Override
    public void close() {
        producer.close();
    }

    @Override
    public void close(Duration timeout) {
        producer.close(timeout);
    }
}
