package dev.switchback.pipeline.cases;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.ClaimEncoder;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.pipeline.cases.Case.ExpectedHeld;
import dev.switchback.pipeline.cases.Case.ExpectedRow;
import dev.switchback.pipeline.cases.CaseRun.Held;
import dev.switchback.pipeline.cases.CaseRun.Outcome;
import dev.switchback.pipeline.cases.Difference.Kind;
import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;

/** What a case's run has made, beside what the case expects. Not thread-safe. */
final class Comparison {

    private final KnownMigration migration;
    private final Case expected;
    private final Outcome actual;
    private final List<Difference> differences = new ArrayList<>();

    Comparison(KnownMigration migration, Case expected, Outcome actual) {
        this.migration = migration;
        this.expected = expected;
        this.actual = actual;
    }

    List<Difference> differences() {
        migration.written().forEach((id, table) -> {
            List<ExpectedRow> rows = expected.expected().get(id);
            if (rows != null) {
                rows(table, rows);
            }
        });
        held();
        return differences;
    }

    private void rows(DestinationTable table, List<ExpectedRow> rows) {
        Map<Key, @Nullable Object[]> found = new LinkedHashMap<>();
        actual.content().rows(table.id()).stream()
                .sorted((one, other) -> show(table, one).compareTo(show(table, other)))
                .forEach(row -> found.put(table.keyOf(row), row));
        for (ExpectedRow row : rows) {
            @Nullable Object @Nullable [] there = found.remove(row.key());
            if (there == null) {
                add(Kind.ROW_MISSING, row.line(), table.id(), show(row.key()), null, show(row), null);
            } else {
                values(table, row, there);
            }
        }
        found.forEach((key, row) ->
                add(Kind.ROW_UNEXPECTED, expected.line(), table.id(), show(key), null, null, show(table, row)));
    }

    private void values(DestinationTable table, ExpectedRow row, @Nullable Object[] there) {
        List<Column> columns = table.columns();
        for (int i = 0; i < columns.size(); i++) {
            String name = columns.get(i).name();
            Case.@Nullable ExpectedValue value = row.values().get(name);
            if (value != null && !Objects.deepEquals(value.value(), there[i])) {
                add(
                        Kind.VALUE,
                        value.line(),
                        table.id(),
                        show(row.key()),
                        name,
                        ColumnTexts.show(value.value()),
                        ColumnTexts.show(there[i]));
            }
        }
    }

    private void held() {
        List<Held> unexpected = new ArrayList<>(actual.held());
        for (ExpectedHeld each : expected.held()) {
            Optional<Held> found = unexpected.stream()
                    .filter(held -> isOf(held, each) && held.change().reason().contains(each.reason()))
                    .findFirst();
            found.ifPresent(unexpected::remove);
            if (found.isEmpty()) {
                add(Kind.HELD_MISSING, each.line(), each.table(), show(each.key()), null, each.reason(), null);
            }
        }
        for (Held held : unexpected) {
            HeldChange change = held.change();
            String owner = held.table().map(table -> table + " ").orElse("") + change.sourceKey();
            int space = owner.indexOf(' ');
            differences.add(new Difference(
                    Kind.HELD_UNEXPECTED,
                    expected.line(),
                    owner.substring(0, space),
                    owner.substring(space + 1),
                    null,
                    null,
                    change.reason()));
        }
    }

    /** Behind a mutation topic a change is known by its owner, with the table's name. */
    private static boolean isOf(Held held, ExpectedHeld expected) {
        String sourceKey = held.change().sourceKey();
        return held.table()
                .map(table -> table.equals(expected.table()) && sourceKey.equals(text(expected.key())))
                .orElseGet(() -> sourceKey.equals(expected.table() + " " + ClaimEncoder.text(expected.key())));
    }

    /** As apply describes a key. */
    private static String text(Key key) {
        return Arrays.stream(key.values()).map(Objects::toString).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String show(Key key) {
        return Arrays.stream(key.values()).map(ColumnTexts::show).collect(Collectors.joining(", ", "(", ")"));
    }

    private static String show(DestinationTable table, @Nullable Object[] row) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < row.length; i++) {
            parts.add(table.columns().get(i).name() + ": " + ColumnTexts.show(row[i]));
        }
        return "{" + String.join(", ", parts) + "}";
    }

    private static String show(ExpectedRow row) {
        return row.values().entrySet().stream()
                .map(value -> value.getKey() + ": "
                        + ColumnTexts.show(value.getValue().value()))
                .collect(Collectors.joining(", ", "{", "}"));
    }

    private void add(
            Kind kind,
            int line,
            TableId table,
            String key,
            @Nullable String column,
            @Nullable String wanted,
            @Nullable String found) {
        differences.add(new Difference(kind, line, table.toString(), key, column, wanted, found));
    }
}
