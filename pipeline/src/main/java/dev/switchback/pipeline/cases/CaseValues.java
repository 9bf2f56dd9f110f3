package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.file.YamlTree;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Reads names and values of a file of cases, and says what is wrong with them. Not thread-safe. */
final class CaseValues {

    private final YamlTree tree;

    /** A column's value. */
    record Value(@Nullable Object carried) {}

    CaseValues(YamlTree tree) {
        this.tree = tree;
    }

    /** @return null where there is no such table */
    @Nullable TableId table(String name, Collection<TableId> known, String verb, JsonPointer place) {
        @Nullable TableId id = null;
        try {
            id = TableId.parse(name);
        } catch (IllegalArgumentException e) {
            // No table is called so.
        }
        if (id != null && known.contains(id)) {
            return id;
        }
        tree.problem(place, verb + " table " + name + ".", hint(name, known));
        return null;
    }

    private static String hint(String name, Collection<TableId> known) {
        List<String> names = known.stream().map(TableId::toString).sorted().toList();
        return NearName.hint(
                name.contains(".") ? name : "public." + name, names, "There are " + String.join(", ", names) + ".");
    }

    /** The values that could be read. */
    Map<String, @Nullable Object> row(
            PostgresTable table, TableSchema schema, Map<String, @Nullable String> texts, JsonPointer place) {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        texts.forEach((name, text) -> read(table, schema, name, text, place.appendProperty(name))
                .ifPresent(value -> row.put(name, value.carried())));
        return row;
    }

    /**
     * A key's values, in the key's order.
     *
     * @return null where one is missing or wrong
     */
    @Nullable Key key(PostgresTable table, TableSchema schema, Map<String, @Nullable String> texts, JsonPointer place) {
        Map<String, @Nullable Object> row = row(table, schema, texts, place);
        List<Object> key = new ArrayList<>();
        for (String column : schema.key()) {
            @Nullable Object value = row.get(column);
            if (value != null) {
                key.add(value);
            } else if (!texts.containsKey(column)) {
                tree.problem(
                        place,
                        "The key of " + schema.id() + " lacks " + column + ".",
                        "Give it " + String.join(", ", schema.key()) + ".");
            }
        }
        return key.size() == schema.key().size() ? new Key(key.toArray()) : null;
    }

    /** Empty where there is no such column, or it does not take the value. */
    Optional<Value> read(
            PostgresTable table, TableSchema schema, String name, @Nullable String text, JsonPointer place) {
        Optional<Column> column = schema.column(name);
        if (column.isEmpty()) {
            boolean generated = table.schema().column(name).isPresent();
            tree.problem(
                    place,
                    generated
                            ? name + " is generated, and the source's log leaves such columns out."
                            : schema.id() + " has no column " + name + ".",
                    generated
                            ? "Leave it out here."
                            : NearName.hint(
                                    name,
                                    schema.columnNames(),
                                    "There are " + String.join(", ", schema.columnNames()) + "."));
            return Optional.empty();
        }
        if (text == null) {
            return nothing(schema, column.get(), place);
        }
        try {
            return Optional.of(new Value(ColumnTexts.read(table, column.get(), text)));
        } catch (ValueException e) {
            tree.problem(
                    place,
                    name + " is " + column.get().type().declaration() + ": " + e.getMessage() + ".",
                    "Write it as PostgreSQL prints it.");
            return Optional.empty();
        }
    }

    private Optional<Value> nothing(TableSchema schema, Column column, JsonPointer place) {
        if (column.nullable() && !schema.key().contains(column.name())) {
            return Optional.of(new Value(null));
        }
        tree.problem(place, column.name() + " of " + schema.id() + " is NOT NULL.", "Give it a value.");
        return Optional.empty();
    }
}
