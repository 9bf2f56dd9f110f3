package dev.switchback.benchmarks.mapping;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.infra.Blackhole;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mapping.Mapping;
import dev.switchback.transforms.mapping.MappingCompiler;
import dev.switchback.transforms.mapping.Selection;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** A row of ten columns, as capture brings it, to the mutation that apply takes. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class MappingBenchmark {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final ColumnType NUMERIC = new ColumnType("numeric", "numeric(12,2)", Carrier.TEXT, true);
    private static final ColumnType TIMESTAMP =
            new ColumnType("timestamp without time zone", "timestamp without time zone", Carrier.TEXT, false);

    private static final TableSchema STORE = new TableSchema(
            TableId.parse("store"),
            List.of(
                    Column.of("id", BIGINT),
                    Column.of("merchant", INTEGER),
                    Column.of("name", TEXT),
                    Column.of("city", TEXT),
                    Column.of("country", TEXT),
                    Column.of("price", NUMERIC),
                    Column.of("amount", INTEGER),
                    Column.of("opened", TIMESTAMP),
                    Column.of("note", TEXT),
                    Column.of("state", INTEGER)),
            List.of("id"));

    private static final RowType TYPE = new RowType(STORE.columnNames());

    /** How many rows are mapped in turn, so that no branch is foreseen. */
    private static final int ROWS = 256;

    private final List<Change> changes =
            IntStream.range(0, ROWS).mapToObj(MappingBenchmark::change).toList();

    private final Mapping passedThrough = mapping(null);
    private final Mapping computed = mapping(
            "SELECT id, coalesce(merchant, 0) AS merchant, upper(name) AS name, city || ', ' || country AS city,"
                    + " country, price, amount * 2 AS amount, opened, note,"
                    + " CASE WHEN state > 2 THEN 1 ELSE 0 END AS state FROM store");
    private final Mapping filteredAndExact =
            mapping("SELECT id, coalesce(merchant, 0) AS merchant, name, city || ', ' || country AS city, country,"
                    + " CAST(price * amount AS numeric(12,2)) AS price, amount, date_trunc('hour', opened) AS opened,"
                    + " note, CASE WHEN state > 2 THEN 1 ELSE 0 END AS state FROM store WHERE state < 1000");
    private int next;

    private static Mapping mapping(@Nullable String select) {
        Selection selection = MappingCompiler.select(STORE, select, "benchmark");
        return MappingCompiler.compile(STORE, selection, STORE, STORE.key(), "benchmark");
    }

    private static Change change(int i) {
        @Nullable Object[] values = {
            (long) i,
            i % 3 == 0 ? null : i * 7,
            "Store number " + i,
            i % 2 == 0 ? "Basel" : "Bern",
            "CH",
            i + ".50",
            i % 11,
            "2024-05-17 13:%02d:07.123456".formatted(i % 60),
            "nothing in particular",
            i % 5
        };
        Row row = new Row(TYPE, values);
        return new Change(Operation.INSERT, STORE.id(), null, row, i, i);
    }

    /** Each column as it is. */
    @Benchmark
    public void passedThrough(Blackhole hole) {
        run(passedThrough, hole);
    }

    /** Five of the ten columns are computed. */
    @Benchmark
    public void computed(Blackhole hole) {
        run(computed, hole);
    }

    /** Five are computed, with a product of numerics and a truncated time among them, and a filter is asked. */
    @Benchmark
    public void filteredAndExact(Blackhole hole) {
        run(filteredAndExact, hole);
    }

    private void run(Mapping mapping, Blackhole hole) {
        next = (next + 1) % ROWS;
        mapping.map(changes.get(next), hole::consume);
    }
}
