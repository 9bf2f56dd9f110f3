package dev.switchback.pipeline.cases;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.memory.TableRules;
import dev.switchback.pipeline.snapshot.SchemaSnapshot.Known;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/** What the destination's tables take, as far as their schemas say it: types, NOT NULL, unique columns. Immutable. */
final class DestinationRules implements TableRules {

    private final Map<TableId, Known> tables;

    DestinationRules(Map<TableId, Known> tables) {
        this.tables = tables;
    }

    @Override
    public Object kept(DestinationTable table, Column column, Object value) {
        if (!(value instanceof String text)) {
            return value;
        }
        try {
            return ColumnTexts.read(known(table).table(), column, text);
        } catch (ValueException e) {
            throw new RefusedValueException(e.getMessage() + " (column " + column.name() + ")");
        }
    }

    @Override
    public Optional<String> refusal(DestinationTable table, @Nullable Object[] row) {
        for (int i = 0; i < row.length; i++) {
            Column column = table.columns().get(i);
            if (row[i] == null && !column.nullable()) {
                return Optional.of("null value in column \"" + column.name() + "\" of relation \""
                        + table.id().name() + "\" violates not-null constraint");
            }
        }
        return Optional.empty();
    }

    @Override
    public List<Set<String>> unique(DestinationTable table) {
        Set<String> key = Set.copyOf(table.key());
        return known(table).unique().stream()
                .filter(columns -> !columns.equals(key))
                .toList();
    }

    private Known known(DestinationTable table) {
        Known known = tables.get(table.id());
        if (known == null) {
            throw new IllegalStateException("a mapping writes to " + table + ", which nobody knows");
        }
        return known;
    }
}
