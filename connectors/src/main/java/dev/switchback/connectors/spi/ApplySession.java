package dev.switchback.connectors.spi;

import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;

/**
 * One stream thread's way to the destination. Not thread-safe. Retries what is transient (a serialization failure, a
 * deadlock, a lost connection) by itself within a bounded time; an answer to {@code COMMIT} that got lost is resolved by
 * reading the checkpoint back, never by guessing.
 */
public interface ApplySession extends AutoCloseable {

    /** What this session may do, for as long as it lasts: once the control row says otherwise, its calls are refused. */
    Mandate mandate();

    /**
     * Takes the input partitions over from whoever applied them before: from here on that owner's transactions fail.
     *
     * @return the checkpoint of each, {@link Checkpoint#START} where there was none
     * @throws DestinationException when the destination stays away
     * @throws dev.switchback.transforms.problem.ProblemException when there is a checkpoint of this flow for the same topic
     *     and partition under another topic id: the topic was deleted and created again, and what it held in between is
     *     lost. Nothing was claimed
     */
    Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs);

    /**
     * Applies the batch, records what is held and moves the checkpoints, in one transaction. A mutation that the
     * destination refuses is taken out in ever smaller units, and its changes are held in the same transaction. A {@link
     * Mutation.Clear} is never held, since the changes behind it are of other keys and would not wait for it.
     *
     * @return the changes that the destination refused and that are now held, in order
     * @throws OwnershipLostException when another owner has claimed a partition, or a checkpoint is not what the batch
     *     expects: nothing was written
     * @throws NotInChargeException when the control row gives another mandate by now: nothing was written
     * @throws DestinationException when the destination stays away: nothing was written
     * @throws dev.switchback.transforms.problem.ProblemException when the destination refuses a {@link Mutation.Clear}:
     *     nothing was written
     */
    List<HeldChange> apply(Batch batch);

    /** The changes held for these partitions, in the order in which they must be applied. */
    List<HeldChange> held(Collection<InputPartition> inputs);

    /**
     * The source keys ({@link InputChange#sourceKey()}) for which anything is held, by partition: later changes of such
     * a key must queue. An operator's discard, and a {@link Mutation.Clear}, free keys behind the back of who remembers
     * them, so whoever remembers some reads them again now and then; the answer is exact while the caller, who alone
     * adds to it, has nothing unflushed.
     */
    default Map<InputPartition, Set<ByteBuffer>> heldKeys(Collection<InputPartition> inputs) {
        return held(inputs).stream()
                .map(HeldChange::change)
                .collect(Collectors.groupingBy(
                        InputChange::input, Collectors.mapping(InputChange::sourceKey, Collectors.toSet())));
    }

    /**
     * The head of each held key's queue whose next try is due (by its backoff, or because an operator asked for it). A
     * bounded number of them: call again for the others.
     */
    List<HeldChange> due(Collection<InputPartition> inputs);

    /**
     * Tries a held change again, in a transaction of its own.
     *
     * @param held the head of its key's queue, from {@link #due}
     * @param mutations all that the change makes, in order
     * @return whether it is no longer held: it was applied now, or was discarded meanwhile (then nothing is applied). If
     *     it is still held, its reason and next try are updated
     * @throws OwnershipLostException see {@link #apply}
     * @throws NotInChargeException see {@link #apply}
     * @throws DestinationException see {@link #apply}
     */
    boolean retry(HeldChange held, List<Mutation> mutations);

    /**
     * What waits behind a held change of its key, in order.
     *
     * @throws DestinationException when the destination stays away
     */
    List<HeldChange> behind(HeldChange held);

    /**
     * As {@link #retry}, for a change behind which it is settled what its row is to become: all that is held before it in
     * its queue is then of no more consequence, and is recorded as discarded in the same transaction.
     *
     * @param first the first change that the mutations take into account, of the same queue: where it is no longer held,
     *     the destination may have its row by now, so that nothing is done. The change itself, if they are its own
     * @param held from {@link #behind}
     * @param mutations what all the changes from the first to this one come to
     * @return false, too, where the first one is no longer held
     */
    boolean supersede(HeldChange first, HeldChange held, List<Mutation> mutations);

    /**
     * The heads of other keys' queues that a unique value keeps from being applied to the same table, as it does this one,
     * whoever owns their partitions: each may have what another is to get. A bounded number of them; none where it is
     * something else that keeps this one.
     *
     * @throws DestinationException when the destination stays away
     */
    List<HeldChange> rivals(HeldChange held);

    /**
     * Applies held changes that are in each other's way in one transaction: this one, and as many of the others as can be
     * applied with it.
     *
     * @param held the head of its key's queue, from {@link #due}
     * @param rows what the change, and those of {@link #rivals}, make of their rows, all of one table
     * @return whether it is no longer held; if it is, nothing was done
     * @throws OwnershipLostException see {@link #apply}
     * @throws NotInChargeException see {@link #apply}
     * @throws DestinationException see {@link #apply}
     */
    boolean exchange(HeldChange held, Map<HeldChange, Upsert> rows);

    /**
     * Puts a change off whose retry could not even be mapped.
     *
     * @param held the head of its key's queue, with the reason why it is still held
     */
    void postpone(HeldChange held);

    @Override
    void close();
}
