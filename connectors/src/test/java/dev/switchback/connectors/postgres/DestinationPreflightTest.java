package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.mutation.Mutation.Upsert;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.schema.TableId;

/** Each refusal by a role that has all it needs but one thing, and proof that looking has left nothing behind. */
class DestinationPreflightTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final Flow FLOW = new Flow("shop", Direction.FORWARD);
    private static final TableId S = new TableId("old", "s");
    private static final TableId T = new TableId("public", "t");

    private PostgresSettings database;
    private String role;

    /** What is done to a good destination, and what is then said. {r} and {d} stand for role and database. */
    private record Case(String name, List<String> sql, List<String> problems, List<String> notices) {

        static Case refuses(String name, String sql, String... problems) {
            return new Case(name, List.of(sql.split(";\\s*")), List.of(problems), List.of());
        }

        static Case notices(String name, String sql, String... notices) {
            return new Case(name, List.of(sql.split(";\\s*")), List.of(), List.of(notices));
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeEach
    void aDestinationInWhichAllIsWell() {
        database = SERVER.createDatabase();
        role = SERVER.createRole("");
        SERVER.execute(
                "GRANT CREATE ON DATABASE " + database.database() + " TO " + role,
                "GRANT SET ON PARAMETER session_replication_role TO " + role);
        TestServer.execute(
                database,
                "CREATE SCHEMA old",
                "CREATE TABLE old.s (id int PRIMARY KEY, name varchar(20) NOT NULL, note text)",
                "CREATE TABLE t (id int PRIMARY KEY, name varchar(20) NOT NULL, note text)",
                "GRANT SELECT, INSERT, UPDATE, DELETE, TRUNCATE ON t TO " + role);
    }

    static Stream<Case> findings() {
        return Stream.of(
                Case.refuses("nothing amiss", "SELECT 1"),
                Case.refuses(
                        "a missing table, with a name near",
                        "ALTER TABLE t RENAME TO te",
                        "Table public.t does not exist. | Create it, or correct its name in the migration file; did you"
                                + " mean public.te?"),
                Case.refuses(
                        "a view",
                        "ALTER TABLE t RENAME TO t_; CREATE VIEW t AS SELECT * FROM t_",
                        "public.t is a view, and only tables can be moved. | Name the table behind it, or take it out of"
                                + " the migration file."),
                Case.refuses(
                        "an unlogged table",
                        "ALTER TABLE t SET UNLOGGED",
                        "Table public.t is unlogged. | Run ALTER TABLE public.t SET LOGGED."),
                Case.refuses(
                        "no primary key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey",
                        "Rows of public.t are to be found by (id), but it has no primary key. | Run ALTER TABLE public.t"
                                + " ADD PRIMARY KEY (id)."),
                Case.refuses(
                        "another primary key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, name)",
                        "Rows of public.t are to be found by (id), but its primary key is (id, name). | Run ALTER TABLE"
                                + " public.t ADD UNIQUE (id)."),
                Case.refuses(
                        "another primary key with a unique constraint beside it is fine",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id, name), ADD UNIQUE (id)"),
                Case.refuses(
                        "a partial unique index is no key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey; CREATE UNIQUE INDEX ON t (id) WHERE id > 0",
                        "Rows of public.t are to be found by (id), but it has no primary key. | Run ALTER TABLE public.t"
                                + " ADD PRIMARY KEY (id)."),
                Case.refuses(
                        "a deferrable primary key",
                        "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id) DEFERRABLE",
                        "The key (id) of public.t is DEFERRABLE, so that rows cannot be upserted by it. | Run ALTER TABLE"
                                + " public.t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id)."),
                Case.refuses(
                        "a key that takes different values for one",
                        "CREATE COLLATION fuzzy (provider = icu, locale = 'und-u-ks-level2', deterministic = false);"
                                + " ALTER TABLE old.s ALTER id TYPE text; ALTER TABLE t ALTER id TYPE text COLLATE fuzzy",
                        "Key column public.t.id takes different values of old.s.id for one key (text). | Run ALTER TABLE"
                                + " public.t ALTER COLUMN id TYPE text COLLATE \"default\"."),
                Case.refuses(
                        "a missing column",
                        "ALTER TABLE t DROP COLUMN name",
                        "Table public.t has no column name for old.s.name. | Run ALTER TABLE public.t ADD COLUMN name"
                                + " character varying(20), or leave it out with a select: in the migration file."),
                Case.refuses(
                        "a column that nothing fills",
                        "ALTER TABLE t ADD \"order\" int NOT NULL",
                        "Column public.t.\"order\" is NOT NULL without a default, and nothing fills it. | Run ALTER TABLE"
                                + " public.t ALTER COLUMN \"order\" SET DEFAULT ..., or ALTER TABLE public.t ALTER COLUMN"
                                + " \"order\" DROP NOT NULL, or fill it with a select: in the migration file."),
                Case.refuses(
                        "columns that fill themselves are fine",
                        "ALTER TABLE t ADD a int NOT NULL DEFAULT 1, ADD b int NOT NULL GENERATED ALWAYS AS IDENTITY,"
                                + " ADD c int NOT NULL GENERATED ALWAYS AS (1) STORED, ADD d int"),
                Case.refuses(
                        "a column that is generated at the source only",
                        "ALTER TABLE old.s DROP note, ADD note text GENERATED ALWAYS AS ('x') STORED",
                        "Column old.s.note is generated, so that changes do not contain it, but public.t.note is not. |"
                                + " Generate it at the destination too, or leave it out with a select: in the migration"
                                + " file."),
                Case.refuses(
                        "a column that is generated at the destination only",
                        "ALTER TABLE t DROP note, ADD note text GENERATED ALWAYS AS ('x') STORED",
                        "Column public.t.note is generated, and takes no values from old.s.note. | Run ALTER TABLE"
                                + " public.t ALTER COLUMN note DROP EXPRESSION, or leave it out with a select: in the"
                                + " migration file."),
                Case.refuses(
                        "a column that is generated on both sides is fine",
                        "ALTER TABLE old.s DROP note, ADD note text GENERATED ALWAYS AS ('x') STORED;"
                                + " ALTER TABLE t DROP note, ADD note text GENERATED ALWAYS AS ('x') STORED"),
                Case.refuses(
                        "a GENERATED ALWAYS identity is fine",
                        "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY"),
                Case.refuses(
                        "a narrower type",
                        "ALTER TABLE t ALTER name TYPE varchar(10)",
                        "Column old.s.name is character varying(20), but public.t.name is character varying(10), which is"
                                + " narrower. | Run ALTER TABLE public.t ALTER COLUMN name TYPE character varying(20)."),
                Case.refuses(
                        "another type",
                        "ALTER TABLE t ALTER note TYPE int USING 1",
                        "Column old.s.note is text, but public.t.note is integer, which does not take every value as it"
                                + " is. | Run ALTER TABLE public.t ALTER COLUMN note TYPE text."),
                Case.refuses(
                        "an enum that lacks labels",
                        "CREATE TYPE old.mood AS ENUM ('sad', 'it''s ok', 'glad'); CREATE TYPE mood AS ENUM ('glad');"
                                + " ALTER TABLE old.s ALTER note TYPE old.mood USING 'sad';"
                                + " ALTER TABLE t ALTER note TYPE mood USING 'glad'",
                        "Column old.s.note is old.mood, but public.t.note is public.mood, which lacks the label 'sad',"
                                + " 'it''s ok'. | Run ALTER TYPE public.mood ADD VALUE for each."),
                Case.refuses(
                        "privileges",
                        "REVOKE UPDATE, TRUNCATE ON t FROM {r}",
                        "Role {r} lacks UPDATE, TRUNCATE on public.t. | Run GRANT UPDATE, TRUNCATE ON public.t TO {r}."),
                Case.refuses(
                        "no CREATE on the database",
                        "REVOKE CREATE ON DATABASE {d} FROM {r}",
                        "Role {r} may not create schema switchback in database {d}. | Run GRANT CREATE ON DATABASE {d} TO"
                                + " {r}."),
                Case.refuses(
                        "row level security",
                        "ALTER TABLE t ENABLE ROW LEVEL SECURITY",
                        "Row level security on public.t may hide rows from role {r}. | Run ALTER ROLE {r} BYPASSRLS."),
                Case.refuses(
                        "a subscribed table",
                        "CREATE SUBSCRIPTION feed CONNECTION 'host=/nowhere' PUBLICATION p WITH (connect = false);"
                                + " INSERT INTO pg_subscription_rel SELECT oid, 't'::regclass, 'r' FROM pg_subscription"
                                + " WHERE subname = 'feed' AND subdbid = (SELECT oid FROM pg_database WHERE datname ="
                                + " '{d}')",
                        "Table public.t is written by subscription feed, which no fence can stop. | Run DROP SUBSCRIPTION"
                                + " feed, or take the table out of its publication and refresh it."),
                Case.refuses(
                        "several things at once",
                        "ALTER TABLE t DROP COLUMN name; ALTER TABLE t ALTER note TYPE xml USING NULL; REVOKE DELETE ON t"
                                + " FROM {r}",
                        "Role {r} lacks DELETE on public.t. | Run GRANT DELETE ON public.t TO {r}.",
                        "Table public.t has no column name for old.s.name. | Run ALTER TABLE public.t ADD COLUMN name"
                                + " character varying(20), or leave it out with a select: in the migration file.",
                        "Column old.s.note is text, but public.t.note is xml, which does not take every value as it is. |"
                                + " Run ALTER TABLE public.t ALTER COLUMN note TYPE text."),
                Case.notices(
                        "a column that takes no NULL",
                        "ALTER TABLE t ALTER note SET NOT NULL",
                        "Column public.t.note is NOT NULL, but old.s.note is not: a row with NULL in it will be held."),
                Case.notices(
                        "a trigger that always fires",
                        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new\\ END';"
                                + " CREATE TRIGGER always BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t ENABLE ALWAYS TRIGGER always;"
                                + " CREATE TRIGGER usually BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " CREATE TRIGGER replica BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t ENABLE REPLICA TRIGGER replica",
                        "Triggers that are enabled ALWAYS or for REPLICA fire for applied rows: always on public.t,"
                                + " replica on public.t."),
                Case.notices(
                        "a role that may not spare triggers and foreign keys",
                        "REVOKE SET ON PARAMETER session_replication_role FROM {r};"
                                + " CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN new\\ END';"
                                + " CREATE TRIGGER usually BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " CREATE TRIGGER replica BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f();"
                                + " ALTER TABLE t ENABLE REPLICA TRIGGER replica;"
                                + " CREATE TABLE parent (id int PRIMARY KEY);"
                                + " ALTER TABLE t ADD CONSTRAINT of_parent FOREIGN KEY (id) REFERENCES parent",
                        "Role {r} may not set session_replication_role, so triggers fire and foreign keys are checked for"
                                + " applied rows: of_parent on public.t, usually on public.t; GRANT SET ON PARAMETER"
                                + " session_replication_role TO {r} (PostgreSQL 15 and newer) spares them."),
                Case.notices(
                        "a role that may not spare triggers, where there are none",
                        "REVOKE SET ON PARAMETER session_replication_role FROM {r}",
                        "Role {r} may not set session_replication_role, so triggers fire and foreign keys are checked for"
                                + " applied rows (there are none now); GRANT SET ON PARAMETER session_replication_role TO"
                                + " {r} (PostgreSQL 15 and newer) spares them."));
    }

    @ParameterizedTest
    @MethodSource("findings")
    void whatStandsInTheWayIsSaidAtOnceAndNothingIsLeftBehind(Case given) throws SQLException {
        TestServer.execute(
                database,
                given.sql.stream()
                        .map(this::named)
                        .map(sql -> sql.replace("\\", ";"))
                        .toArray(String[]::new));
        List<String> before = leftovers();

        Findings findings = check("id", "name", "note");

        assertThat(findings.problems())
                .extracting(problem -> problem.what() + " | " + problem.remedy())
                .containsExactlyElementsOf(
                        given.problems.stream().map(this::named).toList());
        assertThat(findings.problems())
                .allMatch(problem ->
                        problem.kind() == Kind.REFUSED && problem.where().equals("destination " + database));
        assertThat(findings.notices())
                .containsExactlyElementsOf(given.notices.stream()
                        .map(notice -> "destination " + database + ": " + named(notice))
                        .toList());
        assertThat(leftovers()).isEqualTo(before);
    }

    @Test
    void aRenamedColumnIsCheckedUnderBothItsNames() {
        TestServer.execute(
                database, "ALTER TABLE t RENAME note TO remark", "ALTER TABLE t ALTER remark TYPE varchar(5)");
        TablePair pair = new TablePair(
                S,
                T,
                List.of(new ColumnPair("id", "id"), new ColumnPair("name", "name"), new ColumnPair("note", "remark")),
                List.of("id"));

        assertThat(check(pair).problems())
                .extracting(Problem::what)
                .containsExactly(
                        "Column old.s.note is text, but public.t.remark is character varying(5), which does not"
                                + " take every value as it is.");
    }

    /** What came the other way from a narrower type, and what apply makes of a value that this does not take as it is. */
    static Stream<Arguments> back() {
        return Stream.of(
                Arguments.of("text", "varchar(3)", "abc ", "held"),
                Arguments.of("text[]", "varchar(3)[]", "{\"abc \"}", "{abc}"),
                Arguments.of("varchar(9)[]", "varchar(3)[]", "{{a,\"abc \"}}", "{{a,abc}}"),
                Arguments.of("citext[]", "varchar(3)[]", "{\"abc \"}", "{abc}"),
                Arguments.of("text[]", "varchar[]", "{\"abc \"}", "{\"abc \"}"),
                Arguments.of("bpchar", "char(3)", "ab", "ab "),
                Arguments.of("bpchar[]", "char(3)[]", "{ab,\"abc \"}", "{\"ab \",abc}"),
                Arguments.of("text[]", "mood[]", "{sad}", "held"),
                Arguments.of("varbit", "varbit(3)", "1111", "held"),
                Arguments.of("varbit[]", "varbit(3)[]", "{1111}", "held"),
                Arguments.of("\"bit\"[]", "bit(3)[]", "{11}", "held"),
                Arguments.of("bigint[]", "int[]", "{2147483648}", "held"),
                Arguments.of("numeric[]", "int[]", "{1.5}", "held"),
                Arguments.of("numeric[]", "numeric(5,2)[]", "{1.25,1.255}", "held"),
                Arguments.of("numeric[]", "numeric(3,-2)[]", "{1200,1250}", "held"),
                Arguments.of("time[]", "time(3)[]", "{12:00:00.1234}", "held"),
                Arguments.of("timestamp[]", "timestamp(3)[]", "{\"2024-01-01 00:00:00.1234\"}", "held"),
                Arguments.of("timestamptz[]", "timestamptz(3)[]", "{\"2024-01-01 00:00:00.1234+00\"}", "held"),
                Arguments.of("interval[]", "interval(2)[]", "{\"1 day 00:00:00.125\"}", "held"),
                Arguments.of("interval", "interval second(2)", "1 day 00:00:00.125", "held"),
                Arguments.of("interval", "interval day", "1 day 01:00:00", "1 day"),
                Arguments.of("interval[]", "interval minute[]", "{00:00:01}", "{00:00:00}"));
    }

    /** Or else it would be altered in silence. */
    @ParameterizedTest
    @MethodSource("back")
    void onTheWayBackANarrowerTypeIsNoProblemIfApplyHoldsWhatItDoesNotTake(
            String from, String to, String value, String applied) {
        String types = "CREATE EXTENSION citext; CREATE TYPE mood AS ENUM ('glad')";
        TestServer.execute(database, types, "ALTER TABLE old.s ADD v " + from, "ALTER TABLE t ADD v " + to);
        try (DestinationFixture destination =
                new DestinationFixture(types, "CREATE TABLE t (id int PRIMARY KEY, v " + to + ")")) {
            boolean held = !destination
                    .apply(destination.member(), new Upsert(destination.table("t"), new Object[] {1, value}))
                    .isEmpty();
            assertThat(held ? List.of("held") : destination.query("SELECT v FROM t"))
                    .containsExactly(applied);
        }

        List<Problem> problems = check(new Flow("shop", Direction.REVERSE), all("id", "name", "note", "v"))
                .problems();

        boolean altered = !applied.equals("held") && !applied.equals(value);
        assertThat(problems)
                .extracting(Problem::what)
                .allMatch(what -> what.startsWith("Column old.s.v is "))
                .hasSize(altered ? 1 : 0);
    }

    /** A key column beside the source's own key, handed on or computed, and what is said against it. */
    static Stream<Arguments> keys() {
        return Stream.of(
                Arguments.of("int", "int", false, null),
                Arguments.of("text", "text COLLATE \"C\"", false, null),
                Arguments.of("numeric(9,2)", "numeric(9,2)", false, null),
                Arguments.of("numeric(9,2)", "numeric", false, null),
                Arguments.of("int", "numeric", false, null),
                Arguments.of("char(3)", "char(3)", false, null),
                Arguments.of("citext", "text", false, null),
                Arguments.of("numeric", "numeric", false, "is numeric, of which"),
                Arguments.of("float8", "float8", false, "is double precision, of which"),
                Arguments.of("interval", "interval", false, "is interval, of which"),
                Arguments.of("text", "citext", false, "takes different values of old.s.k for one key (public.citext)"),
                Arguments.of("text", "text", true, null),
                Arguments.of("text", "code", true, null),
                Arguments.of("text", "text COLLATE fuzzy", true, "takes different values for one key (text)"),
                Arguments.of("text", "varchar(9) COLLATE fuzzy", true, "takes different values for one key"),
                Arguments.of("text", "citext", true, "takes different values for one key (public.citext)"),
                Arguments.of("text", "amount", true, "is public.amount, of which"),
                Arguments.of("text", "short", true, "is public.short, of which"),
                Arguments.of("text", "float8", true, "is double precision, of which"));
    }

    @ParameterizedTest
    @MethodSource("keys")
    void aKeyColumnOfWhichUnequalValuesAreEqualIsRefused(
            String from, String to, boolean computed, @Nullable String says) {
        TestServer.execute(
                database,
                "CREATE EXTENSION citext",
                "CREATE COLLATION fuzzy (provider = icu, locale = 'und-u-ks-level2', deterministic = false)",
                "CREATE DOMAIN code AS text",
                "CREATE DOMAIN amount AS numeric",
                "CREATE DOMAIN short AS varchar(3)",
                "ALTER TABLE old.s ADD k " + from + " NOT NULL",
                "ALTER TABLE t ADD k " + to + " NOT NULL, ADD UNIQUE (id, k)");
        List<ColumnPair> columns = new ArrayList<>();
        Stream.of("id", "name", "note").forEach(name -> columns.add(new ColumnPair(name, name)));
        if (!computed) {
            columns.add(new ColumnPair("k", "k"));
        }

        List<Problem> problems = check(
                        new TablePair(S, T, columns, computed ? Set.of("k") : Set.of(), List.of("id", "k")))
                .problems();

        if (says == null) {
            assertThat(problems).isEmpty();
        } else {
            assertThat(problems)
                    .singleElement()
                    .extracting(Problem::what)
                    .asString()
                    .startsWith("Key column public.t.k ")
                    .contains(says);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'numeric(9,2)', numeric, false, true",
        "'numeric(7,2)', 'numeric(9,2)', false, true",
        "'numeric(7,3)', numeric, false, false",
        "int, numeric, false, false",
        "text, 'numeric(9,2)', true, false",
    })
    void tablesThatWriteOneKeyEachInItsWayAreRefused(String other, String to, boolean computed, boolean fine) {
        TestServer.execute(
                database,
                "ALTER TABLE old.s ADD k numeric(9,2) NOT NULL",
                "CREATE TABLE old.other (id int PRIMARY KEY, name varchar(20) NOT NULL, k " + other + " NOT NULL)",
                "ALTER TABLE t ADD k " + to + " NOT NULL, ADD UNIQUE (id, k)");
        ColumnPair id = new ColumnPair("id", "id");
        ColumnPair name = new ColumnPair("name", "name");
        ColumnPair k = new ColumnPair("k", "k");
        TablePair one = new TablePair(S, T, List.of(id, name, k), List.of("id", "k"));
        TablePair another = new TablePair(
                new TableId("old", "other"),
                T,
                computed ? List.of(id, name) : List.of(id, name, k),
                computed ? Set.of("k") : Set.of(),
                List.of("id", "k"));

        assertThat(check(one, another).problems())
                .extracting(Problem::what)
                .containsExactlyElementsOf(
                        fine
                                ? List.of()
                                : List.of("Key column public.t.k is " + to
                                        + ", and several tables fill it, of which values"
                                        + " that look different may be equal, so that rows could overwrite each other"
                                        + " unseen."));
    }

    @Test
    void aSourceTableThatIsMissingLeavesTheDestinationToBeChecked() {
        TestServer.execute(database, "REVOKE INSERT ON t FROM " + role);
        TablePair pair = new TablePair(new TableId("old", "gone"), T, List.of(), List.of());

        assertThat(check(pair).problems())
                .extracting(Problem::what)
                .containsExactly("Role " + role + " lacks INSERT on public.t.");
    }

    @Test
    void aRoleThatMayNotLogInIsUnreachable() {
        PostgresSettings wrong = SERVER.settings(database.database(), role, "wrong");

        Findings findings = new DestinationPreflight(new PostgresConnections("destination", wrong))
                .check(FLOW, Map.of(), List.of());

        assertThat(findings.problems()).extracting(Problem::kind).containsExactly(Kind.UNREACHABLE);
    }

    private Findings check(String... columns) {
        return check(all(columns));
    }

    private static TablePair all(String... columns) {
        return new TablePair(
                S,
                T,
                Arrays.stream(columns).map(name -> new ColumnPair(name, name)).toList(),
                List.of("id"));
    }

    private Findings check(TablePair... pairs) {
        return check(FLOW, pairs);
    }

    private Findings check(Flow flow, TablePair... pairs) {
        try (Connection connection = new PostgresConnections("source", database).open()) {
            Map<TableId, PostgresTable> sources = new PostgresCatalog(connection)
                    .tables(Arrays.stream(pairs).map(TablePair::source).toList());
            return new DestinationPreflight(new PostgresConnections(
                            "destination", SERVER.settings(database.database(), role, "secret")))
                    .check(flow, sources, List.of(pairs));
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private String named(String text) {
        return text.replace("{r}", role).replace("{d}", database.database());
    }

    private List<String> leftovers() throws SQLException {
        String sql = "SELECT 'schema ' || nspname FROM pg_namespace WHERE nspname !~ '^pg_'"
                + " UNION ALL SELECT 'relation ' || oid FROM pg_class WHERE oid >= 16384"
                + " UNION ALL SELECT 'trigger ' || tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1";
        try (Connection connection = new PostgresConnections("test", database).open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (row.next()) {
                found.add(row.getString(1));
            }
            return found;
        }
    }
}
