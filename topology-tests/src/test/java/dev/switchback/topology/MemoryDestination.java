package dev.switchback.topology;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

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
 * control row, unique columns, no patch of a missing row. Thread-safe.
 */
final class MemoryDestination implements Destination {

    private MemoryTables tables = new MemoryTables();
    private Map<InputPartition, Checkpoint> checkpoints = new HashMap<>();
    private List<HeldChange> held = new ArrayList<>();
    private final Map<InputPartition, Session> owners = new HashMap<>();
    private final List<Batch> batches = new ArrayList<>();
    private Consumer<Batch> beforeCommit = batch -> {};
    private Mandate mandate = Mandate.FROM_THE_START;
    private final Set<HeldChange> postponed = new HashSet<>();
    private int retries;

    @Override
    public synchronized ApplySession open(Flow flow) {
        return new Session(mandate);
    }

    /** The committed rows. */
    synchronized MemoryTables tables() {
        return tables;
    }

    synchronized Checkpoint checkpoint(InputPartition input) {
        return checkpoints.getOrDefault(input, Checkpoint.START);
    }

    synchronized Map<InputPartition, Checkpoint> checkpoints() {
        return Map.copyOf(checkpoints);
    }

    /** Makes the destination an older, or newer, state of itself. */
    synchronized void setCheckpoint(InputPartition input, Checkpoint checkpoint) {
        checkpoints.put(input, checkpoint);
    }

    /** What is held, in the order of the input. */
    synchronized List<HeldChange> held() {
        return List.copyOf(held);
    }

    /** As an operator does it. */
    synchronized void discardHeld() {
        held.clear();
    }

    /** Makes every held change due, as time or an operator does. */
    synchronized void makeHeldDue() {
        postponed.clear();
    }

    /** The transactions that have committed, oldest first. */
    synchronized List<Batch> batches() {
        return List.copyOf(batches);
    }

    /** Held changes whose next try is not due. */
    synchronized Set<HeldChange> postponed() {
        return Set.copyOf(postponed);
    }

    /** How often a held change was tried again. */
    synchronized int retries() {
        return retries;
    }

    /** Runs within each transaction, before it commits; what it throws rolls the transaction back. */
    synchronized void beforeCommit(Consumer<Batch> hook) {
        beforeCommit = hook;
    }

    /** From here on sessions have this mandate; those that are open under another one are refused. */
    synchronized void mandate(Mandate now) {
        mandate = now;
    }

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
            synchronized (MemoryDestination.this) {
                inputs.forEach(this::requireSameTopic);
                Map<InputPartition, Checkpoint> result = new HashMap<>();
                for (InputPartition input : inputs) {
                    owners.put(input, this);
                    result.put(input, checkpoint(input));
                }
                return result;
            }
        }

        @Override
        public List<HeldChange> apply(Batch batch) {
            synchronized (MemoryDestination.this) {
                requireInCharge();
                Map<InputPartition, Checkpoint> newCheckpoints = advanced(batch);
                MemoryTables newTables = tables.copy();
                List<HeldChange> refused = new ArrayList<>();
                for (Batch.Work work : batch.work()) {
                    newTables.apply(work.mutation()).ifPresent(reason -> refused.addAll(refuse(work, reason)));
                }
                beforeCommit.accept(batch);
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
                batches.add(batch);
                return refused;
            }
        }

        @Override
        public List<HeldChange> held(Collection<InputPartition> inputs) {
            synchronized (MemoryDestination.this) {
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
            synchronized (MemoryDestination.this) {
                requireInCharge();
                requireOwner(change.change().input());
                if (!held.contains(change)) {
                    return true;
                }
                retries++;
                MemoryTables newTables = tables.copy();
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
        public boolean supersede(HeldChange change, List<Mutation> mutations) {
            synchronized (MemoryDestination.this) {
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

        @Override
        public List<HeldChange> rivals(HeldChange change) {
            synchronized (MemoryDestination.this) {
                return held.stream()
                        .filter(other -> !other.change().equals(change.change())
                                && other.table().equals(change.table())
                                && other.reason().contains("a unique constraint"))
                        .toList();
            }
        }

        @Override
        public boolean exchange(HeldChange change, Map<HeldChange, Mutation.Upsert> rows) {
            synchronized (MemoryDestination.this) {
                requireInCharge();
                requireOwner(change.change().input());
                MemoryTables newTables = tables.copy();
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
            synchronized (MemoryDestination.this) {
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
                            change.sourceKey().toString(),
                            ((Mutation.OfRow) work.mutation()).key().toString(),
                            reason))
                    .toList();
        }
    }
}
