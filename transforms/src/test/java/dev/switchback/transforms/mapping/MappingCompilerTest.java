package dev.switchback.transforms.mapping;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.transforms.mapping.Selection.Pair;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.LookupTables;

class MappingCompilerTest {

    private static final ColumnType BIGINT = new ColumnType("bigint", "bigint", Carrier.INT64, false);
    private static final ColumnType INTEGER = new ColumnType("integer", "integer", Carrier.INT32, false);
    private static final ColumnType NUMERIC = new ColumnType("numeric", "numeric(9,2)", Carrier.TEXT, true);
    private static final ColumnType TEXT = new ColumnType("text", "text", Carrier.TEXT, true);

    private static final TableSchema LOOKUP = table(
            "lookup",
            List.of("id"),
            Column.of("id", BIGINT),
            Column.of("code", TEXT),
            generated("half", BIGINT),
            Column.of("amount", NUMERIC),
            Column.of("label", type("character varying", "character varying(9)")));
    private static final LookupTables LOOKUPS = id -> Optional.of(LOOKUP)
            .filter(table -> table.id().equals(id))
            .map(table -> new LookupTables.Found(table, List.of(Set.of("id"))));
    private static final TableSchema STORE = table(
            "store",
            List.of("id"),
            Column.of("id", BIGINT),
            Column.of("name", TEXT),
            Column.of("Rating", NUMERIC),
            Column.of("value", INTEGER));
    private static final TableSchema ORDER = table(
            "order",
            List.of("id"),
            Column.of("id", BIGINT),
            Column.of("code", TEXT),
            generated("twice", BIGINT),
            Column.of("amount", NUMERIC),
            Column.of("ratio", new ColumnType("double precision", "double precision", Carrier.FLOAT64, false)),
            Column.of("at", type("timestamp without time zone", "timestamp without time zone")),
            Column.of("document", type("json", "json")));

    private static final String WHERE = "stores.yaml:9, public.store";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            SELECT id, name FROM store                            | id=id name=name
            SELECT id, name AS title FROM store                   | id=id name=title
            SELECT id, name title FROM store                      | id=id name=title
            SELECT * FROM store                                   | id=id name=name Rating=Rating value=value
            SELECT store.* FROM store                             | id=id name=name Rating=Rating value=value
            SELECT s.id, s.name FROM store s                      | id=id name=name
            SELECT s.id FROM public.store AS s                    | id=id
            SELECT store.id FROM public.store                     | id=id
            SELECT public.store.id FROM public.store              | id=id
            select ID, Name as TITLE from STORE                   | id=id name=title
            SELECT id, "Rating" AS "Stars" FROM "store"           | id=id Rating=Stars
            SELECT id, "Rating" FROM store;                       | id=id Rating=Rating
            SELECT id, "value" FROM store                         | id=id value=value
            SELECT id, value FROM store                           | id=id value=value
            SELECT id, id AS old_id FROM store                    | id=id id=old_id
            """)
    void aPlainSelectIsAccepted(String select, String expected) {
        assertThat(MappingCompiler.select(STORE, select, WHERE).columns().stream()
                        .map(pair -> pair.source() + "=" + pair.destination()))
                .containsExactly(expected.split(" "));
    }

    @Test
    void noSelectMeansEveryColumnUnderItsOwnName() {
        assertThat(MappingCompiler.select(STORE, null, WHERE).columns())
                .containsExactly(
                        new Pair("id", "id"),
                        new Pair("name", "name"),
                        new Pair("Rating", "Rating"),
                        new Pair("value", "value"));
    }

    static Stream<Arguments> refusedSelects() {
        String never = " is not for mappings. A mapping is SELECT expressions FROM one table, LEFT JOINs to"
                + " lookup tables, WHERE a condition, and turns each row into one row.";
        String seeDocs = " docs/mappings.md says what an expression may be.";
        return Stream.of(
                Arguments.of(
                        "SELECT id + 1 FROM store",
                        at(1, 8) + "The expression has no name. Add AS and the destination column's name."),
                Arguments.of("SELECT id FROM store GROUP BY id", at(1, 22) + "GROUP BY" + never),
                Arguments.of("SELECT id FROM store ORDER BY id", at(1, 22) + "ORDER BY" + never),
                Arguments.of("SELECT id FROM store LIMIT 5", at(1, 28) + "LIMIT" + never),
                Arguments.of("SELECT DISTINCT id FROM store", at(1, 1) + "DISTINCT" + never),
                Arguments.of(
                        "SELECT id FROM store UNION SELECT id FROM store",
                        at(1, 1) + "A statement that is not one plain SELECT" + never),
                Arguments.of(
                        "WITH s AS (SELECT id FROM store) SELECT id FROM s",
                        at(1, 1) + "A statement that is not one plain SELECT" + never),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookups l ON l.id = s.id",
                        at(1, 36) + "The source has no table public.lookups that could be looked up in."
                                + " Correct its name, and see that it has a primary key."),
                Arguments.of(
                        "SELECT id FROM store s LEFT JOIN lookup l ON l.id = s.id",
                        at(1, 8) + "Several tables of the FROM have a column id."
                                + " Write the table's name in front of it."),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookup l ON l.code = s.name",
                        at(1, 48) + "Several rows of public.lookup may have the same code, so that one row would become"
                                + " several. Join by its primary key or by the columns of a unique constraint that is not"
                                + " deferrable."),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookup l ON l.id = s.name",
                        at(1, 48) + "Columns of the types bigint and text are not looked up by equality."
                                + " Join by whole numbers, texts, UUIDs, booleans, dates or timestamps of one type."),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookup l ON s.id = s.id",
                        at(1, 48) + "The condition does not compare the lookup's column with one in front of it."
                                + " Write LEFT JOIN lookup l ON l.column = t.column."),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookup s ON s.id = s.id",
                        at(1, 36) + "Two tables of the FROM are called s. Give one of them an alias."),
                Arguments.of(
                        "SELECT s.id FROM store s LEFT JOIN lookup l ON l.id > s.id",
                        at(1, 48) + "The join's condition is not made of equalities of columns, by which alone a"
                                + " lookup's row is found. Write LEFT JOIN lookup l ON l.column = t.column."),
                Arguments.of(
                        "SELECT id FROM store, lookup",
                        at(1, 23) + "A join of this kind can drop rows of the table, or double them."
                                + " Write LEFT JOIN lookup l ON l.column = t.column."),
                Arguments.of(
                        "SELECT id FROM (SELECT id FROM store) s",
                        at(1, 17) + "A FROM of anything but tables is not for mappings."
                                + " Write LEFT JOIN lookup l ON l.column = t.column."),
                Arguments.of(
                        "SELECT id FROM shop",
                        at(1, 16) + "The SELECT is from shop and not from its own table. Write FROM public.store."),
                Arguments.of(
                        "SELECT id, nam FROM store",
                        at(1, 12) + "public.store has no column nam. Did you mean \"name\"?"),
                Arguments.of(
                        "SELECT id, upper(nam) AS n FROM store",
                        at(1, 18) + "public.store has no column nam. Did you mean \"name\"?"),
                Arguments.of(
                        "SELECT id, Rating FROM store",
                        at(1, 12) + "public.store has no column rating. Did you mean \"Rating\"?"),
                Arguments.of(
                        "SELECT id, colour FROM store",
                        at(1, 12) + "public.store has no column colour. Its columns are id, name, Rating, value."),
                Arguments.of(
                        "SELECT id, x.name FROM store s",
                        at(1, 12) + "Nothing in the FROM is called x. Write the column alone, or in front of it s."),
                Arguments.of(
                        "SELECT id, store.name FROM store s",
                        at(1, 12)
                                + "Nothing in the FROM is called store. Write the column alone, or in front of it s."),
                Arguments.of(
                        "SELECT *, id FROM store",
                        at(1, 11)
                                + "Column id is selected twice. Leave one of them out, or give it another name with AS."),
                Arguments.of("SELECT 1", WHERE + ": The SELECT has no FROM. Add FROM public.store."),
                Arguments.of(
                        "SELECT id,, name FROM store",
                        at(1, 10) + "This is not a SELECT that can be read: Encountered \", ,\"."
                                + " A column named like a keyword needs quotes: \"value\"."),
                Arguments.of("DELETE FROM store", at(1, 1) + "A statement that is not one plain SELECT" + never),
                Arguments.of(
                        "SELECT id, uper(name) AS n FROM store",
                        at(1, 12) + "The function or operator UPER is not supported. Did you mean \"upper\"?"),
                Arguments.of(
                        "SELECT id, now() AS n FROM store",
                        at(1, 12)
                                + "NOW is not for mappings: it returns something else each time, so that the rows could"
                                + " never be compared with the source. Fill the column by a default at the destination,"
                                + " and leave it out here."),
                Arguments.of(
                        "SELECT id, current_timestamp AS n FROM store",
                        at(1, 12)
                                + "CURRENT_TIMESTAMP is not for mappings: it returns something else each time, so that"
                                + " the rows could never be compared with the source. Fill the column by a default at the"
                                + " destination, and leave it out here."),
                Arguments.of(
                        "SELECT id, count(*) AS n FROM store",
                        at(1, 12) + "COUNT is not for mappings: a mapping turns each row into a row, and knows of no"
                                + " other. Move the rows as they are, and aggregate at the destination."),
                Arguments.of(
                        "SELECT id, power(id, 2) AS n FROM store",
                        at(1, 12)
                                + "POWER is not for mappings: its last digits depend on the C library of the database's"
                                + " server. Compute it at the destination, for instance in a generated column."),
                Arguments.of(
                        "SELECT id, (SELECT 1) AS n FROM store",
                        at(1, 12) + "A subquery looks at other rows, and a mapping knows only its own."
                                + " Use a LEFT JOIN to a lookup table."),
                Arguments.of(
                        "SELECT id FROM store WHERE name > 'm'",
                        at(1, 28)
                                + "Which of two texts comes first (text > unknown) depends on the database's collation."
                                + " Compare texts with =, <>, IN or LIKE only."),
                Arguments.of(
                        "SELECT id FROM store WHERE id",
                        at(1, 28) + "Here a condition is needed, and this is of type bigint. Compare it."),
                Arguments.of(
                        "SELECT id FROM store WHERE id = 'x'",
                        at(1, 28)
                                + "The database would refuse this for every row: invalid input syntax for type bigint:"
                                + " \"x\"." + seeDocs),
                Arguments.of(
                        "SELECT id, CAST(name AS jsonb) AS n FROM store",
                        at(1, 17) + "A cast from text to jsonb is not supported. Leave the cast out; if it is there for"
                                + " the destination's column, give that the type text."),
                Arguments.of(
                        "SELECT id, CAST('glad' AS mood) AS n FROM store",
                        at(1, 27) + "A cast to `mood` is not supported. Leave the cast out; if it is there for the"
                                + " destination's column, give that the type of what is cast."),
                Arguments.of(
                        "SELECT id, left(name, name) AS n FROM store",
                        at(1, 12) + "LEFT does not take text, text."
                                + " Say with CAST which type is meant; docs/functions.md lists what it takes."),
                Arguments.of(
                        "SELECT id, name -> 'a' AS n FROM store",
                        at(1, 17) + "This is not a SELECT that can be read: Encountered \"->\". Instead of -> and ->>"
                                + " write json_extract_path(a, 'b') and json_extract_path_text(a, 'b'), or jsonb_…."),
                Arguments.of(
                        "SELECT id, name AT TIME ZONE 'UTC' AS n FROM store",
                        at(1, 20) + "This is not a SELECT that can be read: Encountered \"TIME\". Instead of"
                                + " a AT TIME ZONE 'Europe/Berlin' write timezone('Europe/Berlin', a)."));
    }

    @ParameterizedTest
    @MethodSource("refusedSelects")
    void anythingElseIsRefusedWithItsPlace(String select, String message) {
        assertThatThrownBy(() -> MappingCompiler.select(STORE, select, LOOKUPS, WHERE))
                .isInstanceOf(ProblemException.class)
                .hasMessage(message);
    }

    @Test
    void everythingWrongWithASelectIsSaidAtOnce() {
        assertThatThrownBy(() -> MappingCompiler.select(
                        STORE,
                        "SELECT random() AS id, lower(nam, 1) || x.y AS name, id + 1 FROM store WHERE name < 'x'",
                        WHERE))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.problems()).hasSize(5));
        assertThatThrownBy(() -> MappingCompiler.select(STORE, "SELECT nam, valu FROM store", WHERE))
                .isInstanceOfSatisfying(
                        ProblemException.class, e -> assertThat(e.problems()).hasSize(2));
    }

    @Test
    void theKeyIsWhatTheSourcesKeyFills() {
        TableSchema item =
                table("item", List.of("line", "order_id"), Column.of("order_id", BIGINT), Column.of("line", INTEGER));
        Selection selection = MappingCompiler.select(item, "SELECT line AS position, order_id FROM item", WHERE);

        assertThat(MappingCompiler.key(item, selection, WHERE)).containsExactly("position", "order_id");
    }

    @Test
    void aSelectionWithoutTheKeyIsRefused() {
        Selection selection = MappingCompiler.select(STORE, "SELECT name FROM store", WHERE);

        assertThatThrownBy(() -> MappingCompiler.key(STORE, selection, WHERE))
                .hasMessage(WHERE + ": The SELECT leaves out id, a column of the primary key of public.store."
                        + " Select it, as it is or cast to a wider type, or name the destination's key with key:.");
    }

    @Test
    void aTableWithoutKeyIsRefused() {
        TableSchema log = table("log", List.of(), Column.of("line", TEXT));

        assertThatThrownBy(() -> MappingCompiler.key(log, MappingCompiler.select(log, null, WHERE), WHERE))
                .hasMessage(WHERE + ": public.log has no primary key."
                        + " Add one: without it an update or delete cannot be told from another.");
    }

    @Test
    void columnsThatCannotBeFilledOrLeftUnfilledAreRefusedAllAtOnce() {
        TableSchema source = table(
                "t",
                List.of("id"),
                Column.of("id", BIGINT),
                Column.of("nmae", TEXT),
                Column.of("amount", NUMERIC),
                generated("total", NUMERIC),
                Column.of("size", INTEGER));
        TableSchema destination = table(
                "t",
                List.of("id"),
                Column.of("id", BIGINT),
                Column.of("name", TEXT),
                Column.of("amount", BIGINT),
                Column.of("total", NUMERIC),
                generated("size", INTEGER),
                new Column("created", TEXT, false, false, Generation.NONE));

        assertThatThrownBy(() -> compile(source, null, destination))
                .hasMessage(
                        """
                stores.yaml:9, public.store: public.t has no column nmae. \
                Add it, or select it AS name if that is what it is called there.
                stores.yaml:9, public.store: Column amount is numeric(9,2), and amount of public.t is bigint. \
                Give both the same type, or select a CAST of it.
                stores.yaml:9, public.store: Column total is generated, and the source's log leaves such columns out. \
                Generate it at the destination too, or leave it out with a SELECT.
                stores.yaml:9, public.store: Column size of public.t is generated there and takes no value. \
                Leave it out with a SELECT.
                stores.yaml:9, public.store: Column created of public.t is NOT NULL, and nothing fills it. \
                Give it a default, or select a source column AS created.""");
    }

    @ParameterizedTest
    @CsvSource({"l.half = s.id, l.half", "l.id = s.twice, twice"})
    void aJoinOverAGeneratedColumnIsRefused(String on, String column) {
        String select = "SELECT s.id FROM \"order\" s LEFT JOIN lookup l ON " + on;

        assertThatThrownBy(() -> MappingCompiler.select(ORDER, select, LOOKUPS, WHERE))
                .hasMessage(at(1, 50) + "Column " + column + " is generated, and the source's log leaves such columns"
                        + " out. Join by columns that are not generated.");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            upper(s.code)                  | text                        | text
            upper(s.code)                  | character varying           | character varying(9)
            s.id + 1                       | bigint                      | bigint
            s.id + 1                       | numeric                     | numeric(20,0)
            CAST(s.id AS numeric)          | numeric                     | numeric
            CAST(s.at AS date)             | date                        | date
            date_trunc('hour', s.at)       | timestamp without time zone | timestamp without time zone
            l.amount                       | numeric                     | numeric(9,2)
            l.label                        | text                        | text
            l.label                        | character varying           | character varying(12)
            """)
    void aKeyMayHaveComputedAndLookedUpValuesThatLookDifferentIfTheyAre(String key, String name, String declaration) {
        assertThat(compiledWithKey(key, type(name, declaration)).destination().key())
                .containsExactly("id", "k");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            CAST(s.code AS numeric)        | numeric                     | numeric                        | numeric
            s.amount * 2                   | numeric                     | numeric(9,2)                   | numeric
            CAST(s.id AS numeric)          | numeric                     | numeric(20,-2)                 | numeric
            s.ratio * 2                    | double precision            | double precision               | double precision
            CAST(s.code AS char(3))        | bpchar                      | character(3)                   | character
            date_trunc('second', s.at)     | timestamp without time zone | timestamp(0) without time zone | timestamp without time zone
            l.amount                       | numeric                     | numeric(9,1)                   | numeric(9,2)
            l.code                         | numeric                     | numeric                        | text
            l.code                         | character varying           | character varying(9)           | text
            l.label                        | character varying           | character varying(8)           | character varying(9)
            """)
    void aKeyWhoseValuesLookDifferentAndAreOneIsRefused(String key, String name, String declaration, String filled) {
        assertThatThrownBy(() -> compiledWithKey(key, type(name, declaration)))
                .hasMessageStartingWith(WHERE + ", line 1, column 1")
                .hasMessageEndingWith("Column k of the key of public.there is " + declaration
                        + " and gets values of type "
                        + filled
                        + ", of which some that look different would be one there, so that rows could overwrite"
                        + " each other unseen. Select a whole number or a text for it, with a column of that type without"
                        + " a length or precision, or leave it out of key:.");
    }

    private static RowMapping compiledWithKey(String expression, ColumnType type) {
        String select = "SELECT s.id, " + expression + " AS k FROM \"order\" s LEFT JOIN lookup l ON l.id = s.id";
        Selection selection = MappingCompiler.select(ORDER, select, LOOKUPS, WHERE);
        TableSchema there = table("there", List.of(), Column.of("id", BIGINT), Column.of("k", type));
        return MappingCompiler.compileRows(ORDER, selection, there, List.of("id", "k"), false, WHERE);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
            id + 1                  | text  | text      | The expression for k is bigint, and the column of public.t is text. Write CAST(… AS text).
            upper(code)             | mood  | shop.mood | The expression for k is text, and the column of public.t is shop.mood. No cast that is supported leads there: give the column the type text.
            coalesce(document, document) | jsonb | jsonb | The expression for k is json, and the column of public.t is jsonb. No cast that is supported leads there: give the column the type json.
            """)
    void anExpressionOfAnotherTypeThanItsColumnIsRefusedWithWhatCanBeDone(
            String expression, String name, String declaration, String says) {
        TableSchema destination =
                table("t", List.of("id"), Column.of("id", BIGINT), Column.of("k", type(name, declaration)));
        String select = "SELECT id, " + expression + " AS k FROM \"order\"";

        assertThatThrownBy(() -> compile(ORDER, select, destination)).hasMessage(at(1, 12) + says);
    }

    @Test
    void aColumnThatBothSidesGenerateIsLeftToTheDestination() {
        TableSchema table = table("t", List.of("id"), Column.of("id", BIGINT), generated("total", NUMERIC));

        Mapping mapping = compile(table, null, table);

        assertThat(mapping.destination().columns()).extracting(Column::name).containsExactly("id");
    }

    private static Mapping compile(TableSchema source, @Nullable String select, TableSchema destination) {
        Selection selection = MappingCompiler.select(source, select, WHERE);
        List<String> key = MappingCompiler.key(source, selection, WHERE);
        return MappingCompiler.compile(source, selection, destination, key, WHERE);
    }

    private static String at(int line, int column) {
        return WHERE + ", line " + line + ", column " + column + " of the select: ";
    }

    private static Column generated(String name, ColumnType type) {
        return new Column(name, type, true, true, Generation.STORED);
    }

    private static ColumnType type(String name, String declaration) {
        return new ColumnType(name, declaration, name.equals("bigint") ? Carrier.INT64 : Carrier.TEXT, false);
    }

    private static TableSchema table(String name, List<String> key, Column... columns) {
        return new TableSchema(new TableId("public", name), List.of(columns), key);
    }
}
