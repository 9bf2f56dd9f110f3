package dev.switchback.connectors.debezium;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.LongSupplier;

import io.debezium.engine.ChangeEvent;
import io.debezium.engine.DebeziumEngine;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.source.SourceRecord;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.debezium.LogDecoder.LogChange;
import dev.switchback.connectors.debezium.RecordKinds.Beat;
import dev.switchback.connectors.debezium.RecordKinds.Message;
import dev.switchback.connectors.debezium.RecordKinds.SnapshotRow;
import dev.switchback.connectors.postgres.LogMessage;
import dev.switchback.connectors.postgres.LogMessage.LeafTruncated;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Takes what Debezium read and writes it to Kafka: each batch, with the offset behind it, in one Kafka transaction. Runs
 * on the engine's thread; whatever it throws ends the run.
 */
final class Transfer implements DebeziumEngine.ChangeConsumer<ChangeEvent<SourceRecord, SourceRecord>> {

    /** Well within the time that Kafka gives a transaction, should the source answer slowly when rows are read again. */
    private static final Duration TRANSACTION = Duration.ofSeconds(10);

    /** How long changes may wait for those behind them, where there are some: each transaction costs the broker. */
    private static final Duration GATHER = Duration.ofMillis(20);

    /** And how long where the changes themselves are old: sooner is worth less there than cheaper. */
    private static final Duration GATHER_OLD = Duration.ofMillis(200);

    private static final Duration OLD = Duration.ofSeconds(1);

    private final ChangeLog log;
    private final RecordKinds kinds;
    private final LogDecoder decoder;
    private final SourceRows rows;
    private final SourceRows.Question<List<Problem>> lookout;
    private final String migration;
    private final int mostChanges;
    /** Whether the log's cursor is behind a change that has not been sent in full. */
    private boolean halfway;
    /** Since when the Kafka transaction may be open. */
    private long began = System.nanoTime();
    /** How many messages the log's reader has passed on so far, and how many of them have come. */
    private volatile LongSupplier passed = () -> 0;

    private long taken;
    /** When the last change was committed at the source, in microseconds since 1970. */
    private long commitMicros;

    /**
     * @param lookout what came or went without a word in the log; asked ahead of each watermark, since a cutover takes
     *     everything in front of one for moved
     * @param migration the one whose log messages are ours
     * @param mostChanges in one Kafka transaction
     */
    Transfer(
            ChangeLog log,
            RecordKinds kinds,
            LogDecoder decoder,
            SourceRows rows,
            SourceRows.Question<List<Problem>> lookout,
            String migration,
            int mostChanges) {
        this.log = log;
        this.kinds = kinds;
        this.decoder = decoder;
        this.rows = rows;
        this.lookout = lookout;
        this.migration = migration;
        this.mostChanges = mostChanges;
    }

    /** The log is being read: from here on it is known how many messages are on their way. Called by any thread. */
    void follow(LongSupplier passed) {
        this.passed = passed;
    }

    @Override
    public void handleBatch(
            List<ChangeEvent<SourceRecord, SourceRecord>> batch,
            DebeziumEngine.RecordCommitter<ChangeEvent<SourceRecord, SourceRecord>> debezium)
            throws InterruptedException {
        log.alive();
        if (!log.sink().dirty()) {
            began = System.nanoTime();
        }
        try {
            for (ChangeEvent<SourceRecord, SourceRecord> event : batch) {
                take(event.value());
                log.alive();
            }
        } catch (ProblemException halt) {
            if (!halfway) {
                log.commit(); // What stands before the place of the halt is to be in Kafka.
            }
            throw halt;
        }
        if (passed.getAsLong() <= taken || System.nanoTime() - began > gather().toNanos()) {
            commit();
        }
    }

    private Duration gather() {
        boolean old = System.currentTimeMillis() - commitMicros / 1_000 > OLD.toMillis();
        return old ? GATHER_OLD : GATHER;
    }

    private void commit() {
        log.commit();
        log.alive();
        began = System.nanoTime();
    }

    private void commitIfDue() {
        if (log.sink().pending() >= mostChanges || System.nanoTime() - began > TRANSACTION.toNanos()) {
            commit();
        }
    }

    private void take(SourceRecord record) throws InterruptedException {
        RecordKinds.Kind kind = kinds.of(record);
        RecordOffset offset = new RecordOffset(record.sourceOffset());
        if (offset.ofSnapshot()) {
            takeRow(record, kind, offset);
            return;
        }
        log.snapshotDone();
        if (kind instanceof Beat) {
            log.passedCommit(offset.commitLsn());
        } else if (kind instanceof Message) {
            taken++;
            Struct message = ((Struct) record.value()).getStruct("message");
            ByteBuffer content = Objects.requireNonNull((ByteBuffer) message.get("content"));
            if (SlotStream.CHANGES.equals(message.getString("prefix"))) {
                takeChanges(content, offset);
            } else {
                takeMessage(content, offset);
            }
        } else {
            throw new IllegalStateException(
                    "Debezium read a change of " + record.valueSchema().name() + " by itself");
        }
    }

    private void takeRow(SourceRecord record, RecordKinds.Kind kind, RecordOffset offset) {
        if (kind instanceof SnapshotRow table) {
            Row row = table.reader().row((Struct) ((Struct) record.value()).get(table.after()));
            TableId id = table.reader().table().id();
            log.sink().send(new Change(Operation.READ, id, null, row, offset.lsn(), offset.commitMicros()), row);
            commitIfDue();
        }
    }

    private void takeChanges(ByteBuffer batch, RecordOffset offset) throws InterruptedException {
        LogBatch.read(batch, (lsn, message) -> {
            for (LogChange change : decoder.decode(message, lsn, offset.commitMicros())) {
                takeChange(change, offset);
            }
        });
    }

    private void takeChange(LogChange logged, RecordOffset offset) throws InterruptedException {
        Change change = logged.change();
        commitMicros = offset.commitMicros();
        boolean truncate = change.operation() == Operation.TRUNCATE;
        if (truncate && !log.resuming()) {
            log.drain();
        }
        // Whatever may fail comes before the cursor moves: it must never be behind a change that is not in Kafka whole.
        List<Change> parts = log.resuming() ? List.of() : parts(change, logged.reader(), offset);
        if (!log.pass(offset.commitLsn(), change.lsn())) {
            return;
        }
        halfway = true;
        for (int i = 0; i < parts.size(); i++) {
            Row other = parts.size() == 2 ? parts.get(1 - i).keyed() : null;
            log.sink().send(parts.get(i), parts.get(i).keyed(), other);
        }
        halfway = false;
        if (truncate) {
            log.drain();
        }
        commitIfDue();
    }

    /** A row whose key changes is deleted under the old key and, whole, created under the new one. */
    private List<Change> parts(Change change, RowReader reader, RecordOffset offset) throws InterruptedException {
        Row before = change.before();
        Row after = change.after();
        requireKey(before, reader);
        requireKey(after, reader);
        if (before == null || after == null || reader.sameKey(before, after)) {
            return List.of(change);
        }
        Change delete = part(change, Operation.DELETE, before, null);
        Row whole = RowReader.incomplete(after) ? rows.complete(reader, after, offset.transaction()) : after;
        // If the row is there no more, something later in the log removes it.
        return whole == null ? List.of(delete) : List.of(delete, part(change, Operation.INSERT, null, whole));
    }

    private void requireKey(@Nullable Row row, RowReader reader) {
        List<String> unknown = row == null ? List.of() : reader.unknownKey(row);
        if (!unknown.isEmpty()) {
            throw new ProblemException(log.keyUnknown(reader.table().id(), unknown));
        }
    }

    private static Change part(Change change, Operation operation, @Nullable Row before, @Nullable Row after) {
        return new Change(operation, change.table(), before, after, change.lsn(), change.commitMicros());
    }

    private void takeMessage(ByteBuffer buffer, RecordOffset offset) throws InterruptedException {
        byte[] content = new byte[buffer.remaining()];
        buffer.get(content);
        if (!offset.ofTransaction()) {
            return; // So not ours; and a resumed log does not bring it again, so it must not be counted.
        }
        LogMessage message = LogMessage.parse(content)
                .filter(ours -> ours.migration().equals(migration))
                .orElse(null);
        if (message instanceof LeafTruncated leaf) {
            throw new ProblemException(log.leafTruncated(leaf));
        }
        if (message instanceof LogMessage.Watermark && !log.resuming()) {
            ProblemException.requireNone(rows.behind(offset.transaction(), lookout));
        }
        boolean send = log.pass(offset.commitLsn(), offset.lsn());
        if (send && message instanceof LogMessage.Watermark watermark) {
            log.sendWatermark(new Watermark(watermark.id(), offset.lsn(), offset.commitMicros()));
            commitIfDue();
        }
        if (message instanceof LogMessage.Heartbeat heartbeat) {
            log.passedHeartbeat(heartbeat.number());
        }
    }
}
