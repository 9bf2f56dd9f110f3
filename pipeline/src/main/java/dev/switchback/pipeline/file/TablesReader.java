package dev.switchback.pipeline.file;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.pipeline.file.MigrationFile.Reverse;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.transforms.mutation.OnConflict;
import dev.switchback.transforms.mutation.OnConflict.Kind;
import dev.switchback.transforms.problem.NearName;
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
                declared == null ? new MigrationDocument.Table(null, null, null, null, null, null, null) : declared;
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
                                        + source.get())),
                onConflict(table, place)));
    }

    private OnConflict onConflict(MigrationDocument.Table table, JsonPointer place) {
        String name = Objects.requireNonNullElse(table.onConflict(), Kind.OVERWRITE.toString());
        Kind kind = Kind.named(name).orElse(null);
        List<String> names = Stream.of(Kind.values()).map(Kind::toString).toList();
        boolean keep = Objects.requireNonNullElse(table.keepDeclined(), false);
        if (kind == null) {
            tree.problem(
                    place.appendProperty("on_conflict"),
                    "on_conflict: \"" + name + "\" is not one of " + String.join(", ", names) + ".",
                    NearName.hint(name, names, "Write one of them."));
        } else if (kind == Kind.NEWER && table.newerBy() == null) {
            tree.problem(
                    place.appendProperty("on_conflict"),
                    "Nothing says which of two rows is newer.",
                    "Name a column of the destination: newer_by: changed_at.");
        } else if (kind != Kind.NEWER && table.newerBy() != null) {
            tree.problem(
                    place.appendProperty("newer_by"),
                    "newer_by goes with on_conflict: newer, and this is " + kind + ".",
                    "Write on_conflict: newer, or leave newer_by out.");
        } else if (keep && (kind == Kind.OVERWRITE || kind == Kind.COMPARE)) {
            tree.problem(
                    place.appendProperty("keep_declined"),
                    "With on_conflict: " + kind + " nothing is declined that could be kept.",
                    "Leave keep_declined out.");
        } else {
            return new OnConflict(kind, table.newerBy(), keep);
        }
        return OnConflict.OVERWRITE;
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
