package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.spi.ApplySession;
import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.FaultPoints;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** A destination that nothing has been applied to must be empty; one that is known may hold whatever it holds. */
class FirstStartTest {

    private static final TestServer SERVER = TestServer.shared();
    private static final TableId T = new TableId("public", "t");
    private static final TableId U = new TableId("public", "u");
    private static final Flow SHOP = new Flow("shop", Direction.FORWARD);
    private static final Flow OTHER = new Flow("other", Direction.FORWARD);

    private PostgresSettings settings;
    private PostgresConnections destination;

    @BeforeEach
    void twoTables() {
        settings = SERVER.createDatabase();
        destination = new PostgresConnections("destination", settings);
        TestServer.execute(
                settings,
                "CREATE TABLE t (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE t_1 PARTITION OF t FOR VALUES FROM (0) TO (10000)",
                "CREATE TABLE u (id int PRIMARY KEY)");
    }

    @Test
    void emptyTablesAreWhatAFirstStartNeeds() {
        assertThat(problems(SHOP)).isEmpty();
    }

    @Test
    void tablesWithRowsAreNamedWithAnEstimateAndTheRemedy() {
        TestServer.execute(
                settings,
                "INSERT INTO t SELECT generate_series(1, 1500)",
                "ANALYZE t_1",
                "INSERT INTO u VALUES (1)",
                "DELETE FROM u",
                "INSERT INTO u VALUES (2)");

        assertThat(problems(SHOP))
                .extracting(Problem::kind, Problem::what, Problem::remedy)
                .contains(tuple(
                        Problem.Kind.REFUSED,
                        "Table public.t already holds rows (about 1,500), and shop has never applied to it; those that the"
                                + " source does not have would stay.",
                        "Run TRUNCATE public.t, or say what is to become of them (on_conflict:); if an earlier run under another name has filled it, go on under that"
                                + " migration name."))
                .hasSize(2);
    }

    @Test
    void aTableThatWasEmptiedIsEmpty() {
        TestServer.execute(settings, "INSERT INTO u VALUES (1)", "DELETE FROM u");

        assertThat(problems(SHOP)).isEmpty();
    }

    @Test
    void aFlowThatHasClaimedItsPartitionsMayFindItsRows() throws SQLException {
        claim(SHOP);
        TestServer.execute(settings, "INSERT INTO t VALUES (1)");

        assertThat(problems(SHOP)).isEmpty();
        assertThat(problems(OTHER)).extracting(Problem::what).singleElement().satisfies(what -> assertThat(what)
                .contains("public.t")
                .contains("other has never applied"));
    }

    @Test
    void aFlowBackFindsTheRowsThatCameFromThere() {
        TestServer.execute(settings, "INSERT INTO t VALUES (1)");

        assertThat(problems(new Flow("shop", Direction.REVERSE))).isEmpty();
    }

    private void claim(Flow flow) throws SQLException {
        try (Connection connection = destination.open()) {
            ControlSchema.create(connection);
            ControlSchema.register(connection, flow.migration());
        }
        try (PostgresDestination open =
                        new PostgresDestination(destination, ApplySettings.DEFAULTS, FaultPoints.NONE, key -> "");
                ApplySession session = open.open(flow)) {
            session.claim(List.of(new InputPartition(flow.changeTopic(T), "topic-1", 0)));
        }
    }

    private List<Problem> problems(Flow flow) {
        try (Connection connection = destination.open()) {
            Map<TableId, PostgresTable> sources = new PostgresCatalog(connection).tables(List.of(T, U));
            return new DestinationPreflight(destination)
                    .check(flow, sources, List.of(pair(T), pair(U)))
                    .problems();
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    private static TablePair pair(TableId table) {
        return new TablePair(table, table, List.of(new ColumnPair("id", "id")), List.of("id"));
    }
}
