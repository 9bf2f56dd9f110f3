package dev.switchback.pipeline.file;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.file.MigrationFile.Reverse;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.transforms.schema.TableId;

/** Checks the {@code tables:} section, and names the places of its selects for those who read them later. */
final class TablesReader {

    private final YamlTree tree;
    private final FileProblems problems;

    TablesReader(YamlTree tree, FileProblems problems) {
        this.tree = tree;
        this.problems = problems;
    }

    Map<TableId, Table> tables(@Nullable Map<String, MigrationDocument.@Nullable Table> section) {
        if (section == null || section.isEmpty()) {
            tree.problem(
                    "tables", "No table is declared.", "Add tables: and below it SCHEMA.TABLE: {} for each table.");
            return Map.of();
        }
        Map<TableId, Table> tables = new LinkedHashMap<>();
        section.forEach((name, declared) -> table(name, declared).ifPresent(table -> {
            if (tables.putIfAbsent(table.source(), table) != null) {
                tree.problem("tables/" + name, table.source() + " is declared twice.", "Remove one of them.");
            }
        }));
        return tables;
    }

    private Optional<Table> table(String name, MigrationDocument.@Nullable Table declared) {
        MigrationDocument.Table table =
                declared == null ? new MigrationDocument.Table(null, null, null, null) : declared;
        JsonPointer place = JsonPointer.empty().appendProperty("tables").appendProperty(name);
        Optional<TableId> source = tableId(name, place);
        Optional<TableId> destination = table.to() == null ? source : tableId(table.to(), place.appendProperty("to"));
        if (source.isEmpty() || destination.isEmpty()) {
            return Optional.empty();
        }
        int line = tree.line(table.select() == null ? place : place.appendProperty("select"));
        return Optional.of(new Table(
                source.get(),
                destination.get(),
                Optional.ofNullable(table.select()),
                List.copyOf(Objects.requireNonNullElse(table.key(), List.<String>of())),
                problems.place(line) + ", " + source.get(),
                Optional.ofNullable(table.reverse())
                        .map(select -> new Reverse(
                                select,
                                problems.place(tree.line(place.appendProperty("reverse"))) + ", way back of "
                                        + source.get()))));
    }

    private Optional<TableId> tableId(String name, JsonPointer place) {
        try {
            return Optional.of(TableId.parse(name));
        } catch (IllegalArgumentException e) {
            tree.problem(place, "\"" + name + "\" does not name a table.", "Write SCHEMA.TABLE.");
            return Optional.empty();
        }
    }
}
