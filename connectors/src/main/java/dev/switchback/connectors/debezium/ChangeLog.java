package dev.switchback.connectors.debezium;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.function.LongConsumer;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.debezium.CaptureState.Phase;
import dev.switchback.connectors.postgres.LogIdentity;
import dev.switchback.connectors.postgres.LogMessage.LeafTruncated;
import dev.switchback.connectors.spi.Drain;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Watermark;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * The place in the source's log and the change topics' ends, which move together: what has been passed in the log is in
 * the open Kafka transaction, and {@link #commit} makes both durable. Used by the engine's thread alone.
 */
final class ChangeLog implements LogDecoder.Refusals {

    private final ChangeSink sink;
    private final LogIdentity identity;
    private final Progress progress;
    private final DrainWait drainWait;
    private final String where;
    private final long tables;
    private final HaltPlace haltPlace;
    private LogCursor cursor;
    private boolean snapshotDone;
    private long watermark;
    private long awaited;
    private long beat;
    private @Nullable StoredOffset stored;
    private LongConsumer confirm = lsn -> {};

    ChangeLog(ChangeSink sink, StoredOffset from, Progress progress, Drain drain, String where, HaltPlace haltPlace) {
        this.sink = sink;
        this.identity = from.log();
        this.progress = progress;
        this.drainWait = new DrainWait(drain, progress::alive);
        this.where = where;
        this.tables = from.tables();
        this.haltPlace = haltPlace;
        this.cursor = new LogCursor(from.position());
        this.snapshotDone = from.snapshotDone();
        this.watermark = from.watermark();
        this.awaited = from.awaited();
        this.beat = from.beat();
    }

    ChangeSink sink() {
        return sink;
    }

    void alive() {
        progress.alive();
    }

    /** The slot was created: the log behind this LSN belongs to the snapshot. */
    void startAt(long lsn) {
        cursor = new LogCursor(LogPosition.after(lsn));
    }

    /** @param confirm moves the slot's confirmed position */
    void confirmTo(LongConsumer confirm) {
        this.confirm = confirm;
    }

    void snapshotDone() {
        snapshotDone = true;
    }

    /** @return whether the message is to be sent; false when it was, before capture stopped */
    boolean pass(long commitLsn, long lsn) {
        return cursor.pass(commitOr(commitLsn), lsn);
    }

    void passedCommit(long commitLsn) {
        cursor.passedCommit(commitOr(commitLsn));
        haltPlace.check(cursor.commitLsn());
    }

    boolean resuming() {
        return cursor.resuming();
    }

    void sendWatermark(Watermark mark) {
        watermark = mark.id();
        sink.sendWatermark(mark);
    }

    void passedHeartbeat(long number) {
        beat = Math.max(beat, number);
    }

    /** Commits, if there is anything to commit, and then lets the source forget what it was. */
    void commit() {
        StoredOffset offset = offset();
        if (!sink.dirty() && offset.equals(stored)) {
            return;
        }
        CaptureListener.Committed committed = sink.commit(offset);
        if (snapshotDone && (stored == null || !stored.snapshotDone())) {
            progress.phase(Phase.STREAMING);
        }
        stored = offset;
        progress.committed(committed, snapshotDone ? offset.position().commitLsn() : 0);
        if (snapshotDone) {
            confirm.accept(offset.position().commitLsn());
        }
    }

    /**
     * Returns when the destination has applied everything sent so far. If the process ends meanwhile, the wait goes on in
     * the next one, see {@link #resumeDrain}.
     */
    void drain() throws InterruptedException {
        // Of the ids between two watermarks of the database, barriers take the next.
        long barrier = watermark + 1;
        if (barrier % Watermark.STEP == 0) {
            throw new IllegalStateException("too many barriers behind watermark " + watermark);
        }
        sendWatermark(new Watermark(barrier, cursor.commitLsn(), micros(Instant.now())));
        awaited = barrier;
        commit();
        resumeDrain();
    }

    /** Empties the tables at the destination, behind everything sent so far. */
    void truncate(Collection<TableId> ids) throws InterruptedException {
        drain();
        for (TableId id : ids) {
            sink.send(new Change(Operation.TRUNCATE, id, null, null, cursor.commitLsn(), micros(Instant.now())), null);
        }
        drain();
    }

    /** Waits for the watermark that was awaited when capture ended, if one was. */
    void resumeDrain() throws InterruptedException {
        if (awaited > 0) {
            Phase before = progress.phase(Phase.WAITING_FOR_DRAIN);
            drainWait.until(awaited);
            progress.phase(before);
            awaited = 0;
        }
    }

    @Override
    public Problem unknownTable() {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The log holds a change of a table that is published but not captured: a captured table was renamed or"
                        + " moved to another schema, or a table was added to the publication. Everything before that is"
                        + " in Kafka, nothing after it.",
                "Undo that if the table was only just renamed; otherwise start the migration anew.");
    }

    @Override
    public Problem keyUnknown(TableId table, List<String> columns) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The log holds a change of " + table + " that does not say the primary key it was captured by ("
                        + String.join(", ", columns) + "): its primary key or replica identity was altered. Everything"
                        + " before that is in Kafka, nothing after it.",
                "Start the migration anew, so that the tables are copied by the key they have now.");
    }

    @Override
    public Problem oldRowsUnknown(TableId table) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The log holds a change of " + table + " without the whole old row that its mapping needs: its REPLICA"
                        + " IDENTITY, or that of a partition, was not FULL. Everything before that is in Kafka, nothing"
                        + " after it.",
                "ALTER TABLE … REPLICA IDENTITY FULL, of it and of each partition, and start the migration anew.");
    }

    Problem leafTruncated(LeafTruncated leaf) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The partition " + leaf.leaf() + " of " + leaf.root()
                        + " was truncated by itself, and the log does not tell which rows that removed. Everything before"
                        + " that is in Kafka, nothing after it.",
                "Start the migration anew; until it is over, delete a partition's rows with DELETE, or truncate "
                        + leaf.root() + " as a whole.");
    }

    private StoredOffset offset() {
        return new StoredOffset(identity, cursor.position(), snapshotDone, watermark, awaited, beat, tables);
    }

    private long commitOr(long commitLsn) {
        return commitLsn == RecordOffset.NO_COMMIT ? cursor.commitLsn() : commitLsn;
    }

    private static long micros(Instant instant) {
        return instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000;
    }

    /** Where capture must halt although the log itself shows no reason. */
    interface HaltPlace {
        HaltPlace NONE = lsn -> {};

        /** @throws ProblemException when the place has been reached */
        void check(long commitLsn);
    }
}
