package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.ScratchDirectory;
import dev.switchback.transforms.change.Absent;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.LookupTables;

/**
 * Random changes of tables and of those that they look rows up in, over several partitions, taken by the tasks of both
 * hops in random orders: behind every watermark the destination has what the {@code SELECT} gives in PostgreSQL.
 */
class InterleavingsTest {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);

    private static final TableSchema STORE = table("store", List.of("id"), "id", "merchant", "name", "menu");
    private static final TableSchema SHOP = table("shop", List.of("id"), "id", "merchant", "name");
    private static final TableSchema ROUTE = table("route", List.of("id"), "id", "store", "merchant");
    private static final TableSchema TRIP = table("trip", List.of("id"), "id", "store");
    private static final TableSchema ALIAS = table("alias", List.of("id"), "id", "store");
    private static final TableSchema LOOKUP = table("lookup", List.of("store"), "store", "merchant");
    private static final TableSchema MERCHANT = table("merchant", List.of("id"), "id", "title");

    /** Key of the source's and more; two lookups, the second found by the first; a filter over a lookup. */
    private static final String STORES = "SELECT coalesce(s.merchant, l.merchant, 0) AS merchant, s.id, s.name, s.menu,"
            + " upper(m.title) AS title FROM store s LEFT JOIN lookup l ON l.store = s.id"
            + " LEFT JOIN merchant m ON m.id = l.merchant WHERE m.title IS DISTINCT FROM 't1' AND s.name <> 'n0'";

    /** A key that is handed from row to row, may be NULL, and may be claimed by several. */
    private static final String SHOPS =
            "SELECT coalesce(m.title, s.name) AS name, s.id FROM shop s LEFT JOIN merchant m ON m.id = s.merchant";

    /** One table looked up in twice, by columns that may have the same value. */
    private static final String ROUTES = "SELECT r.id, a.title AS start, b.title AS goal FROM route r"
            + " LEFT JOIN merchant a ON a.id = r.store LEFT JOIN merchant b ON b.id = r.merchant";

    /** Looked up by a column that is unique, but not the key. */
    private static final String TRIPS =
            "SELECT t.id, a.id AS merchant FROM trip t LEFT JOIN alias a ON a.store = t.store";

    private static final ScratchDirectory SCRATCH = ScratchDirectory.create("switchback-");
    private static @Nullable EmbeddedDatabase database;

    private final Map<TableSchema, Map<Long, @Nullable Object[]>> tables = new HashMap<>();
    private long lsn;

    @BeforeContainer
    static void createDatabase() {
        database = EmbeddedDatabase.create(SCRATCH.path().resolve("server"), "shop", Map.of());
        database.execute(
                "CREATE TABLE store (id bigint PRIMARY KEY, merchant bigint, name text, menu text)",
                "CREATE TABLE shop (id bigint PRIMARY KEY, merchant bigint, name text)",
                "CREATE TABLE route (id bigint PRIMARY KEY, store bigint, merchant bigint)",
                "CREATE TABLE trip (id bigint PRIMARY KEY, store bigint)",
                "CREATE TABLE alias (id bigint PRIMARY KEY, store bigint UNIQUE)",
                "CREATE TABLE lookup (store bigint PRIMARY KEY, merchant bigint)",
                "CREATE TABLE merchant (id bigint PRIMARY KEY, title text)");
    }

    @AfterContainer
    static void dropDatabase() {
        if (database != null) {
            database.close();
        }
        SCRATCH.close();
    }

    /** Each run with seeds of its own; a smaller one of a failure would say no more. */
    @Property(tries = 20, shrinking = ShrinkingMode.OFF)
    void theDestinationIsWhatTheSelectGivesAtRest(@ForAll long seed) throws SQLException {
        Random random = new Random(seed);
        JoinBench bench = new JoinBench(
                new Joins(
                        new Flow("bench", Direction.FORWARD),
                        List.of(
                                mapping(STORE, STORES, "stores", List.of("merchant", "id")),
                                mapping(SHOP, SHOPS, "shops", List.of("name")),
                                mapping(ROUTE, ROUTES, "routes", List.of("id")),
                                mapping(TRIP, TRIPS, "trips", List.of("id")))),
                SCRATCH.path().resolve("state" + seed));
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("TRUNCATE store, shop, route, trip, alias, lookup, merchant");
            tables.clear();
            for (long watermark = 1; watermark <= 25; watermark++) {
                for (int change = random.nextInt(25); change >= 0; change--) {
                    change(random, connection, bench);
                }
                bench.watermark(watermark);
                bench.runTo(watermark, random);
                assertSame(connection, bench, STORES, "stores");
                assertSame(connection, bench, ROUTES, "routes");
                assertSame(connection, bench, TRIPS, "trips");
                assertShops(connection, bench);
            }
        }
    }

    private void assertSame(Connection connection, JoinBench bench, String select, String destination)
            throws SQLException {
        TableId table = TableId.parse(destination);
        assertThat(bench.held.get(table)).isEmpty();
        assertThat(new TreeSet<>(texts(bench.rows.get(table).values())))
                .isEqualTo(new TreeSet<>(query(connection, select)));
    }

    /** A key that one row has is that row's; one that several have, or a row without one, is held. */
    private void assertShops(Connection connection, JoinBench bench) throws SQLException {
        TableId table = TableId.parse("shops");
        Map<String, List<String>> byKey = new TreeMap<>();
        Set<String> withoutKey = new TreeSet<>();
        for (String row : query(connection, SHOPS)) {
            String[] values = row.split("\\|");
            if (values[0].equals("null")) {
                withoutKey.add("public.shop (" + values[1] + ")");
            } else {
                byKey.computeIfAbsent("(\"" + values[0] + "\")", key -> new ArrayList<>())
                        .add(row);
            }
        }
        Set<String> expectedHeld = new TreeSet<>(withoutKey);
        Map<String, String> expected = new TreeMap<>();
        byKey.forEach((key, rows) -> {
            if (rows.size() == 1) {
                expected.put(key.replace("\"", ""), rows.get(0));
            } else {
                expectedHeld.add(key);
            }
        });
        Map<String, String> held = bench.held.get(table);
        assertThat(held.keySet()).containsAll(expectedHeld);
        // A row that has lost its key keeps the one that it had, so that nobody else gets that.
        held.forEach((key, reason) -> assertThat(
                        expectedHeld.contains(key) || withoutKey.stream().anyMatch(reason::contains))
                .as("%s: %s", key, reason)
                .isTrue());
        Map<String, String> actual = new TreeMap<>();
        bench.rows.get(table).forEach((key, row) -> actual.put(key, text(row)));
        Set<String> disputed =
                held.keySet().stream().map(key -> key.replace("\"", "")).collect(Collectors.toSet());
        actual.keySet().removeAll(disputed);
        expected.keySet().removeAll(disputed);
        // What a row without a key had before stays where it was.
        Set<Long> stale = withoutKey.stream()
                .map(owner -> Long.parseLong(owner.replaceAll(".*\\((\\d+)\\)", "$1")))
                .collect(Collectors.toSet());
        actual.values()
                .removeIf(row -> stale.contains(Long.parseLong(row.split("\\|")[1])) && !expected.containsValue(row));
        assertThat(actual).isEqualTo(expected);
    }

    private void change(Random random, Connection connection, JoinBench bench) throws SQLException {
        TableSchema table =
                List.of(STORE, STORE, SHOP, SHOP, ROUTE, LOOKUP, MERCHANT).get(random.nextInt(7));
        Map<Long, @Nullable Object[]> rows = tables.computeIfAbsent(table, any -> new HashMap<>());
        long id = random.nextInt(6);
        @Nullable Object[] before = rows.get(id);
        if (before == null) {
            @Nullable Object[] row = row(table, id, random);
            insert(connection, table, row);
            rows.put(id, row);
            capture(bench, table, random.nextBoolean() ? Operation.INSERT : Operation.READ, null, row);
        } else if (random.nextInt(3) == 0) {
            execute(
                    connection,
                    "DELETE FROM " + table.id().name() + " WHERE " + table.key().get(0) + " = " + id);
            rows.remove(id);
            @Nullable Object[] key = new @Nullable Object[before.length];
            key[0] = id;
            capture(bench, table, Operation.DELETE, key, null);
        } else {
            update(random, connection, bench, table, before, rows);
        }
    }

    private void update(
            Random random,
            Connection connection,
            JoinBench bench,
            TableSchema table,
            @Nullable Object[] before,
            Map<Long, @Nullable Object[]> rows)
            throws SQLException {
        long id = (Long) before[0];
        @Nullable Object[] row = row(table, id, random);
        @Nullable Object[] logged = row.clone();
        for (int i = 1; i < row.length; i++) {
            if (random.nextBoolean()) {
                row[i] = before[i];
                logged[i] = table.columns().get(i).type().toastable() ? Absent.VALUE : before[i];
            }
        }
        execute(
                connection,
                "DELETE FROM " + table.id().name() + " WHERE " + table.key().get(0) + " = " + id);
        insert(connection, table, row);
        rows.put(id, row);
        capture(bench, table, Operation.UPDATE, null, logged);
    }

    /** No two rows of {@link #ALIAS} have the same store. */
    private @Nullable Object[] row(TableSchema table, long id, Random random) {
        @Nullable Object[] row = anyRow(table, id, random);
        boolean taken = table.equals(ALIAS)
                && tables.getOrDefault(ALIAS, Map.of()).values().stream()
                        .anyMatch(other -> !Objects.equals(other[0], id) && Objects.equals(other[1], row[1]));
        return taken ? new @Nullable Object[] {id, null} : row;
    }

    private static @Nullable Object[] anyRow(TableSchema table, long id, Random random) {
        @Nullable Object[] row = new @Nullable Object[table.columns().size()];
        row[0] = id;
        for (int i = 1; i < row.length; i++) {
            boolean number = table.columns().get(i).type().carrier() == Carrier.INT64;
            String prefix = table.columns().get(i).name().substring(0, 1);
            row[i] = random.nextInt(4) == 0
                    ? null
                    : number ? (Object) (long) random.nextInt(6) : prefix + random.nextInt(4);
        }
        return row;
    }

    private void capture(
            JoinBench bench,
            TableSchema table,
            Operation operation,
            @Nullable Object @Nullable [] before,
            @Nullable Object @Nullable [] after) {
        RowType type = new RowType(table.columnNames());
        bench.capture(
                table,
                new Change(
                        operation,
                        table.id(),
                        before == null ? null : new Row(type, before),
                        after == null ? null : new Row(type, after),
                        ++lsn,
                        lsn));
    }

    private static void insert(Connection connection, TableSchema table, @Nullable Object[] row) throws SQLException {
        String marks = String.join(", ", java.util.Collections.nCopies(row.length, "?"));
        try (PreparedStatement insert =
                connection.prepareStatement("INSERT INTO " + table.id().name() + " VALUES (" + marks + ")")) {
            for (int i = 0; i < row.length; i++) {
                insert.setObject(i + 1, row[i]);
            }
            insert.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> query(Connection connection, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(sql)) {
            while (result.next()) {
                List<@Nullable Object> row = new ArrayList<>();
                for (int i = 1; i <= result.getMetaData().getColumnCount(); i++) {
                    row.add(result.getString(i));
                }
                rows.add(text(row));
            }
        }
        return rows;
    }

    private static List<String> texts(java.util.Collection<List<@Nullable Object>> rows) {
        return rows.stream().map(InterleavingsTest::text).toList();
    }

    private static String text(List<@Nullable Object> row) {
        return row.stream().map(String::valueOf).collect(Collectors.joining("|"));
    }

    private static RowMapping mapping(TableSchema table, String select, String destination, List<String> key) {
        LookupTables lookups = id -> List.of(LOOKUP, MERCHANT, ALIAS).stream()
                .filter(lookup -> lookup.id().equals(id))
                .findFirst()
                .map(lookup -> new LookupTables.Found(
                        lookup,
                        lookup.equals(ALIAS)
                                ? List.of(Set.of("id"), Set.of("store"))
                                : List.of(Set.copyOf(lookup.key()))));
        Selection selection = MappingCompiler.select(table, select, lookups, "test");
        List<Column> columns = selection.destinations().stream()
                .map(name -> Column.of(name, name.equals("id") || name.equals("merchant") ? BIGINT : TEXT))
                .toList();
        return MappingCompiler.compileRows(
                table, selection, new TableSchema(TableId.parse(destination), columns, key), key, false, "test");
    }

    private static TableSchema table(String name, List<String> key, String... columns) {
        return new TableSchema(
                TableId.parse(name),
                List.of(columns).stream()
                        .map(column -> Column.of(
                                column, Set.of("id", "store", "merchant").contains(column) ? BIGINT : TEXT))
                        .toList(),
                key);
    }
}
