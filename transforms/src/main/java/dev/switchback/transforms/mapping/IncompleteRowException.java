package dev.switchback.transforms.mapping;

import java.util.List;

/**
 * A change that leaves out a value which the mapping needs, and that would be mapped if the whole row were read again at
 * the source. A source table that has {@code REPLICA IDENTITY FULL}, as have all its partitions, never makes one.
 */
public final class IncompleteRowException extends UnmappableException {

    private static final long serialVersionUID = 1L;

    private final transient List<String> columns;

    /** @param columns whose values are missing */
    IncompleteRowException(List<String> columns, String why) {
        super("the update leaves out the unchanged " + String.join(", ", columns) + ", and " + why
                + "; set REPLICA IDENTITY FULL");
        this.columns = List.copyOf(columns);
    }

    public List<String> columns() {
        return columns;
    }
}
