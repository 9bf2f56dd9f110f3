package dev.switchback.pipeline.topology;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ChangeEncoder;
import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.schema.TableSchema;

/** Makes whole rows of a table's changes, in the form in which they are remembered. Not thread-safe. */
final class WholeRows {

    private final ChangeEncoder encoder;

    /** @param table as its changes have it */
    WholeRows(SchemaStore schemas, String topic, TableSchema table) {
        this.encoder = new ChangeEncoder(schemas, topic, table);
    }

    /**
     * A whole row.
     *
     * @param bytes a change that brings it, encoded
     */
    record Whole(Row row, byte[] bytes) {}

    /**
     * The row as it is behind a change, what an update has left out taken from the row before.
     *
     * @return empty where the row before is not known either
     */
    Optional<Whole> of(InputChange input, Change change, @Nullable Row before) {
        Row after = change.after();
        if (after == null) {
            throw new IllegalArgumentException("no row is behind " + change);
        }
        boolean complete = absent(after).isEmpty();
        if (complete && change.before() == null) {
            return Optional.of(new Whole(after, input.value()));
        }
        return (complete ? Optional.of(after) : completed(after, before))
                .map(row -> new Whole(
                        row,
                        encoder.value(new Change(
                                Operation.READ, change.table(), null, row, change.lsn(), change.commitMicros()))));
    }

    /** The columns that an update has left out. */
    static Set<String> absent(Row after) {
        Set<String> absent = new HashSet<>();
        for (int i = 0; i < after.values().length; i++) {
            if (after.values()[i] == Absent.VALUE) {
                absent.add(after.type().columns().get(i));
            }
        }
        return absent;
    }

    private static Optional<Row> completed(Row after, @Nullable Row before) {
        @Nullable Object[] completed = after.values().clone();
        for (int i = 0; i < after.values().length; i++) {
            if (after.values()[i] == Absent.VALUE) {
                Object known = before == null
                        ? Absent.VALUE
                        : before.value(after.type().columns().get(i));
                if (known == Absent.VALUE) {
                    return Optional.empty();
                }
                completed[i] = known;
            }
        }
        return Optional.of(new Row(after.type(), completed));
    }
}
