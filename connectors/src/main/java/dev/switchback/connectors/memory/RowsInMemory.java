package dev.switchback.connectors.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.memory.TableRules.RefusedValueException;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/** Rows by table and key. Not thread-safe. */
public final class RowsInMemory {

    /** How the refusal of a row begins that has what another row has. */
    static final String TAKEN = "duplicate key value violates a unique constraint";

    private final TableRules rules;
    private final Map<TableId, Map<Key, @Nullable Object[]>> rows = new HashMap<>();

    RowsInMemory(TableRules rules) {
        this.rules = rules;
    }

    /** The rows of a table, in the order of the columns that its mapping fills. Not to be changed. */
    public Collection<@Nullable Object[]> rows(TableId table) {
        return rows.getOrDefault(table, Map.of()).values();
    }

    RowsInMemory copy() {
        RowsInMemory copy = new RowsInMemory(rules);
        rows.forEach((table, content) -> copy.rows.put(table, new HashMap<>(content)));
        return copy;
    }

    /** Applies a mutation, or says why not. */
    Optional<String> apply(Mutation mutation) {
        Map<Key, @Nullable Object[]> table =
                rows.computeIfAbsent(mutation.table().id(), id -> new HashMap<>());
        try {
            if (mutation instanceof Mutation.OfRow ofRow) {
                return apply(ofRow, table);
            }
        } catch (RefusedValueException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
        if (mutation instanceof Clear && mutation.table().onConflict().clears()) {
            table.clear();
        }
        return Optional.empty();
    }

    private Optional<String> apply(Mutation.OfRow mutation, Map<Key, @Nullable Object[]> table) {
        Key key = kept(mutation.table(), mutation.key());
        if (declines(mutation, table.get(key))) {
            return Optional.empty();
        }
        if (mutation instanceof Upsert upsert) {
            Optional<String> refused = write(upsert.table(), table, key, upsert.values());
            boolean declined = upsert.table().onConflict().kind() == OnConflict.Kind.INSERT
                    && refused.filter(why -> why.startsWith(TAKEN)).isPresent();
            return declined ? Optional.empty() : refused;
        }
        if (mutation instanceof Patch patch) {
            @Nullable Object @Nullable [] row = table.get(key);
            return row == null
                    ? Optional.of("there is no row " + patch.key() + " to patch")
                    : write(patch.table(), table, key, overlay(row, patch.values()));
        }
        if (mutation instanceof Remove) {
            table.remove(key);
        }
        return Optional.empty();
    }

    private static boolean declines(Mutation.OfRow mutation, @Nullable Object @Nullable [] row) {
        OnConflict onConflict = mutation.table().onConflict();
        return switch (onConflict.kind()) {
            case OVERWRITE -> false;
            case FILL, INSERT -> row != null;
            case COMPARE -> true;
            case NEWER -> row != null && isNewer(row, mutation);
        };
    }

    /** Times and numbers alike, as far as the order of their texts is theirs. */
    private static boolean isNewer(@Nullable Object[] row, Mutation.OfRow mutation) {
        int place = mutation.table().age();
        @Nullable Object other;
        if (mutation instanceof Upsert upsert) {
            other = upsert.values()[place];
        } else if (mutation instanceof Patch patch) {
            other = patch.values()[place];
        } else {
            other = ((Remove) mutation).age();
        }
        if (other == Absent.VALUE || row[place] == null) {
            return false;
        }
        if (other == null) {
            return !(mutation instanceof Remove);
        }
        if (row[place] instanceof Number one && other instanceof Number two) {
            return Double.compare(one.doubleValue(), two.doubleValue()) > 0;
        }
        return String.valueOf(row[place]).compareTo(other.toString()) > 0;
    }

    private Optional<String> write(
            DestinationTable definition, Map<Key, @Nullable Object[]> table, Key key, @Nullable Object[] values) {
        @Nullable Object[] row = kept(definition, values);
        Optional<String> refusal = rules.refusal(definition, row);
        if (refusal.isPresent()) {
            return refusal;
        }
        for (Set<String> columns : rules.unique(definition)) {
            Optional<String> taken = taken(definition, table, key, row, columns);
            if (taken.isPresent()) {
                return taken;
            }
        }
        table.put(key, row);
        return Optional.empty();
    }

    private static Optional<String> taken(
            DestinationTable definition,
            Map<Key, @Nullable Object[]> table,
            Key key,
            @Nullable Object[] row,
            Set<String> columns) {
        List<Column> all = definition.columns();
        List<Integer> places = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            if (columns.contains(all.get(i).name())) {
                places.add(i);
            }
        }
        boolean comparable = places.size() == columns.size() && places.stream().allMatch(place -> row[place] != null);
        boolean taken = comparable
                && table.entrySet().stream()
                        .filter(other -> !other.getKey().equals(key))
                        .anyMatch(other -> places.stream()
                                .allMatch(place -> Objects.deepEquals(row[place], other.getValue()[place])));
        return taken
                ? Optional.of(TAKEN + ": Key ("
                        + places.stream().map(place -> all.get(place).name()).collect(Collectors.joining(", "))
                        + ")=("
                        + places.stream()
                                .map(place -> String.valueOf(row[place]))
                                .collect(Collectors.joining(", "))
                        + ") already exists.")
                : Optional.empty();
    }

    private Key kept(DestinationTable table, Key key) {
        Object[] values = key.values().clone();
        for (int i = 0; i < values.length; i++) {
            values[i] = rules.kept(table, table.columns().get(table.keyIndexes()[i]), values[i]);
        }
        return new Key(values);
    }

    private @Nullable Object[] kept(DestinationTable table, @Nullable Object[] values) {
        @Nullable Object[] row = values.clone();
        for (int i = 0; i < row.length; i++) {
            Object value = row[i];
            row[i] = value == null
                    ? null
                    : rules.kept(table, table.columns().get(i), value instanceof Utf8Text ? value.toString() : value);
        }
        return row;
    }

    private static @Nullable Object[] overlay(@Nullable Object[] row, @Nullable Object[] patch) {
        @Nullable Object[] result = row.clone();
        for (int i = 0; i < result.length; i++) {
            if (patch[i] != Absent.VALUE) {
                result[i] = patch[i];
            }
        }
        return result;
    }
}
