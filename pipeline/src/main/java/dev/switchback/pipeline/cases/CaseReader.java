package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.cases.Case.ExpectedHeld;
import dev.switchback.pipeline.cases.Case.ExpectedRow;
import dev.switchback.pipeline.cases.Case.ExpectedValue;
import dev.switchback.pipeline.file.DocumentBinding;
import dev.switchback.pipeline.file.FileProblems;
import dev.switchback.pipeline.file.Variables;
import dev.switchback.pipeline.file.YamlTree;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/** Reads a file of cases, and checks each against what is known of the tables. Not thread-safe. */
final class CaseReader {

    private final YamlTree tree;
    private final KnownMigration migration;
    private final Map<TableId, DestinationTable> written;
    private final CaseValues values;

    private CaseReader(YamlTree tree, KnownMigration migration) {
        this.tree = tree;
        this.migration = migration;
        this.written = migration.written();
        this.values = new CaseValues(tree);
    }

    /** @throws dev.switchback.transforms.problem.ProblemException with everything that is wrong with it */
    static List<Case> read(String text, KnownMigration migration, FileProblems problems) {
        YamlTree tree = YamlTree.read(text, YamlTree.Kind.CASES, Variables.NONE, problems);
        CaseDocument document = DocumentBinding.bind(tree, CaseDocument.class);
        List<Case> cases = new CaseReader(tree, migration).cases(document.cases());
        problems.requireNone();
        return cases;
    }

    private List<Case> cases(@Nullable List<CaseDocument.@Nullable Case> documents) {
        JsonPointer place = JsonPointer.empty().appendProperty("cases");
        if (documents == null || documents.isEmpty()) {
            tree.problem(place, "There is no case.", "Write one: - name: …, given: […], expect: {…}.");
            return List.of();
        }
        List<Case> cases = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (int i = 0; i < documents.size(); i++) {
            JsonPointer where = place.appendIndex(i);
            CaseDocument.@Nullable Case document = documents.get(i);
            if (document == null || document.name() == null) {
                tree.problem(where, "The case has no name.", "Add name: and say what is to be so.");
            } else {
                if (!names.add(document.name())) {
                    tree.problem(
                            where.appendProperty("name"),
                            "There are two cases of this name.",
                            "Give each a name of its own.");
                }
                cases.add(read(document.name(), document, where));
            }
        }
        return cases;
    }

    private Case read(String name, CaseDocument.Case document, JsonPointer place) {
        GivenChanges given = new GivenChanges(tree, values, migration);
        int step = 0;
        for (CaseDocument.@Nullable Step each :
                Objects.requireNonNullElse(document.given(), List.<CaseDocument.@Nullable Step>of())) {
            given.add(each, place.appendProperty("given").appendIndex(step++));
        }
        if (document.expect() == null && document.held() == null) {
            tree.problem(place, "The case expects nothing.", "Add expect: {TABLE: [rows]}; [] for none.");
        }
        return new Case(
                name,
                tree.line(place),
                given.changes(),
                expected(document, place.appendProperty("expect")),
                held(document, place.appendProperty("held")));
    }

    private Map<TableId, List<ExpectedRow>> expected(CaseDocument.Case document, JsonPointer place) {
        Map<TableId, List<ExpectedRow>> expected = new LinkedHashMap<>();
        if (document.expect() != null) {
            document.expect().forEach((name, rows) -> {
                JsonPointer where = place.appendProperty(name);
                @Nullable TableId id = values.table(name, written.keySet(), "The migration writes to no", where);
                if (id != null) {
                    expected.put(id, rows(id, rows, where));
                }
            });
        }
        return expected;
    }

    private List<ExpectedRow> rows(
            TableId id, @Nullable List<@Nullable Map<String, @Nullable String>> rows, JsonPointer place) {
        DestinationTable table = Objects.requireNonNull(written.get(id));
        PostgresTable known = Objects.requireNonNull(
                        migration.snapshot().destination().get(id))
                .table();
        List<ExpectedRow> expected = new ArrayList<>();
        Map<Key, Integer> lines = new HashMap<>();
        int index = 0;
        for (@Nullable Map<String, @Nullable String> row :
                Objects.requireNonNullElse(rows, List.<@Nullable Map<String, @Nullable String>>of())) {
            JsonPointer where = place.appendIndex(index++);
            @Nullable ExpectedRow found = row(table, known, Objects.requireNonNullElse(row, Map.of()), where);
            if (found != null) {
                Integer before = lines.putIfAbsent(found.key(), found.line());
                if (before != null) {
                    tree.problem(
                            where,
                            "This row is expected for the second time, after line " + before + ".",
                            "Remove one of them.");
                }
                expected.add(found);
            }
        }
        return expected;
    }

    private @Nullable ExpectedRow row(
            DestinationTable table, PostgresTable known, Map<String, @Nullable String> row, JsonPointer place) {
        List<String> filled = table.columns().stream().map(Column::name).toList();
        Map<String, ExpectedValue> expected = new LinkedHashMap<>();
        row.forEach((name, text) -> {
            JsonPointer where = place.appendProperty(name);
            if (known.schema().column(name).isPresent() && !filled.contains(name)) {
                tree.problem(where, "The mapping does not fill " + name + ".", "Leave it out here.");
            } else {
                values.read(known, known.schema(), name, text, where)
                        .ifPresent(value -> expected.put(name, new ExpectedValue(tree.line(where), value.carried())));
            }
        });
        List<Object> key = new ArrayList<>();
        for (String column : table.key()) {
            @Nullable ExpectedValue value = expected.get(column);
            if (value != null && value.value() != null) {
                key.add(value.value());
            } else if (!row.containsKey(column)) {
                tree.problem(
                        place,
                        "The row has no " + column + ", by which it is found.",
                        "Give it " + String.join(", ", table.key()) + ".");
            }
        }
        return key.size() == table.key().size()
                ? new ExpectedRow(tree.line(place), new Key(key.toArray()), expected)
                : null;
    }

    private List<ExpectedHeld> held(CaseDocument.Case document, JsonPointer place) {
        List<ExpectedHeld> held = new ArrayList<>();
        Collection<CaseDocument.@Nullable Held> documents =
                Objects.requireNonNullElse(document.held(), List.<CaseDocument.@Nullable Held>of());
        int index = 0;
        for (CaseDocument.@Nullable Held each : documents) {
            JsonPointer where = place.appendIndex(index++);
            if (each == null || each.table() == null || each.key() == null || each.reason() == null) {
                tree.problem(
                        where,
                        "Of a held change, its source table, its key and a part of its reason are to be said.",
                        "Write {table: SCHEMA.TABLE, key: {…}, reason: …}.");
                continue;
            }
            held(each.table(), each.key(), each.reason(), where, held);
        }
        return held;
    }

    private void held(
            String name,
            Map<String, @Nullable String> columns,
            String reason,
            JsonPointer place,
            List<ExpectedHeld> held) {
        Map<TableId, PostgresTable> captured = migration.captured();
        @Nullable TableId id = values.table(name, captured.keySet(), "The migration reads no", place.appendProperty("table"));
        if (id != null) {
            PostgresTable table = Objects.requireNonNull(captured.get(id));
            @Nullable Key key = values.key(table, table.schema(), columns, place.appendProperty("key"));
            if (key != null) {
                held.add(new ExpectedHeld(tree.line(place), id, key, reason));
            }
        }
    }
}
