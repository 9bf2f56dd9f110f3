package dev.switchback.pipeline.migration.topic;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Reads a ledger from its beginning, entry by entry. Not thread-safe, but for {@link #wakeup}. */
final class LedgerReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);

    private final LedgerTopic topic;
    private final TopicPartition partition;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private MigrationState state = MigrationState.START;

    LedgerReader(LedgerTopic topic) {
        this.topic = topic;
        this.partition = topic.partition();
        try {
            this.consumer = topic.consumer();
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
        } catch (KafkaException e) {
            throw topic.unreachable(e);
        }
    }

    /** Where the migration stands behind what was read. */
    MigrationState state() {
        return state;
    }

    /** The offset behind the last record that Kafka has now. */
    long end() {
        try {
            long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
            if (end < consumer.position(partition)) {
                throw new ProblemException(new Problem(
                        Problem.Kind.REFUSED,
                        "Kafka topic " + topic.name(),
                        "The ledger ends before entries that were read from it: it was deleted and created again.",
                        "Stop every process of the migration, and find out who did; what it stood for is lost."));
            }
            return end;
        } catch (KafkaException e) {
            throw topic.unreachable(e);
        }
    }

    /** Whether all before the offset was read. */
    boolean isAt(long offset) {
        return consumer.position(partition) >= offset;
    }

    /**
     * Reads on until everything before the offset is read.
     *
     * @throws ProblemException when Kafka does not answer, or an entry is none that this version knows
     */
    List<Line> readTo(long offset) {
        List<Line> lines = new ArrayList<>();
        long deadline = System.nanoTime() + topic.answerWithin().toNanos();
        while (!isAt(offset)) {
            lines.addAll(poll(POLL));
            if (!isAt(offset) && System.nanoTime() - deadline > 0) {
                throw topic.unreachable(new TimeoutException("it has " + offset
                        + " entries, and does not give those from " + consumer.position(partition) + " on"));
            }
        }
        return lines;
    }

    /** What comes within the time, possibly nothing. Throws as {@link #readTo} does, and Kafka's wake-up. */
    List<Line> poll(Duration within) {
        List<Line> lines = new ArrayList<>();
        try {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(within).records(partition)) {
                Line line = Line.of(record.offset(), entry(record), state);
                state = line.after();
                lines.add(line);
            }
            return lines;
        } catch (WakeupException e) {
            throw e;
        } catch (KafkaException e) {
            throw topic.unreachable(e);
        }
    }

    private Entry entry(ConsumerRecord<byte[], byte[]> record) {
        byte[] value = record.value() == null ? new byte[0] : record.value();
        try {
            return LedgerJson.read(value);
        } catch (IOException e) {
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.REFUSED,
                            "Kafka topic " + topic.name() + " at offset " + record.offset(),
                            "The ledger holds an entry that this Switchback does not understand: " + e.getMessage()
                                    + ".",
                            "Use the version that wrote it, or a newer one."),
                    e);
        }
    }

    /** Makes a poll that is under way on another thread fail with Kafka's wake-up. */
    void wakeup() {
        consumer.wakeup();
    }

    @Override
    public void close() {
        consumer.close(CloseOptions.timeout(Duration.ofSeconds(1)));
    }
}
