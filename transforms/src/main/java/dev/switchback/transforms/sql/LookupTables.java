package dev.switchback.transforms.sql;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Finds the tables that a {@code SELECT} joins. */
@FunctionalInterface
public interface LookupTables {

    /** There are none. */
    LookupTables NONE = table -> Optional.empty();

    /**
     * A table.
     *
     * @param unique the sets of columns of which no two rows ever have the same values, the primary key among them
     */
    record Found(TableSchema schema, List<Set<String>> unique) {

        public Found {
            unique = List.copyOf(unique);
        }
    }

    /** Empty where the source has no such table. */
    Optional<Found> find(TableId table);
}
