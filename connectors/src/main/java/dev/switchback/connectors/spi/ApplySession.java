package dev.switchback.connectors.spi;

import java.util.Collection;
import java.util.List;
import java.util.Map;

import dev.switchback.transforms.mutation.Mutation;

/**
 * One stream thread's way to the destination. Not thread-safe. Retries what is transient (a serialization failure, a
 * deadlock, a lost connection) by itself within a bounded time; an answer to {@code COMMIT} that got lost is resolved by
 * reading the checkpoint back, never by guessing.
 */
public interface ApplySession extends AutoCloseable {

    /**
     * Takes the input partitions over from whoever applied them before: from here on that owner's transactions fail.
     *
     * @return the checkpoint of each, {@link Checkpoint#START} where there was none
     * @throws DestinationException when the destination stays away
     */
    Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs);

    /**
     * Applies the batch, records what is held and moves the checkpoints, in one transaction. A mutation that the
     * destination refuses is taken out in ever smaller units, and its changes are held in the same transaction.
     *
     * @return the changes that the destination refused and that are now held, in order
     * @throws OwnershipLostException when another owner has claimed a partition, or a checkpoint is not what the batch
     *     expects: nothing was written
     * @throws NotInChargeException when the control row names another epoch or direction: nothing was written
     * @throws DestinationException when the destination stays away: nothing was written
     */
    List<HeldChange> apply(Batch batch);

    /** The changes held for these partitions, in the order in which they must be applied. */
    List<HeldChange> held(Collection<InputPartition> inputs);

    /**
     * The head of each held key's queue whose next try is due (by its backoff, or because an operator asked for it).
     */
    List<HeldChange> due(Collection<InputPartition> inputs);

    /**
     * Tries a held change again, in a transaction of its own.
     *
     * @return whether it is applied, and no longer held; if not, its reason and next try are updated
     */
    boolean retry(HeldChange held, List<Mutation> mutations);

    @Override
    void close();
}
