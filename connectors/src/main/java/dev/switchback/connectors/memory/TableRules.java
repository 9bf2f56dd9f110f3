package dev.switchback.connectors.memory;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.Column;

/** What the tables of a {@link DestinationInMemory} take, as constraints and types say it in a database. Thread-safe. */
public interface TableRules {

    /** They take everything. */
    TableRules NONE = new TableRules() {};

    /**
     * A value as the column keeps it.
     *
     * @throws RefusedValueException when it does not take the value
     */
    default Object kept(DestinationTable table, Column column, Object value) {
        return value;
    }

    /** Why a row is not taken, whatever the other rows are; empty if it is. */
    default Optional<String> refusal(DestinationTable table, @Nullable Object[] row) {
        return Optional.empty();
    }

    /** The sets of columns of which no two rows may have the same values, unless one of them is NULL; the key is one anyway. */
    default List<Set<String>> unique(DestinationTable table) {
        return List.of();
    }

    /** A value that a column does not take. The message says why. */
    final class RefusedValueException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        public RefusedValueException(String why) {
            super(why);
        }
    }
}
