package dev.switchback.connectors.postgres;

import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.switchback.connectors.spi.Batch.Work;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.mutation.Mutation.Remove;

/**
 * Writes mutations of which the destination refuses some: all that it takes, in ever smaller units, until the refused ones
 * are known. Not thread-safe; the transaction stays open, and good.
 */
final class CarefulWrites {

    /**
     * Mutations that are applied or held together, because changes of one source key are in several of them: held alone,
     * an earlier change would be applied again over the later one.
     */
    private static final class Unit {
        private final List<Work> works = new ArrayList<>();
    }

    /** Mutations that were refused, and why. */
    record Refusal(List<Work> works, RowsRefused refused) {}

    private record SourceKey(InputPartition input, ByteBuffer key) {}

    private final ApplyConnection connection;
    private final BulkWrites writes;

    CarefulWrites(ApplyConnection connection, BulkWrites writes) {
        this.connection = connection;
        this.writes = writes;
    }

    /** Writes all it can; the others have left no trace in the transaction. */
    List<Refusal> write(List<Work> works) throws SQLException {
        // In halves a row may come before the one that must make way for it, so those that only remove go first.
        List<Unit> units = new ArrayList<>(units(works));
        units.sort(
                Comparator.comparing(unit -> !unit.works.stream().allMatch(each -> each.mutation() instanceof Remove)));
        List<Refusal> refused = new ArrayList<>();
        divide(units, refused);
        while (retryBehindOthers(refused)) {
            // Each round frees what others wait for.
        }
        return refused;
    }

    private void divide(List<Unit> units, List<Refusal> refused) throws SQLException {
        Optional<RowsRefused> answer = units.isEmpty() ? Optional.empty() : attempt(all(units));
        if (answer.isEmpty()) {
            return;
        }
        RowsRefused why = answer.get();
        if (units.size() == 1) {
            refused.add(new Refusal(units.get(0).works, why));
            return;
        }
        List<Unit> guilty = units.stream()
                .filter(unit -> unit.works.stream().anyMatch(why.guilty()::contains))
                .toList();
        if (guilty.isEmpty()) {
            divide(units.subList(0, units.size() / 2), refused);
            divide(units.subList(units.size() / 2, units.size()), refused);
        } else {
            guilty.forEach(unit -> refused.add(new Refusal(unit.works, why)));
            divide(units.stream().filter(unit -> !guilty.contains(unit)).toList(), refused);
        }
    }

    /** Tries each again that may have been in the way of one written since. */
    private boolean retryBehindOthers(List<Refusal> refused) throws SQLException {
        int before = refused.size();
        for (int i = before - 1; i >= 0; i--) {
            Refusal refusal = refused.get(i);
            if (refusal.refused().mayBeAnothersDoing()
                    && attempt(refusal.works()).isEmpty()) {
                refused.remove(i);
            }
        }
        return refused.size() < before;
    }

    private Optional<RowsRefused> attempt(List<Work> works) throws SQLException {
        Connection open = connection.get();
        Savepoint before = open.setSavepoint();
        try {
            writes.write(connection, works);
            open.releaseSavepoint(before);
            return Optional.empty();
        } catch (RowsRefused refused) {
            open.rollback(before);
            open.releaseSavepoint(before);
            return Optional.of(refused);
        }
    }

    private static List<Work> all(List<Unit> units) {
        return units.stream().flatMap(unit -> unit.works.stream()).toList();
    }

    /** Joins works that share a source key; in the order in which the first of each came. */
    private static List<Unit> units(List<Work> works) {
        int[] joined = new int[works.size()];
        Map<SourceKey, Integer> firstWith = new HashMap<>();
        for (int i = 0; i < joined.length; i++) {
            joined[i] = i;
            for (InputChange change : works.get(i).changes()) {
                Integer first = firstWith.putIfAbsent(new SourceKey(change.input(), change.sourceKey()), i);
                if (first != null) {
                    join(joined, first, i);
                }
            }
        }
        Map<Integer, Unit> units = new LinkedHashMap<>();
        for (int i = 0; i < joined.length; i++) {
            units.computeIfAbsent(root(joined, i), any -> new Unit()).works.add(works.get(i));
        }
        return List.copyOf(units.values());
    }

    private static void join(int[] joined, int one, int other) {
        int a = root(joined, one);
        int b = root(joined, other);
        joined[Math.max(a, b)] = Math.min(a, b);
    }

    private static int root(int[] joined, int i) {
        int root = i;
        while (joined[root] != root) {
            root = joined[root];
        }
        return root;
    }
}
