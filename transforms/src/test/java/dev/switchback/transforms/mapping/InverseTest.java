package dev.switchback.transforms.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.RowType;
import dev.switchback.transforms.mutation.Mutation;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Dialect;
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.TimeZones;

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

    private static final ColumnType BYTEA = new ColumnType("bytea", "bytea", Carrier.BYTES, true);
    private static final ColumnType CITEXT = new ColumnType("public.citext", "public.citext", Carrier.TEXT, true);
    private static final ColumnType CENTS = new ColumnType("numeric", "numeric(10,2)", Carrier.TEXT, true);
    private static final ColumnType HUNDREDS = new ColumnType("numeric", "numeric(3,-2)", Carrier.TEXT, true);
    private static final ColumnType SECONDS =
            new ColumnType("timestamp without time zone", "timestamp(0) without time zone", Carrier.TEXT, false);

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
        Mapping back = mapping(destination, inverse, source);

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

        Mapping again = mapping(source, twice, destination);

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
                destination, inverse(source, "SELECT CAST(s0 AS bigint) AS d0 FROM source", destination), source);

        assertThatThrownBy(() -> map(back, destination, new Object[] {3_000_000_000L}))
                .isInstanceOf(UnmappableException.class)
                .hasMessage("column s0 cannot be computed: integer out of range");
    }

    static List<Arguments> valuesThatWouldBeAltered() {
        return List.of(
                Arguments.of(INTEGER, NUMERIC, "1.5", "1.5 would become 2, which stands for 2"),
                Arguments.of(BIGINT, NUMERIC, "-2.5", "-2.5 would become -3, which stands for -3"),
                Arguments.of(INTEGER, DOUBLE, 2.5, "2.5 would become 2, which stands for 2"),
                Arguments.of(REAL, DOUBLE, 0.1, "0.1 would become 0.1, which stands for 0.10000000149011612"),
                Arguments.of(INTEGER, NUMERIC, "NaN", "cannot convert NaN to an integer"),
                Arguments.of(INTEGER, DOUBLE, Double.NaN, "integer out of range"),
                Arguments.of(INTEGER, TEXT, "+5", "+5 would become 5, which stands for 5"),
                Arguments.of(INTEGER, TEXT, " 5", " 5 would become 5, which stands for 5"),
                Arguments.of(INTEGER, TEXT, "-0", "-0 would become 0, which stands for 0"),
                Arguments.of(BOOLEAN, TEXT, "yes", "yes would become t, which stands for true"),
                Arguments.of(REAL, TEXT, "0.123456789", "0.123456789 would become 0.12345679"),
                Arguments.of(DOUBLE, TEXT, "1e2", "1e2 would become 100, which stands for 100"),
                Arguments.of(
                        UUID,
                        TEXT,
                        "A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11",
                        "which stands for a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"),
                Arguments.of(
                        TIMESTAMP,
                        TEXT,
                        "2024-02-29 12:00:00+02",
                        "2024-02-29 12:00:00+02 would become 2024-02-29 12:00:00"),
                Arguments.of(CENTS, NUMERIC, "1.505", "1.505 would become 1.51, which stands for 1.51"),
                Arguments.of(CENTS, TEXT, "1.5", "1.5 would become 1.50, which stands for 1.50"),
                Arguments.of(
                        SECONDS,
                        TIMESTAMPTZ,
                        "2024-02-29 12:00:00.5+00",
                        "2024-02-29 12:00:00.5+00 would become 2024-02-29 12:00:01"));
    }

    @ParameterizedTest
    @MethodSource("valuesThatWouldBeAltered")
    void aValueThatTheWayBackWouldAlterHoldsItsChange(
            ColumnType type, ColumnType becomes, Object there, String reason) {
        TableSchema source = table(SOURCE, List.of(INTEGER, type), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, becomes), "d");
        Mapping back = mapping(destination, inverse(source, cast(type, becomes), destination), source);

        assertThatThrownBy(() -> map(back, destination, new Object[] {1, there}))
                .isInstanceOf(UnmappableException.class)
                .hasMessageStartingWith("column s1 cannot be computed: ")
                .hasMessageContaining(reason);
    }

    static List<Arguments> valuesThatAreTheSame() {
        return List.of(
                Arguments.of(INTEGER, NUMERIC, "1.00", 1),
                Arguments.of(INTEGER, DOUBLE, -0.0, 0),
                Arguments.of(REAL, DOUBLE, Double.NaN, Float.NaN),
                Arguments.of(REAL, DOUBLE, -0.0, -0.0f),
                Arguments.of(REAL, DOUBLE, 0.5, 0.5f),
                Arguments.of(REAL, TEXT, "NaN", Float.NaN),
                Arguments.of(REAL, TEXT, "-0", -0.0f),
                Arguments.of(NUMERIC, TEXT, "1.00", "1.00"),
                Arguments.of(CENTS, NUMERIC, "1.5", "1.50"),
                Arguments.of(CENTS, NUMERIC, "NaN", "NaN"),
                Arguments.of(HUNDREDS, NUMERIC, "12300", "12300"),
                Arguments.of(SECONDS, TIMESTAMPTZ, "infinity", "infinity"));
    }

    @ParameterizedTest
    @MethodSource("valuesThatAreTheSame")
    void aValueThatIsWrittenOtherwiseComesBackAsItself(
            ColumnType type, ColumnType becomes, Object there, Object returned) {
        TableSchema source = table(SOURCE, List.of(INTEGER, type), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, becomes), "d");
        Mapping back = mapping(destination, inverse(source, cast(type, becomes), destination), source);

        assertThat(map(back, destination, new Object[] {1, there})).containsExactly(1, returned);
    }

    private static String cast(ColumnType type, ColumnType becomes) {
        String value = type.name().equals(becomes.name()) ? "s1" : "CAST(s1 AS " + becomes.name() + ")";
        return "SELECT s0 AS d0, " + value + " AS d1 FROM source";
    }

    @Test
    void whatIsOfOneTypeOrOnlyTextComesBackUntouched() {
        TableSchema source = table(SOURCE, List.of(INTEGER, CENTS, TEXT, SECONDS, TEXT), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, CENTS, TEXT, SECONDS, CITEXT), "d");
        Inverse inverse =
                inverse(source, "SELECT s0 AS d0, s1 AS d1, s2 AS d2, s3 AS d3, s4 AS d4 FROM source", destination);

        assertThat(inverse.selection(TimeZones.JAVA, "test").isPlain()).isTrue();
    }

    @Test
    void theWayBackIsSqlThatTheDestinationCouldRun() {
        TableSchema source = table(SOURCE, List.of(INTEGER, CENTS, TIMESTAMP, TEXT), "s");
        TableSchema destination = table(DESTINATION, List.of(NUMERIC, NUMERIC, TIMESTAMPTZ, TEXT), "d");
        Inverse inverse = inverse(
                source,
                "SELECT CAST(s0 AS numeric) AS d0, s1 AS d1, timezone('Europe/Berlin', s2) AS d2, s3 AS d3 FROM source",
                destination);

        assertThat(inverse.selection(TimeZones.JAVA, "test").select().in(Dialect.POSTGRES, DESTINATION))
                .isEqualTo("SELECT (CAST(\"d0\" AS integer)) AS \"s0\", (CAST(\"d1\" AS numeric(10,2))) AS \"s1\","
                        + " timezone('Europe/Berlin', \"d2\") AS \"s2\", \"d3\" AS \"s3\""
                        + " FROM \"public\".\"destination\"");
    }

    @Test
    void aColumnThatNoCastGivesBackIsRefusedByItsName() {
        TableSchema source = table(SOURCE, List.of(INTEGER, BYTEA), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, TEXT), "d");

        assertThatThrownBy(() -> inverse(source, cast(BYTEA, TEXT), destination))
                .hasMessage(
                        "test: Column s1 of public.source is bytea, and how it comes out of d1, which is text, is not"
                                + " known. Write the way back yourself under reverse:, and leave the column out there or fill it"
                                + " otherwise.");
    }

    @Test
    void aTimeOfBeforeTheTablesAreAlikeHoldsItsChange() {
        TableSchema source = table(SOURCE, List.of(INTEGER, TIMESTAMP), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, TIMESTAMPTZ), "d");
        String select = "SELECT s0 AS d0, timezone('Europe/Berlin', s1) AS d1 FROM source";
        TimeZones since1970 =
                name -> new TimeZones.Known(Zone.named(name).orElseThrow().since(Instant.EPOCH));
        Selection there = MappingCompiler.select(source, select, LookupTables.NONE, since1970, "test");
        Mapping forth = MappingCompiler.compile(source, there, destination, List.of("d0"), "test");
        Selection derived = inverse(source, select, destination).selection(since1970, "test");
        Mapping back = MappingCompiler.compile(destination, derived, source, List.of("s0"), "test");

        assertThat(map(forth, source, new Object[] {1, "1970-07-01 12:00:00"}))
                .containsExactly(1, "1970-07-01 11:00:00+00");
        assertThat(map(back, destination, new Object[] {1, "1970-07-01 11:00:00+00"}))
                .containsExactly(1, "1970-07-01 12:00:00");
        assertThat(map(forth, source, new Object[] {1, "-infinity"})).containsExactly(1, "-infinity");
        assertThatThrownBy(() -> map(forth, source, new Object[] {1, "1969-07-01 12:00:00"}))
                .hasMessage("column d1 cannot be computed: Java and the database have different tables of Europe/Berlin"
                        + " before 1970-01-02 00:00:00, and this is 1969-07-01 12:00:00");
        assertThatThrownBy(() -> map(back, destination, new Object[] {1, "1969-07-01 11:00:00+00"}))
                .hasMessage("column s1 cannot be computed: Java and the database have different tables of Europe/Berlin"
                        + " before 1970-01-01 00:00:00+00, and this is 1969-07-01 11:00:00+00");
    }

    @Test
    void theTimeOfAReadingComesBackAsThatReading() {
        TableSchema source = table(SOURCE, List.of(INTEGER, TIMESTAMP), "s");
        TableSchema destination = table(DESTINATION, List.of(INTEGER, TIMESTAMPTZ), "d");
        String select = "SELECT s0 AS d0, timezone('Europe/Berlin', s1) AS d1 FROM source";
        Inverse inverse = inverse(source, select, destination);
        Mapping there = mapping(source, select, destination);
        Mapping back = mapping(destination, inverse, source);
        Mapping again = mapping(source, inverse.inverted(), destination);

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
                inverse(source, "SELECT s0 AS d0, timezone('Europe/Berlin', s1) AS d1 FROM source", destination),
                source);

        assertThatThrownBy(() -> map(back, destination, new Object[] {1, "2024-10-27 00:30:00+00"}))
                .isInstanceOf(UnmappableException.class)
                .hasMessageContaining(
                        "2024-10-27 00:30:00+00 would become 2024-10-27 02:30:00 in Europe/Berlin, which stands for 2024-10-27 01:30:00+00");
    }

    /** The clocks skip readings, and PostgreSQL takes one that they skip for another's instant. */
    @Test
    void aReadingIsNoKey() {
        TableSchema source = table(SOURCE, List.of(TIMESTAMP), "s");

        assertThat(keepsKey(source, "SELECT timezone('UTC', s0) AS d0 FROM source"))
                .isTrue();
        assertThat(keepsKey(source, "SELECT timezone('Europe/Berlin', s0) AS d0 FROM source"))
                .isFalse();
        Selection selection =
                MappingCompiler.select(source, "SELECT timezone('Europe/Berlin', s0) AS d0 FROM source", "test");
        assertThatThrownBy(() -> MappingCompiler.key(source, selection, "test"))
                .hasMessage(
                        "test: Two values of s0, a column of the primary key of public.source, may be one instant in"
                                + " Europe/Berlin, whose clocks skip readings. Select it, as it is or cast to a wider type, or"
                                + " name the destination's key with key:.");
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

    private static Mapping mapping(TableSchema from, Inverse inverse, TableSchema to) {
        return MappingCompiler.compile(from, inverse.selection(TimeZones.JAVA, "test"), to, to.key(), "test");
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
