package dev.switchback.topology;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

import dev.switchback.connectors.memory.DestinationInMemory;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputPartition;

/** A destination in memory whose transactions tests see, and make fail. Thread-safe. */
final class MemoryDestination extends DestinationInMemory {

    private final MemoryTables tables;
    private final List<Batch> batches = new ArrayList<>();
    private Consumer<Batch> beforeCommit = batch -> {};
    private int retries;

    MemoryDestination() {
        this(new MemoryTables());
    }

    private MemoryDestination(MemoryTables tables) {
        super(tables, change -> change.sourceKey().toString());
        this.tables = tables;
        tables.show(this::content);
    }

    /** The committed rows, and what they are checked against. */
    MemoryTables tables() {
        return tables;
    }

    Checkpoint checkpoint(InputPartition input) {
        return checkpoints().getOrDefault(input, Checkpoint.START);
    }

    void setCheckpoint(InputPartition input, Checkpoint checkpoint) {
        restore(input, checkpoint);
    }

    /** The transactions that have committed, oldest first. */
    synchronized List<Batch> batches() {
        return List.copyOf(batches);
    }

    /** How often a held change was tried again. */
    synchronized int retries() {
        return retries;
    }

    /** Runs within each transaction, before it commits; what it throws rolls the transaction back. */
    synchronized void beforeCommit(Consumer<Batch> hook) {
        beforeCommit = hook;
    }

    @Override
    protected synchronized void committing(Batch batch) {
        beforeCommit.accept(batch);
        batches.add(batch);
    }

    @Override
    protected synchronized void retrying(HeldChange change) {
        retries++;
    }
}
