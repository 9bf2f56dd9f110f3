package dev.switchback.transforms.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** The way back: what went to the destination comes to the source as it was. */
class InverseTest {

    private static final ColumnType SMALLINT = new ColumnType("smallint", "smallint", Carrier.INT32, false);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType NUMERIC = new ColumnType("numeric", "numeric", Carrier.TEXT, true);
    private static final ColumnType REAL = new ColumnType("real", "real", Carrier.FLOAT32, false);
    private static final ColumnType DOUBLE =
            new ColumnType("double precision", "double precision", Carrier.FLOAT64, false);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);
    private static final ColumnType BOOLEAN = new ColumnType("boolean", "boolean", Carrier.BOOLEAN, false);
    private static final ColumnType TIMESTAMP =
            new ColumnType("timestamp without time zone", "timestamp", Carrier.TEXT, false);
    private static final ColumnType TIMESTAMPTZ =
            new ColumnType("timestamp with time zone", "timestamptz", Carrier.TEXT, false);
    private static final ColumnType UUID = new ColumnType("uuid", "uuid", Carrier.TEXT, false);

    private static final TableId SOURCE = TableId.parse("public.source");
    private static final TableId DESTINATION = TableId.parse("public.destination");

    /** A source column's type, the type it becomes, and a value. */
    record Sample(ColumnType type, ColumnType becomes, @Nullable Object value) {}

    @Property(tries = 500)
    void mappingAndInverseGiveBackEveryMappedColumn(@ForAll("samples") List<Sample> samples) {
        TableSchema source = table(SOURCE, samples.stream().map(Sample::type).toList(), "s");
        TableSchema destination =
                table(DESTINATION, samples.stream().map(Sample::becomes).toList(), "d");
        Mapping there = mapping(source, forward(samples), destination);
        Inverse inverse = inverse(source, forward(samples), destination);
        Mapping back = mapping(destination, inverse.select(), source);

        @Nullable Object[] row = values(samples);
        @Nullable Object[] arrived = map(there, source, row);
        @Nullable Object[] returned = map(back, destination, arrived);

        assertThat(returned).isEqualTo(row);
        assertThat(map(there, source, returned)).isEqualTo(arrived);
    }

    @Property(tries = 200)
    void theInverseOfTheInverseIsTheMapping(@ForAll("samples") List<Sample> samples) {
        TableSchema source = table(SOURCE, samples.stream().map(Sample::type).toList(), "s");
        TableSchema destination =
                table(DESTINATION, samples.stream().map(Sample::becomes).toList(), "d");
        Inverse twice = inverse(source, forward(samples), destination).inverted();

        Mapping again = mapping(source, twice.select(), destination);

        assertThat(twice.key()).containsExactly("d0");
        assertThat(map(again, source, values(samples)))
                .isEqualTo(map(mapping(source, forward(samples), destination), source, values(samples)));
    }

    @Provide
    Arbitrary<List<Sample>> samples() {
        Arbitrary<Sample> key = samples(INTEGER, Arbitraries.integers(), INTEGER, BIGINT, NUMERIC, TEXT)
                .filter(sample -> sample.value() != null);
        Arbitrary<Sample> any = Arbitraries.oneOf(
                samples(
                        SMALLINT,
                        Arbitraries.shorts().map(Short::intValue),
                        SMALLINT,
                        INTEGER,
                        BIGINT,
                        NUMERIC,
                        DOUBLE,
                        TEXT),
                samples(INTEGER, Arbitraries.integers(), INTEGER, BIGINT, NUMERIC, DOUBLE, TEXT),
                samples(BIGINT, Arbitraries.longs(), BIGINT, NUMERIC, TEXT),
                samples(
                        NUMERIC,
                        Arbitraries.of("0", "1.50", "-0.001", "NaN", "Infinity", "99999999999999999999"),
                        NUMERIC,
                        TEXT),
                samples(REAL, Arbitraries.floats(), REAL, DOUBLE, TEXT),
                samples(DOUBLE, Arbitraries.doubles(), DOUBLE, TEXT),
                samples(BOOLEAN, Arbitraries.of(true, false), BOOLEAN, TEXT),
                samples(TEXT, Arbitraries.strings().ofMaxLength(8), TEXT),
                samples(UUID, Arbitraries.of("a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"), UUID, TEXT),
                samples(
                        TIMESTAMP,
                        Arbitraries.of("2024-02-29 12:34:56.789", "infinity", "0044-03-15 12:00:00 BC"),
                        TIMESTAMP,
                        TIMESTAMPTZ,
                        TEXT));
        return Combinators.combine(key, any.list().ofMaxSize(6)).as((first, rest) -> {
            List<Sample> all = new ArrayList<>(List.of(first));
            all.addAll(rest);
            return all;
        });
    }

    private static Arbitrary<Sample> samples(ColumnType type, Arbitrary<?> values, ColumnType... becomes) {
        return Combinators.combine(Arbitraries.of(becomes), values.injectNull(0.1))
                .as((other, value) -> new Sample(type, other, value));
    }

    @Test
    void aValueThatDoesNotFitOnTheWayBackHoldsItsChange() {
        TableSchema source = table(SOURCE, List.of(INTEGER), "s");
        TableSchema destination = table(DESTINATION, List.of(BIGINT), "d");
        Mapping back = mapping(
                destination,
                inverse(source, "SELECT CAST(s0 AS bigint) AS d0 FROM source", destination)
                        .select(),
                source);

        assertThatThrownBy(() -> map(back, destination, new Object[] {3_000_000_000L}))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("column s0 cannot be computed: integer out of range");
    }

    @Test
    void theTimeOfAReadingComesBackAsThatReading() {
        TableSchema source = table(SOURCE, List.of(INTEGER, TIMESTAMP), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, TIMESTAMPTZ), "d");
        String select = "SELECT s0 AS d0, timezone('Europe/Berlin', s1) AS d1 FROM source";
        Inverse inverse = inverse(source, select, destination);
        Mapping there = mapping(source, select, destination);
        Mapping back = mapping(destination, inverse.select(), source);
        Mapping again = mapping(source, inverse.inverted().select(), destination);

        for (String reading : List.of(
                "2024-07-01 12:00:00.000001",
                "2024-01-01 12:00:00",
                "2024-10-27 02:30:00",
                "2024-10-27 03:00:00",
                "0044-03-15 12:00:00 BC",
                "infinity",
                "-infinity")) {
            @Nullable Object[] time = map(there, source, new Object[] {1, reading});
            assertThat(map(back, destination, time)).containsExactly(1, reading);
            assertThat(map(again, source, new Object[] {1, reading})).isEqualTo(time);
        }
        assertThat(map(there, source, new Object[] {1, "2024-07-01 12:00:00"}))
                .containsExactly(1, "2024-07-01 10:00:00+00");
        assertThat(map(back, destination, new @Nullable Object[] {1, null})).containsExactly(1, null);
    }

    @Test
    void aTimeWithoutAReadingOfItsOwnHoldsItsChange() {
        TableSchema source = table(SOURCE, List.of(INTEGER, TIMESTAMP), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, TIMESTAMPTZ), "d");
        Mapping back = mapping(
                destination,
                inverse(source, "SELECT s0 AS d0, timezone('Europe/Berlin', s1) AS d1 FROM source", destination)
                        .select(),
                source);

        assertThatThrownBy(() -> map(back, destination, new Object[] {1, "2024-10-27 00:30:00+00"}))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining("2024-10-27 00:30:00+00 is not the only time of its reading in Europe/Berlin");
    }

    /** The clocks skip readings, and PostgreSQL takes one that they skip for another's instant. */
    @Test
    void aReadingIsNoKey() {
        TableSchema source = table(SOURCE, List.of(TIMESTAMP), "s");

        assertThat(keepsKey(source, "SELECT timezone('UTC', s0) AS d0 FROM source"))
                .isTrue();
        assertThat(keepsKey(source, "SELECT timezone('Europe/Berlin', s0) AS d0 FROM source"))
                .isFalse();
    }

    private static boolean keepsKey(TableSchema source, String select) {
        return MappingCompiler.keepsSourceKey(source, MappingCompiler.select(source, select, "test"), List.of("d0"));
    }

    @Test
    void whatCannotComeBackIsRefusedWithEachColumn() {
        TableSchema source = new TableSchema(
                SOURCE,
                List.of(
                        Column.of("id", INTEGER),
                        new Column("name", TEXT, false, false, Generation.NONE),
                        Column.of("note", TEXT),
                        Column.of("closed", BOOLEAN)),
                List.of("id"));
        TableSchema destination = new TableSchema(
                DESTINATION,
                List.of(Column.of("id", INTEGER), Column.of("initial", TEXT), Column.of("region", TEXT)),
                List.of("region", "id"));
        Selection selection = MappingCompiler.select(
                source, "SELECT id, left(name, 1) AS initial, 'eu' AS region FROM source WHERE NOT closed", "test");

        assertThatThrownBy(() -> Inverse.of(source, selection, destination, List.of("region", "id"), "test"))
                .hasMessage(
                        """
                test: Column name of public.source is NOT NULL without a default, and no column of the destination gives it \
                back. Select it too, as it is or cast to a wider type, give it a default, or write the way back yourself under reverse:.
                test: The filter reads closed of public.source, which the destination does not have, so that a new row there \
                could not be told from one outside the filter. Select it too, or write the way back yourself under reverse:.""");
    }

    private static String forward(List<Sample> samples) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < samples.size(); i++) {
            Sample sample = samples.get(i);
            String value = sample.type().equals(sample.becomes())
                    ? "s" + i
                    : "CAST(s" + i + " AS " + sample.becomes().name() + ")";
            columns.add(value + " AS d" + i);
        }
        return "SELECT " + String.join(", ", columns) + " FROM source";
    }

    private static TableSchema table(TableId id, List<ColumnType> types, String prefix) {
        List<Column> columns = new ArrayList<>();
        for (ColumnType type : types) {
            columns.add(Column.of(prefix + columns.size(), type));
        }
        return new TableSchema(id, columns, List.of(prefix + 0));
    }

    private static Inverse inverse(TableSchema source, String select, TableSchema destination) {
        Selection selection = MappingCompiler.select(source, select, "test");
        return Inverse.of(source, selection, destination, MappingCompiler.key(source, selection, "test"), "test");
    }

    /** By the key of the destination, for a narrowing cast is not known to keep keys apart. */
    private static Mapping mapping(TableSchema source, String select, TableSchema destination) {
        Selection selection = MappingCompiler.select(source, select, "test");
        return MappingCompiler.compile(source, selection, destination, destination.key(), "test");
    }

    private static @Nullable Object[] values(List<Sample> samples) {
        return samples.stream().map(Sample::value).toArray();
    }

    private static @Nullable Object[] map(Mapping mapping, TableSchema table, @Nullable Object[] row) {
        List<Mutation> mutations = new ArrayList<>();
        mapping.map(
                new Change(Operation.INSERT, table.id(), null, new Row(new RowType(table.columnNames()), row), 1, 1),
                mutations::add);
        return ((Upsert) mutations.get(0)).values();
    }
}
