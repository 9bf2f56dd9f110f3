package dev.switchback.pipeline.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.RowMapping;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A flow of two tables, whose rows hand their names to each other, is turned to: of what tasks take in random orders it
 * applies what is behind the watermark, and of what is before, nothing that could be seen.
 */
class TurnsTest {

    private static final long TURN = 2;
    private static final int NAMES = 6;

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final TableSchema STORE = table("store", "id");
    private static final TableSchema SHOP = table("shop", "id");
    private static final TableSchema STORES = table("stores", "name");
    private static final TableSchema SHOPS = table("shops", "name");

    /** Each table's rows at the side that the flow reads: names by id. */
    private final Map<TableSchema, Map<Long, String>> tables = Map.of(STORE, new HashMap<>(), SHOP, new HashMap<>());

    private final Map<TableSchema, Set<String>> takenSinceTurn = Map.of(STORE, new HashSet<>(), SHOP, new HashSet<>());
    private long lsn;

    @TempDir
    private @Nullable Path state;

    static java.util.stream.LongStream seeds() {
        return java.util.stream.LongStream.rangeClosed(1, 40);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void whatIsBehindTheWatermarkIsAppliedAndNothingBefore(long seed) {
        Random random = new Random(seed);
        JoinBench bench = new JoinBench(
                new Joins(new Flow("bench", Direction.REVERSE), List.of(mapping(STORE, STORES), mapping(SHOP, SHOPS))),
                state);
        bench.mandate(new Mandate(false, 0));
        change(random, bench, 20);
        bench.watermark(1);
        bench.runTo(1, random);
        change(random, bench, 20);
        letNamesGo(bench);
        Map<TableSchema, Map<String, String>> before = Map.of(STORE, sideAtTurn(STORE), SHOP, sideAtTurn(SHOP));
        bench.watermark(TURN);
        takenSinceTurn.values().forEach(Set::clear);
        change(random, bench, 20);
        bench.watermark(TURN + 1);

        bench.mandate(new Mandate(true, TURN));
        fill(bench, STORES, before.get(STORE));
        fill(bench, SHOPS, before.get(SHOP));
        bench.runTo(TURN + 1, random);

        assertSide(bench, STORE, STORES, before.get(STORE));
        assertSide(bench, SHOP, SHOPS, before.get(SHOP));
    }

    private void change(Random random, JoinBench bench, int changes) {
        for (int i = 0; i < changes; i++) {
            TableSchema table = random.nextBoolean() ? STORE : SHOP;
            long id = random.nextInt(8);
            if (random.nextInt(3) == 0) {
                delete(bench, table, id);
            } else {
                put(bench, table, id, "n" + random.nextInt(NAMES));
            }
        }
    }

    /** The other side, which wrote all that is before the turn, has one row of each name. */
    private void letNamesGo(JoinBench bench) {
        tables.forEach((table, rows) -> {
            Set<String> names = new HashSet<>();
            Map.copyOf(rows).forEach((id, name) -> {
                if (!names.add(name)) {
                    delete(bench, table, id);
                }
            });
        });
    }

    private void put(JoinBench bench, TableSchema table, long id, String name) {
        String before = tables.get(table).put(id, name);
        takenSinceTurn.get(table).add(name);
        Operation operation = before == null ? Operation.INSERT : Operation.UPDATE;
        bench.capture(table, new Change(operation, table.id(), null, row(table, id, name), ++lsn, lsn));
    }

    private void delete(JoinBench bench, TableSchema table, long id) {
        if (tables.get(table).remove(id) != null) {
            bench.capture(table, new Change(Operation.DELETE, table.id(), row(table, id, null), null, ++lsn, lsn));
        }
    }

    /** What the side that the flow writes has: the same, and, of every other name, a row that is outside the filter. */
    private Map<String, String> sideAtTurn(TableSchema table) {
        Map<String, String> side = new TreeMap<>();
        for (int i = 0; i < NAMES; i++) {
            side.put("n" + i, "outside");
        }
        tables.get(table).forEach((id, name) -> side.put(name, id.toString()));
        return side;
    }

    private static void fill(JoinBench bench, TableSchema table, Map<String, String> side) {
        side.forEach((name, id) -> bench.rows.get(table.id()).put("(" + name + ")", List.of(id, name)));
    }

    private void assertSide(JoinBench bench, TableSchema table, TableSchema side, Map<String, String> before) {
        Map<String, Set<String>> claimed = new TreeMap<>();
        tables.get(table).forEach((id, name) -> claimed.computeIfAbsent(name, any -> new HashSet<>())
                .add(id.toString()));
        for (int i = 0; i < NAMES; i++) {
            String name = "n" + i;
            Set<String> owners = claimed.getOrDefault(name, Set.of());
            List<@Nullable Object> found = bench.rows.get(side.id()).get("(" + name + ")");
            String owner = found == null ? "none" : String.valueOf(found.get(0));
            boolean taken = takenSinceTurn.get(table).contains(name);
            boolean wasRow = !"outside".equals(before.get(name));
            if (owners.size() == 1) {
                assertThat(owner).as(name).isIn(owners);
            } else if (owners.isEmpty()) {
                assertThat(owner).as(name).isEqualTo(taken || wasRow ? "none" : "outside");
            }
            assertThat(bench.held.get(side.id()).containsKey("(\"" + name + "\")"))
                    .as("%s is held", name)
                    .isEqualTo(owners.size() > 1);
        }
    }

    private static RowMapping mapping(TableSchema table, TableSchema destination) {
        return MappingCompiler.compileRows(
                table, MappingCompiler.select(table, null, "test"), destination, destination.key(), false, "test");
    }

    private static Row row(TableSchema table, long id, @Nullable String name) {
        return new Row(new RowType(table.columnNames()), new @Nullable Object[] {id, name});
    }

    private static TableSchema table(String name, String key) {
        return new TableSchema(
                TableId.parse(name), List.of(Column.of("id", BIGINT), Column.of("name", TEXT)), List.of(key));
    }
}
