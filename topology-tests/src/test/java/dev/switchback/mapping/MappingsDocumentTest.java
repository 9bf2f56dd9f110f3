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
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresCatalog;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

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
            database.execute(only(GIVEN.matcher(page)));
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
            assertThatThrownBy(() -> MappingCompiler.select(store, select, "file"))
                    .hasMessage("file, " + expected.replaceFirst(": ", " of the select: "));
            return;
        }
        String head = expected.lines().findFirst().orElseThrow();
        List<String> rows = expected.lines().skip(1).toList();
        assertThat(query(connection, select)).as(select).isEqualTo(rows);
        assertThat(mapped(connection, store, select)).as(select).isEqualTo(rows);
        assertThat(String.join(
                        " | ", MappingCompiler.select(store, select, "file").destinations()))
                .isEqualTo(head);
    }

    /** Each row of the source as an insert, through the mapping to a table that has the columns of the result. */
    private static List<String> mapped(Connection connection, TableSchema store, String select) throws SQLException {
        Selection selection = MappingCompiler.select(store, select, "file");
        TableSchema destination = destination(connection, select);
        Mapping mapping = MappingCompiler.compile(
                store, selection, destination, MappingCompiler.key(store, selection, "file"), "file");
        RowType type = new RowType(store.columnNames());
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery("SELECT * FROM store ORDER BY id")) {
            while (result.next()) {
                @Nullable Object[] values = new @Nullable Object[store.columns().size()];
                for (int i = 0; i < values.length; i++) {
                    values[i] =
                            carried(result, i + 1, store.columns().get(i).type().carrier());
                }
                List<Mutation> mutations = new ArrayList<>();
                mapping.map(new Change(Operation.INSERT, STORE, null, new Row(type, values), 1, 1), mutations::add);
                mutations.forEach(mutation -> rows.add(text(((Upsert) mutation).values())));
            }
        }
        return rows;
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

    private static String only(Matcher matcher) {
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
