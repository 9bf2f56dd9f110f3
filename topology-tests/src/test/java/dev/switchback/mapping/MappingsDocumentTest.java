package dev.switchback.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.Key;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Lookup;
import dev.switchback.transforms.sql.LookupTables;

/** {@code docs/mappings.md} says what mappings do, and PostgreSQL does the same. */
class MappingsDocumentTest {

    private static final Path DOCUMENT = Path.of("../docs/mappings.md");
    private static final Pattern GIVEN = Pattern.compile("```sql given\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXAMPLE = Pattern.compile("```sql\n(.*?)```\n```text\n(.*?)```", Pattern.DOTALL);
    private static final TableId STORE = TableId.parse("public.store");

    @Test
    void everyExampleIsTrue() throws IOException, SQLException {
        String page = Files.readString(DOCUMENT);
        try (ScratchDirectory scratch = ScratchDirectory.create("switchback-");
                EmbeddedDatabase database =
                        EmbeddedDatabase.create(scratch.path().resolve("server"), "shop", java.util.Map.of())) {
            Matcher given = GIVEN.matcher(page);
            while (given.find()) {
                database.execute(given.group(1));
            }
            try (Connection connection = database.connect()) {
                TableSchema store = new PostgresCatalog(connection)
                        .tables(List.of(STORE))
                        .get(STORE)
                        .schema();
                Matcher example = EXAMPLE.matcher(page);
                int examples = 0;
                while (example.find()) {
                    check(
                            connection,
                            store,
                            example.group(1).strip(),
                            example.group(2).strip());
                    examples++;
                }
                assertThat(examples).isGreaterThan(5);
            }
        }
    }

    private static void check(Connection connection, TableSchema store, String select, String expected)
            throws SQLException {
        if (expected.startsWith("line ")) {
            assertThatThrownBy(() -> MappingCompiler.select(store, select, lookups(connection), "file"))
                    .hasMessage("file, " + expected.replaceFirst(": ", " of the select: "));
            return;
        }
        String head = expected.lines().findFirst().orElseThrow();
        List<String> rows = expected.lines().skip(1).toList();
        assertThat(query(connection, select)).as(select).isEqualTo(rows);
        assertThat(mapped(connection, store, select)).as(select).isEqualTo(rows);
        assertThat(String.join(
                        " | ",
                        MappingCompiler.select(store, select, lookups(connection), "file")
                                .destinations()))
                .isEqualTo(head);
    }

    /** Each row of the source as an insert, through the mapping to a table that has the columns of the result. */
    private static List<String> mapped(Connection connection, TableSchema store, String select) throws SQLException {
        Selection selection = MappingCompiler.select(store, select, lookups(connection), "file");
        TableSchema destination = destination(connection, select);
        List<String> key = MappingCompiler.key(store, selection, "file");
        if (!selection.lookups().isEmpty()) {
            return joined(
                    connection, store, MappingCompiler.compileRows(store, selection, destination, key, false, "file"));
        }
        Mapping mapping = MappingCompiler.compile(store, selection, destination, key, "file");
        List<String> rows = new ArrayList<>();
        for (Row row : rows(connection, store)) {
            List<Mutation> mutations = new ArrayList<>();
            mapping.map(new Change(Operation.INSERT, STORE, null, row, 1, 1), mutations::add);
            mutations.forEach(mutation -> rows.add(text(((Upsert) mutation).values())));
        }
        return rows;
    }

    private static List<String> joined(Connection connection, TableSchema store, RowMapping mapping)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        for (Row row : rows(connection, store)) {
            List<@Nullable Row> found = new ArrayList<>();
            for (Lookup lookup : mapping.lookups()) {
                Optional<Key> key = mapping.lookupKey(lookup, mapping.joined(row, found));
                found.add(rows(connection, lookup.table()).stream()
                        .filter(one -> key.isPresent()
                                && RowMapping.keyOfLookedUp(lookup.columns(), one)
                                        .equals(key))
                        .findFirst()
                        .orElse(null));
            }
            mapping.map(mapping.joined(row, found)).ifPresent(upsert -> rows.add(text(upsert.values())));
        }
        return rows;
    }

    private static List<Row> rows(Connection connection, TableSchema table) throws SQLException {
        RowType type = new RowType(table.columnNames());
        List<Row> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM " + table.id() + " ORDER BY 1")) {
            while (result.next()) {
                @Nullable Object[] values = new @Nullable Object[table.columns().size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] =
                            carried(result, i + 1, table.columns().get(i).type().carrier());
                }
                rows.add(new Row(type, values));
            }
        }
        return rows;
    }

    private static LookupTables lookups(Connection connection) {
        return id -> {
            try {
                PostgresCatalog catalog = new PostgresCatalog(connection);
                Optional<PostgresTable> table = catalog.table(id);
                return table.isEmpty()
                        ? Optional.empty()
                        : Optional.of(new LookupTables.Found(table.get().schema(), catalog.uniqueKeys(table.get())));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private static TableSchema destination(Connection connection, String select) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("DROP TABLE IF EXISTS result");
            statement.execute("CREATE TABLE result AS " + select);
            TableId id = TableId.parse("public.result");
            List<Column> columns = new PostgresCatalog(connection)
                    .tables(List.of(id))
                    .get(id)
                    .schema()
                    .columns();
            return new TableSchema(id, columns, List.of());
        }
    }

    private static @Nullable Object carried(ResultSet row, int column, Carrier carrier) throws SQLException {
        @Nullable Object value =
                switch (carrier) {
                    case BOOLEAN -> row.getBoolean(column);
                    case INT32 -> row.getInt(column);
                    default -> row.getString(column);
                };
        return row.wasNull() ? null : value;
    }

    private static List<String> query(Connection connection, String select) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            statement.execute("SET timezone = 'UTC'");
            try (ResultSet result = statement.executeQuery(select + " ORDER BY store.id")) {
                while (result.next()) {
                    List<@Nullable Object> values = new ArrayList<>();
                    for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                        values.add(result.getString(i));
                    }
                    rows.add(text(values.toArray()));
                }
            }
        }
        return rows;
    }

    private static String text(@Nullable Object[] values) {
        return java.util.Arrays.stream(values)
                .map(value -> value == null ? "NULL" : value.toString())
                .collect(Collectors.joining(" | "));
    }
}
