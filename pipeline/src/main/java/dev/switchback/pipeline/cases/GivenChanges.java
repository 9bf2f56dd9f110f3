package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import com.fasterxml.jackson.core.JsonPointer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.pipeline.cases.SourceTable.MisplacedRowException;
import dev.switchback.pipeline.file.YamlTree;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/**
 * What happens at the source in one case, statement by statement, and what the log says of it. What follows from a
 * statement that is wrong is not said as well. Not thread-safe.
 */
final class GivenChanges {

    private final YamlTree tree;
    private final CaseValues values;
    private final KnownMigration migration;
    private final Map<TableId, PostgresTable> captured;
    private final Map<TableId, SourceTable> tables = new HashMap<>();
    private final List<Change> changes = new ArrayList<>();
    private boolean wrong;
    private long lsn = 1;

    /** @param verb the word in the file */
    private record Statement(String verb, Operation operation, String table) {}

    GivenChanges(YamlTree tree, CaseValues values, KnownMigration migration) {
        this.tree = tree;
        this.values = values;
        this.migration = migration;
        this.captured = migration.captured();
    }

    List<Change> changes() {
        return changes;
    }

    void add(CaseDocument.@Nullable Step step, JsonPointer place) {
        List<Statement> statements = step == null ? List.of() : statements(step);
        if (step == null || statements.size() != 1) {
            refuse(
                    place,
                    statements.isEmpty() ? "Nothing happens here." : "Several things happen here.",
                    "Write one of read, insert, update, delete, truncate, and the table behind it.");
            return;
        }
        Statement statement = statements.get(0);
        @Nullable TableId id = values.table(
                statement.table(), captured.keySet(), "The migration reads no", place.appendProperty(statement.verb()));
        if (id == null) {
            wrong = true;
            return;
        }
        SourceTable table =
                tables.computeIfAbsent(id, any -> new SourceTable(Objects.requireNonNull(captured.get(id))));
        try {
            changes.addAll(changes(statement, table, step, place));
        } catch (MisplacedRowException e) {
            if (!wrong) {
                refuse(place, String.valueOf(e.getMessage()), "Correct the key, or what comes before.");
            }
        }
    }

    private static List<Statement> statements(CaseDocument.Step step) {
        List<Statement> statements = new ArrayList<>();
        statement("read", Operation.READ, step.read(), statements);
        statement("insert", Operation.INSERT, step.insert(), statements);
        statement("update", Operation.UPDATE, step.update(), statements);
        statement("delete", Operation.DELETE, step.delete(), statements);
        statement("truncate", Operation.TRUNCATE, step.truncate(), statements);
        return statements;
    }

    private static void statement(
            String verb, Operation operation, @Nullable String table, List<Statement> statements) {
        if (table != null) {
            statements.add(new Statement(verb, operation, table));
        }
    }

    private List<Change> changes(Statement statement, SourceTable table, CaseDocument.Step step, JsonPointer place)
            throws MisplacedRowException {
        return switch (statement.operation()) {
            case READ, INSERT -> insert(statement.operation(), table, step, place);
            case UPDATE -> update(table, step, place);
            case DELETE -> delete(table, step, place);
            case TRUNCATE -> truncate(table, step, place);
        };
    }

    private List<Change> insert(Operation operation, SourceTable table, CaseDocument.Step step, JsonPointer place)
            throws MisplacedRowException {
        refuseSettings(step.key() != null || step.unchanged() != null, "row:", place);
        Map<String, @Nullable String> texts = texts(step.row());
        Map<String, @Nullable Object> row = row(table, texts, place.appendProperty("row"));
        requireGiven(table, texts, place);
        return wrong ? List.of() : table.insert(operation, row, lsn++);
    }

    private List<Change> update(SourceTable table, CaseDocument.Step step, JsonPointer place)
            throws MisplacedRowException {
        Map<String, @Nullable String> texts = texts(step.row());
        Map<String, @Nullable Object> row = row(table, texts, place.appendProperty("row"));
        @Nullable Key key = step.key() == null
                ? key(table, keyOf(table, texts), place)
                : key(table, step.key(), place.appendProperty("key"));
        Set<String> unchanged = unchanged(table, step, place);
        return wrong || key == null ? List.of() : table.update(key, row, unchanged, lsn++);
    }

    private List<Change> delete(SourceTable table, CaseDocument.Step step, JsonPointer place)
            throws MisplacedRowException {
        refuseSettings(step.row() != null || step.unchanged() != null, "key:", place);
        @Nullable Key key = key(table, texts(step.key()), place);
        return wrong || key == null ? List.of() : table.delete(key, lsn++);
    }

    private List<Change> truncate(SourceTable table, CaseDocument.Step step, JsonPointer place) {
        refuseSettings(step.row() != null || step.key() != null || step.unchanged() != null, "nothing else", place);
        return wrong ? List.of() : table.truncate(lsn++);
    }

    private void refuseSettings(boolean others, String only, JsonPointer place) {
        if (others) {
            refuse(place, "This takes " + only + ".", "Leave out what else stands beside it.");
        }
    }

    /** What an INSERT leaves out is NULL, unless the table says otherwise; what nobody reads does not matter. */
    private void requireGiven(SourceTable table, Map<String, @Nullable String> texts, JsonPointer place) {
        Set<String> read = migration.reads().getOrDefault(table.schema().id(), Set.of());
        for (Column column : table.schema().columns()) {
            boolean key = table.schema().key().contains(column.name());
            if (texts.containsKey(column.name()) || !(key || read.contains(column.name()))) {
                continue;
            }
            if (column.hasDefault() && !key) {
                refuse(
                        place,
                        column.name() + " has a default at the source, which nobody knows here.",
                        "Give it the value that it is to have.");
            } else if (key || !column.nullable()) {
                refuse(
                        place,
                        "The row has no " + column.name()
                                + ", which is NOT NULL and has no default that is known here.",
                        "Give it a value.");
            }
        }
    }

    private Set<String> unchanged(SourceTable table, CaseDocument.Step step, JsonPointer place) {
        Set<String> unchanged = new HashSet<>();
        int index = 0;
        for (@Nullable String name : Objects.requireNonNullElse(step.unchanged(), List.<@Nullable String>of())) {
            JsonPointer where = place.appendProperty("unchanged").appendIndex(index++);
            @Nullable Column column = name == null ? null : table.schema().column(name).orElse(null);
            if (column == null) {
                refuse(where, table.schema().id() + " has no column " + name + ".", "Correct its name.");
            } else if (!column.type().toastable()) {
                refuse(
                        where,
                        name + " is " + column.type().declaration()
                                + ", which is never stored out of line: the log always says it.",
                        "Leave it out here.");
            } else if (texts(step.row()).containsKey(name)) {
                refuse(where, name + " is both changed and unchanged.", "Leave it out here or in row:.");
            } else {
                unchanged.add(column.name());
            }
        }
        return unchanged;
    }

    private Map<String, @Nullable Object> row(
            SourceTable table, Map<String, @Nullable String> texts, JsonPointer place) {
        Map<String, @Nullable Object> row = values.row(table.table(), table.schema(), texts, place);
        wrong |= row.size() < texts.size();
        return row;
    }

    private @Nullable Key key(SourceTable table, Map<String, @Nullable String> texts, JsonPointer place) {
        @Nullable Key key = values.key(table.table(), table.schema(), texts, place);
        wrong |= key == null;
        return key;
    }

    private static Map<String, @Nullable String> keyOf(SourceTable table, Map<String, @Nullable String> row) {
        Map<String, @Nullable String> key = new HashMap<>(row);
        key.keySet().retainAll(table.schema().key());
        return key;
    }

    private static Map<String, @Nullable String> texts(@Nullable Map<String, @Nullable String> texts) {
        return texts == null ? Map.of() : texts;
    }

    private void refuse(JsonPointer place, String what, String remedy) {
        wrong = true;
        tree.problem(place, what, remedy);
    }
}
