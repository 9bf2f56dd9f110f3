package dev.switchback.connectors.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Destination;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * A destination in memory that keeps the contract of a real one: transactions, checkpoints by compare-and-set, owners,
 * control row, unique columns, no patch of a missing row. A held change that was tried again in vain is not due before
 * {@link #makeHeldDue}: there is no clock in it. Thread-safe.
 */
public class DestinationInMemory implements Destination {

    private final Map<InputPartition, Session> owners = new HashMap<>();
    private final Set<HeldChange> postponed = new HashSet<>();
    private final Function<InputChange, String> sourceKeys;
    private RowsInMemory tables;
    private Map<InputPartition, Checkpoint> checkpoints = new HashMap<>();
    private List<HeldChange> held = new ArrayList<>();
    private Mandate mandate = Mandate.FROM_THE_START;

    /** @param sourceKeys which source row a change is of, for people */
    public DestinationInMemory(TableRules rules, Function<InputChange, String> sourceKeys) {
        this.tables = new RowsInMemory(rules);
        this.sourceKeys = sourceKeys;
    }

    @Override
    public final synchronized ApplySession open(Flow flow) {
        return new Session(mandate);
    }

    /** The committed rows: what they are now, whatever is committed later. */
    public final synchronized RowsInMemory content() {
        return tables;
    }

    public final synchronized Map<InputPartition, Checkpoint> checkpoints() {
        return Map.copyOf(checkpoints);
    }

    /** What is held, in the order of the input. */
    public final synchronized List<HeldChange> held() {
        return List.copyOf(held);
    }

    /** As an operator does it. */
    public final synchronized void discardHeld() {
        held.clear();
    }

    /** Makes every held change due, as time or an operator does. */
    public final synchronized void makeHeldDue() {
        postponed.clear();
    }

    /** Held changes whose next try is not due. */
    public final synchronized Set<HeldChange> postponed() {
        return Set.copyOf(postponed);
    }

    /** From here on sessions have this mandate; those that are open under another one are refused. */
    public final synchronized void mandate(Mandate now) {
        mandate = now;
    }

    /** Makes the destination an older, or newer, state of itself, as a restored copy is. */
    public final synchronized void restore(InputPartition input, Checkpoint checkpoint) {
        checkpoints.put(input, checkpoint);
    }

    /** Comes within each transaction, before it commits; what it throws rolls the transaction back. */
    protected void committing(Batch batch) {}

    /** Comes whenever a held change is tried again. */
    protected void retrying(HeldChange change) {}

    private final class Session implements ApplySession {

        private final Mandate own;

        Session(Mandate own) {
            this.own = own;
        }

        @Override
        public Mandate mandate() {
            return own;
        }

        @Override
        public Map<InputPartition, Checkpoint> claim(Collection<InputPartition> inputs) {
            synchronized (DestinationInMemory.this) {
                inputs.forEach(this::requireSameTopic);
                Map<InputPartition, Checkpoint> result = new HashMap<>();
                for (InputPartition input : inputs) {
                    owners.put(input, this);
                    result.put(input, checkpoints.getOrDefault(input, Checkpoint.START));
                }
                return result;
            }
        }

        @Override
        public List<HeldChange> apply(Batch batch) {
            synchronized (DestinationInMemory.this) {
                requireInCharge();
                Map<InputPartition, Checkpoint> newCheckpoints = advanced(batch);
                RowsInMemory newTables = tables.copy();
                List<HeldChange> refused = new ArrayList<>();
                for (Batch.Work work : batch.work()) {
                    newTables.apply(work.mutation()).ifPresent(reason -> refused.addAll(refuse(work, reason)));
                }
                committing(batch);
                tables = newTables;
                checkpoints = newCheckpoints;
                batch.work().stream()
                        .map(Batch.Work::mutation)
                        .filter(Mutation.Clear.class::isInstance)
                        .forEach(clear -> held.removeIf(
                                change -> change.table().equals(clear.table().toString())));
                held.addAll(refused);
                held.addAll(batch.held());
                held.sort(Comparator.comparing(
                                (HeldChange change) -> change.change().input().toString())
                        .thenComparing(change -> change.change().offset()));
                return refused;
            }
        }

        @Override
        public List<HeldChange> held(Collection<InputPartition> inputs) {
            synchronized (DestinationInMemory.this) {
                return held.stream()
                        .filter(change -> inputs.contains(change.change().input()))
                        .toList();
            }
        }

        @Override
        public List<HeldChange> due(Collection<InputPartition> inputs) {
            Set<Object> keys = new HashSet<>();
            return held(inputs).stream()
                    .filter(change -> keys.add(
                            List.of(change.change().input(), change.change().sourceKey())))
                    .filter(change ->
                            postponed.stream().noneMatch(put -> put.change().equals(change.change())))
                    .toList();
        }

        @Override
        public boolean retry(HeldChange change, List<Mutation> mutations) {
            synchronized (DestinationInMemory.this) {
                requireInCharge();
                requireOwner(change.change().input());
                if (!held.contains(change)) {
                    return true;
                }
                retrying(change);
                RowsInMemory newTables = tables.copy();
                for (Mutation mutation : mutations) {
                    if (newTables.apply(mutation).isPresent()) {
                        postponed.add(change);
                        return false;
                    }
                }
                tables = newTables;
                held.remove(change);
                return true;
            }
        }

        @Override
        public List<HeldChange> behind(HeldChange change) {
            return held(List.of(change.change().input())).stream()
                    .filter(other ->
                            other.change().sourceKey().equals(change.change().sourceKey())
                                    && other.change().offset() > change.change().offset())
                    .toList();
        }

        @Override
        public boolean supersede(HeldChange first, HeldChange change, List<Mutation> mutations) {
            synchronized (DestinationInMemory.this) {
                if (!isHeld(change) || !isHeld(first)) {
                    return !isHeld(change);
                }
                boolean applied = retry(change, mutations);
                if (applied) {
                    held.removeIf(other -> other.change()
                                    .input()
                                    .equals(change.change().input())
                            && other.change().sourceKey().equals(change.change().sourceKey())
                            && other.change().offset() < change.change().offset());
                }
                return applied;
            }
        }

        private boolean isHeld(HeldChange change) {
            return held.stream().anyMatch(other -> other.change().equals(change.change()));
        }

        @Override
        public List<HeldChange> rivals(HeldChange change) {
            synchronized (DestinationInMemory.this) {
                return held.stream()
                        .filter(other -> !other.change().equals(change.change())
                                && other.table().equals(change.table())
                                && other.reason().startsWith(RowsInMemory.TAKEN))
                        .toList();
            }
        }

        @Override
        public boolean exchange(HeldChange change, Map<HeldChange, Mutation.Upsert> rows) {
            synchronized (DestinationInMemory.this) {
                requireInCharge();
                requireOwner(change.change().input());
                RowsInMemory newTables = tables.copy();
                rows.values().forEach(row -> newTables.apply(new Mutation.Remove(row.table(), row.key())));
                if (rows.values().stream().anyMatch(row -> newTables.apply(row).isPresent())) {
                    return false;
                }
                tables = newTables;
                held.removeAll(rows.keySet());
                return true;
            }
        }

        @Override
        public void postpone(HeldChange change) {
            synchronized (DestinationInMemory.this) {
                postponed.add(change);
            }
        }

        @Override
        public void close() {}

        private Map<InputPartition, Checkpoint> advanced(Batch batch) {
            Map<InputPartition, Checkpoint> result = new HashMap<>(checkpoints);
            for (Batch.Advance advance : batch.advances()) {
                requireOwner(advance.input());
                @Nullable Checkpoint before = result.put(advance.input(), advance.to());
                if (!advance.from().equals(before == null ? Checkpoint.START : before)) {
                    throw new OwnershipLostException("checkpoint of " + advance.input() + " is " + before);
                }
            }
            return result;
        }

        private void requireSameTopic(InputPartition input) {
            for (InputPartition known : checkpoints.keySet()) {
                if (known.topic().equals(input.topic()) && !known.topicId().equals(input.topicId())) {
                    throw new ProblemException(new Problem(
                            Problem.Kind.REFUSED, "topic " + input.topic(), "It was created again.", "Copy again."));
                }
            }
        }

        private void requireOwner(InputPartition input) {
            if (owners.get(input) != this) {
                throw new OwnershipLostException("another member has taken " + input + " over");
            }
        }

        private void requireInCharge() {
            if (!mandate.equals(own)) {
                throw new NotInChargeException("the mandate is " + mandate + ", not " + own);
            }
        }

        private List<HeldChange> refuse(Batch.Work work, String reason) {
            if (work.mutation() instanceof Mutation.Clear) {
                throw new ProblemException(
                        new Problem(Problem.Kind.REFUSED, work.mutation().toString(), reason, "Look."));
            }
            return work.changes().stream()
                    .map((InputChange change) -> new HeldChange(
                            change,
                            work.mutation().table().toString(),
                            sourceKeys.apply(change),
                            ((Mutation.OfRow) work.mutation()).key().toString(),
                            reason))
                    .toList();
        }
    }
}
