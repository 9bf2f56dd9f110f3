package dev.switchback.pipeline.migration.topic;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.migration.Claim;
import dev.switchback.pipeline.migration.Decision;
import dev.switchback.pipeline.migration.Entry;
import dev.switchback.pipeline.migration.InDoubtException;
import dev.switchback.pipeline.migration.Ledger;
import dev.switchback.pipeline.migration.Line;
import dev.switchback.pipeline.migration.MigrationState;
import dev.switchback.pipeline.migration.Note;
import dev.switchback.pipeline.migration.OvertakenException;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A ledger in Kafka. Whatever it appends it reads back, since only what the log holds before an entry says whether the
 * entry counts. Thread-safe; one call at a time.
 */
public final class KafkaLedger implements Ledger {

    private final LedgerTopic topic;
    private final String writer;
    private final Clock clock;
    private final LedgerReader reader;
    private final List<Line> lines = new ArrayList<>();
    private volatile @Nullable KafkaProducer<byte[], byte[]> producer;

    /**
     * Opens a ledger whose topic exists.
     *
     * @param writer who writes, for {@link Entry#by()}
     * @throws ProblemException when Kafka does not answer
     */
    public KafkaLedger(LedgerTopic topic, String writer, Clock clock) {
        this.topic = topic;
        this.writer = writer;
        this.clock = clock;
        this.reader = new LedgerReader(topic);
    }

    @Override
    public synchronized MigrationState read() {
        return readTo(reader.end());
    }

    @Override
    public synchronized List<Line> lines() {
        return List.copyOf(lines);
    }

    @Override
    public synchronized MigrationState note(Note note) {
        return append(Entry.note(clock.instant(), writer, note)).after();
    }

    @Override
    public synchronized MigrationState decide(Decision decision, Claim claim) {
        Line line = append(Entry.decision(clock.instant(), writer, decision, claim));
        if (line.objection().isPresent()) {
            throw new OvertakenException(line.objection().get(), reader.state());
        }
        return line.after();
    }

    private Line append(Entry entry) {
        long offset = send(entry);
        try {
            readTo(offset + 1);
        } catch (ProblemException | WakeupException e) {
            throw new InDoubtException(
                    "an entry is at offset " + offset + " of " + topic.name() + ", and cannot be read back", e);
        }
        return lines.stream()
                .filter(line -> line.offset() == offset)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        topic.name() + " acknowledged an entry at offset " + offset + " and does not have it there"));
    }

    private long send(Entry entry) {
        try {
            return open().send(new ProducerRecord<>(topic.name(), 0, null, LedgerJson.write(entry)))
                    .get()
                    .offset();
        } catch (ExecutionException | KafkaException e) {
            // What a producer has given up may still be on its way; the next entry must not queue behind it.
            drop();
            throw new InDoubtException("Kafka has not acknowledged an entry of " + topic.name(), e);
        } catch (InterruptedException e) {
            drop();
            throw new InterruptException(e);
        }
    }

    private MigrationState readTo(long end) {
        lines.addAll(reader.readTo(end));
        return reader.state();
    }

    private KafkaProducer<byte[], byte[]> open() {
        KafkaProducer<byte[], byte[]> open = producer;
        if (open == null) {
            open = topic.producer();
            producer = open;
        }
        return open;
    }

    private void drop() {
        KafkaProducer<byte[], byte[]> open = producer;
        producer = null;
        if (open != null) {
            open.close(Duration.ZERO);
        }
    }

    @Override
    public void close() {
        // Whoever waits for Kafka inside the lock is woken, so that an end is quick also when Kafka does not answer.
        drop();
        reader.wakeup();
        synchronized (this) {
            drop();
            reader.close();
        }
    }
}
