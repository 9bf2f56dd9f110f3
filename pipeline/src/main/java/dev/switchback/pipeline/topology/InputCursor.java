package dev.switchback.pipeline.topology;

import java.util.Arrays;
import java.util.function.LongConsumer;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Claim;
import dev.switchback.transforms.change.Event;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Watermark;

/** How far one input partition is read and how far it is applied. Not thread-safe. */
final class InputCursor {

    private final InputPartition input;
    private Checkpoint applied;
    private Checkpoint read;
    private long rowsCopied;
    private int changes;
    private long commitMicros;
    private long[] changeCommits = new long[64];

    /** @param applied the checkpoint as the destination has it */
    InputCursor(InputPartition input, Checkpoint applied) {
        this.input = input;
        this.applied = applied;
        this.read = applied;
    }

    boolean covers(long offset) {
        return offset < read.nextOffset();
    }

    /** The last watermark that was read. */
    long watermark() {
        return read.watermark();
    }

    /** Moves behind a record, all of whose mutations are buffered. */
    void read(long offset, Event event) {
        if (event instanceof Change change) {
            count(change.operation() == Operation.READ, change.commitMicros());
        } else if (event instanceof Claim claim) {
            count(claim.cause().copied(), claim.commitMicros());
        }
        pass(offset, event);
    }

    /** Moves behind a record of which nothing is applied but that it was there. */
    void pass(long offset, Event event) {
        long watermark = event instanceof Watermark mark ? Math.max(read.watermark(), mark.id()) : read.watermark();
        commitMicros = Math.max(commitMicros, event.commitMicros());
        read = new Checkpoint(offset + 1, watermark);
    }

    /** Moves to where Streams will resume: behind the transaction markers that follow the last record. */
    void skipTo(long offset) {
        if (offset > read.nextOffset()) {
            read = new Checkpoint(offset, read.watermark());
        }
    }

    boolean hasMoved() {
        return !read.equals(applied);
    }

    Batch.Advance advance() {
        return new Batch.Advance(input, applied, read, new Batch.Progress(rowsCopied, changes, commitMicros));
    }

    /** The destination has taken {@link #advance()}; tells when each of its changes was committed at the source. */
    void written(LongConsumer commits) {
        for (int i = 0; i < changes; i++) {
            commits.accept(changeCommits[i]);
        }
        applied = read;
        rowsCopied = 0;
        changes = 0;
    }

    private void count(boolean copied, long committedAt) {
        if (copied) {
            rowsCopied++;
            return;
        }
        if (changes == changeCommits.length) {
            changeCommits = Arrays.copyOf(changeCommits, changeCommits.length * 2);
        }
        changeCommits[changes++] = committedAt;
    }
}
