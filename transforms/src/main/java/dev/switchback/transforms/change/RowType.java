package dev.switchback.transforms.change;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The columns of a {@link Row}, shared by all rows that one schema version wrote. Compare by identity: what was bound to
 * one instance (a mapping's column indexes) may be reused while the instance stays the same. Immutable.
 */
public final class RowType {

    private final List<String> columns;
    private final Map<String, Integer> indexes;

    public RowType(List<String> columns) {
        this.columns = List.copyOf(columns);
        this.indexes = new HashMap<>();
        for (int i = 0; i < this.columns.size(); i++) {
            if (indexes.put(this.columns.get(i), i) != null) {
                throw new IllegalArgumentException("column " + this.columns.get(i) + " appears twice");
            }
        }
    }

    public List<String> columns() {
        return columns;
    }

    /** The position of a column, or -1 where rows of this type do not have it. */
    public int indexOf(String column) {
        return indexes.getOrDefault(column, -1);
    }

    @Override
    public String toString() {
        return columns.toString();
    }
}
