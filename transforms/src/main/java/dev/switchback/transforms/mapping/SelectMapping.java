package dev.switchback.transforms.mapping;

import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Clear;
import dev.switchback.transforms.mutation.Mutation.Patch;
import dev.switchback.transforms.mutation.Mutation.Remove;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/**
 * A mapping with expressions, a filter, or a destination key of more than the source's key. The destination key contains
 * the source's, so that no other source row ever makes a mutation of the same destination row.
 */
final class SelectMapping implements Mapping {

    private final SelectProgram program;
    private final RowReader reader;

    SelectMapping(SelectProgram program) {
        this.program = program;
        this.reader = new RowReader(program);
    }

    @Override
    public TableId source() {
        return program.source().id();
    }

    @Override
    public DestinationTable destination() {
        return program.destination();
    }

    @Override
    public boolean keepsDestinationKey() {
        return program.keepsDestinationKey();
    }

    @Override
    public boolean inspects(String column) {
        return program.inspects(column);
    }

    @Override
    public Mapping copy() {
        return new SelectMapping(program);
    }

    @Override
    public void map(Change change, Consumer<? super Mutation> out) {
        switch (change.operation()) {
            case INSERT -> {
                Row row = present(change.after());
                if (reader.isIn(row)) {
                    out.accept(whole(row));
                }
            }
            // A row that was read again may have left the filter since.
            case READ -> {
                Row row = present(change.after());
                if (reader.isIn(row)) {
                    out.accept(whole(row));
                } else {
                    keyIfAny(row).ifPresent(key -> out.accept(new Remove(destination(), key)));
                }
            }
            case UPDATE -> update(Optional.ofNullable(change.before()), present(change.after()), out);
            case DELETE -> {
                Row before = present(change.before());
                placed(before).ifPresent(key -> out.accept(new Remove(destination(), key, reader.age(before))));
            }
            case TRUNCATE -> out.accept(new Clear(destination()));
        }
    }

    private void update(Optional<Row> before, Row after, Consumer<? super Mutation> out) {
        before.ifPresent(old -> requireSameSourceKey(old, after));
        if (before.isEmpty() && !program.keepsDestinationKey()) {
            throw withoutOldRow();
        }
        Optional<Key> oldKey =
                program.keepsDestinationKey() ? Optional.of(reader.key(after)) : placed(before.orElseThrow());
        if (!reader.isIn(after)) {
            oldKey.ifPresent(key -> out.accept(new Remove(destination(), key)));
            return;
        }
        Key key = reader.key(after);
        boolean moved = !oldKey.equals(Optional.of(key));
        Mutation mutation = current(after, key, () -> moved || !wasIn(before));
        if (moved) {
            oldKey.ifPresent(old -> out.accept(new Remove(destination(), old, reader.age(before.orElseThrow()))));
        }
        out.accept(mutation);
    }

    @Override
    public void settle(Change first, Change last, Consumer<? super Mutation> out) {
        if (first.operation() == Operation.UPDATE && first.before() == null) {
            throw withoutOldRow(); // The destination has it, and nobody knows where.
        }
        Optional<Key> oldKey = Optional.ofNullable(first.before()).flatMap(this::placed);
        @Nullable Row after = last.after();
        Optional<Upsert> row = after == null || !reader.isIn(after) ? Optional.empty() : Optional.of(whole(after));
        oldKey.filter(key -> row.isEmpty() || !row.get().key().equals(key))
                .ifPresent(key -> out.accept(new Remove(destination(), key)));
        row.ifPresent(out);
    }

    /**
     * Where the destination has an old version of a row: nowhere, if the filter left it out.
     *
     * <p>An old row of which only the source's key is known has NULL for all else. Taken for values, these would lead to
     * another destination row.
     */
    private Optional<Key> placed(Row before) {
        if (program.keepsDestinationKey()) {
            return Optional.of(reader.key(before));
        }
        for (Column column : program.source().columns()) {
            if (!column.nullable() && before.value(column.name()) == null) {
                throw withoutOldRow();
            }
        }
        return reader.isIn(before) ? Optional.of(reader.key(before)) : Optional.empty();
    }

    private IncompleteRowException withoutOldRow() {
        return new IncompleteRowException(program.movingColumns(), "the old row's destination key is made of them");
    }

    /** A row that is out of the filter may have NULL for a key that rows within it have. */
    private Optional<Key> keyIfAny(Row row) {
        try {
            return Optional.of(reader.key(row));
        } catch (UnmappableException none) {
            return Optional.empty();
        }
    }

    /** Whether the destination has had the row before this update, as far as can be told. */
    private boolean wasIn(Optional<Row> before) {
        try {
            return program.filterIsFixed() || (before.isPresent() && reader.isIn(before.get()));
        } catch (UnmappableException unknown) {
            return false;
        }
    }

    private Mutation current(Row after, Key key, BooleanSupplier wholeNeeded) {
        @Nullable Object[] values = reader.values(after);
        List<String> missing = reader.missing(after, values);
        if (missing.isEmpty()) {
            return new Upsert(destination(), key, values);
        }
        if (wholeNeeded.getAsBoolean()) {
            throw new IncompleteRowException(missing, "the destination may not have the row yet");
        }
        return new Patch(destination(), key, values);
    }

    private Upsert whole(Row row) {
        @Nullable Object[] values = reader.values(row);
        List<String> missing = reader.missing(row, values);
        if (!missing.isEmpty()) {
            throw new UnmappableException(
                    "the change brings a whole row, but no value for column " + String.join(", ", missing));
        }
        return new Upsert(destination(), reader.key(row), values);
    }

    private void requireSameSourceKey(Row before, Row after) {
        for (String column : program.source().key()) {
            @Nullable Object was = before.value(column);
            @Nullable Object is = after.value(column);
            if (was != null && was != Absent.VALUE && !java.util.Objects.deepEquals(was, is)) {
                throw new UnmappableException("an update changes the key column " + column + " from " + was + " to "
                        + is + " in one event, which capture splits");
            }
        }
    }

    private static Row present(@Nullable Row row) {
        if (row == null) {
            throw new UnmappableException("a change without its row");
        }
        return row;
    }
}
