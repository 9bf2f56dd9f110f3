package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

class PublicationTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final TableId T = new TableId("public", "t");
    private static final TableId P = new TableId("public", "p");

    private PostgresSettings database;
    private Publication publication;

    @BeforeEach
    void aRoleThatOwnsItsTables() {
        PostgresSettings asSuperuser = SERVER.createDatabase();
        String role = SERVER.createRole("");
        SERVER.execute("ALTER DATABASE " + asSuperuser.database() + " OWNER TO " + role);
        database = SERVER.settings(asSuperuser.database(), role, "secret");
        TestServer.execute(
                database,
                "CREATE TABLE t (id int PRIMARY KEY, name text)",
                "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)",
                "INSERT INTO t VALUES (1, 'one')");
        publication =
                new Publication(new PostgresConnections("source", database), new Flow("stores", Direction.FORWARD));
    }

    @Test
    void itPublishesTheTablesAndPartitionsUnderTheirRoot() throws SQLException {
        publication.ensure(List.of(T, P));

        assertThat(query("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_publication_tables"
                        + " WHERE pubname = 'switchback_stores_forward'"))
                .isEqualTo("p t");
        assertThat(query("SELECT concat(pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot) FROM pg_publication"))
                .isEqualTo("ttttt");
    }

    @Test
    void ensuringItAgainChangesNothing() throws SQLException {
        publication.ensure(List.of(T, P));
        String before = query("SELECT oid FROM pg_publication");

        publication.ensure(List.of(P, T));

        assertThat(query("SELECT oid FROM pg_publication")).isEqualTo(before);
    }

    @Test
    void aPublicationOfOtherTablesIsRefusedAndKept() throws SQLException {
        publication.ensure(List.of(T));

        ProblemException refused = refused(List.of(T, P));

        assertThat(refused.problems())
                .extracting(Problem::what)
                .containsExactly(
                        "Publication switchback_stores_forward is already there, but does not publish public.p.");
        assertThat(query("SELECT string_agg(tablename, ' ') FROM pg_publication_tables"))
                .isEqualTo("t");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ALTER TABLE t REPLICA IDENTITY NOTHING",
                "ALTER TABLE t DROP CONSTRAINT t_pkey",
                "ALTER TABLE t DROP CONSTRAINT t_pkey, ADD PRIMARY KEY (id) DEFERRABLE",
                "ALTER TABLE p1 REPLICA IDENTITY NOTHING",
            })
    void aTableWhoseUpdatesWouldFailIsNotPublishedAndGoesOnWorking(String spoil) throws SQLException {
        TestServer.execute(database, spoil);

        ProblemException refused = refused(List.of(T, P));

        assertThat(refused.problems()).hasSize(1);
        assertThat(query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
        TestServer.execute(database, "UPDATE t SET name = 'two'", "DELETE FROM p");
    }

    /** Shows that the safeguard is needed: this is what would happen to the application without it. */
    @Test
    void publishingSuchATableWouldMakeItsUpdatesFail() {
        TestServer.execute(database, "ALTER TABLE t REPLICA IDENTITY NOTHING", "CREATE PUBLICATION bad FOR TABLE t");

        AssertionError failure = catchThrowableOfType(
                AssertionError.class, () -> TestServer.execute(database, "UPDATE t SET name = 'two'"));

        assertThat(failure.getCause()).hasMessageContaining("does not have a replica identity");
    }

    @Test
    void aTableThatIsMissingIsNamed() throws SQLException {
        ProblemException refused = refused(List.of(T, new TableId("public", "gone")));

        assertThat(refused.problems()).extracting(Problem::what).containsExactly("Table public.gone does not exist.");
        assertThat(query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    @Test
    void openTransactionsOfReadersAndWritersDoNotHoldItUp() throws SQLException {
        try (Connection writer = new PostgresConnections("test", database).open();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("UPDATE t SET name = 'busy'");
            statement.execute("SELECT * FROM p");

            publication.ensure(List.of(T, P));

            writer.commit();
        }
        assertThat(query("SELECT count(*) FROM pg_publication")).isEqualTo("1");
    }

    @Test
    void droppingItTwiceIsFine() throws SQLException {
        publication.ensure(List.of(T));

        try (Connection connection = new PostgresConnections("source", database).open()) {
            publication.drop(connection);
            publication.drop(connection);
        }

        assertThat(query("SELECT count(*) FROM pg_publication")).isEqualTo("0");
    }

    private ProblemException refused(List<TableId> tables) {
        return catchThrowableOfType(ProblemException.class, () -> publication.ensure(tables));
    }

    private String query(String sql) throws SQLException {
        try (Connection connection = new PostgresConnections("test", database).open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }
}
