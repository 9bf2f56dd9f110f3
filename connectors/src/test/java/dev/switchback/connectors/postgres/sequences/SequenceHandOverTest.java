package dev.switchback.connectors.postgres.sequences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.TablePair;
import dev.switchback.connectors.postgres.TablePair.ColumnPair;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.connectors.postgres.sequences.SequenceHandOver.Handed;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

class SequenceHandOverTest {

    private static final TableId T = TableId.parse("public.t");
    private static final TableId U = TableId.parse("public.u");

    private final PostgresSettings old = TestServer.shared().createDatabase();
    private final PostgresSettings fresh = TestServer.shared().createDatabase();
    private final List<TablePair> pairs = List.of(
            new TablePair(T, U, List.of(new ColumnPair("id", "id"), new ColumnPair("n", "number")), List.of("id")));
    private final SequenceHandOver forward = new SequenceHandOver(
            new PostgresConnections("source", old), new PostgresConnections("destination", fresh), pairs);
    private final SequenceHandOver back = new SequenceHandOver(
            new PostgresConnections("destination", fresh),
            new PostgresConnections("source", old),
            List.of(new TablePair(
                    U, T, List.of(new ColumnPair("id", "id"), new ColumnPair("number", "n")), List.of("id"))));

    @Test
    void serialIdentityDefaultsAndSequencesOfNobodyGoOnBehindTheMargin() {
        tables();
        TestServer.execute(
                old,
                "INSERT INTO t SELECT FROM generate_series(1, 500)",
                "SELECT nextval('ticket') FROM generate_series(1, 70)");

        List<Handed> handed = forward.handOver(forward.observe());

        assertThat(handed)
                .containsExactlyInAnyOrder(
                        new Handed(id("t_id_seq"), id("u_id_seq"), 1_500, true),
                        new Handed(id("numbers"), id("u_number_seq"), 1_500, true),
                        new Handed(id("ticket"), id("ticket"), 1_070, true));
        assertThat(values(fresh, "INSERT INTO u DEFAULT VALUES RETURNING id, number"))
                .isEqualTo("1501,1501");
        assertThat(values(fresh, "SELECT nextval('ticket')")).isEqualTo("1071");
        assertThat(values(fresh, "SELECT nextval('unrelated')")).isEqualTo("1");
    }

    @Test
    void itIsMonotoneOverRepeatedTurnsBothWays() {
        tables();
        TestServer.execute(old, "INSERT INTO t SELECT FROM generate_series(1, 10)");
        forward.handOver(forward.observe());
        assertThat(forward.handOver(forward.observe())).noneMatch(Handed::moved);
        TestServer.execute(fresh, "INSERT INTO u SELECT FROM generate_series(1, 10)");

        List<Handed> returned = back.handOver(back.observe());
        assertThat(returned).contains(new Handed(id("u_id_seq"), id("t_id_seq"), 2_020, true));
        assertThat(values(old, "INSERT INTO t DEFAULT VALUES RETURNING id")).isEqualTo("2021");

        assertThat(forward.handOver(forward.observe()))
                .contains(new Handed(id("t_id_seq"), id("u_id_seq"), 3_021, true));
    }

    @Test
    void aFastSequenceIsGivenTenSecondsOfItsNumbers() {
        tables();
        Reading before = forward.observe();
        TestServer.execute(old, "SELECT nextval('ticket') FROM generate_series(1, 300000)");
        Reading now = forward.observe();

        List<Handed> handed = forward.handOver(before);

        long last = handed.stream()
                .filter(each -> each.from().equals(id("ticket")))
                .findFirst()
                .orElseThrow()
                .last();
        double atMost = 300_000 + 300_000 / ((now.nanos() - before.nanos()) / 1e9) * 10;
        assertThat(last).isGreaterThan(301_000).isLessThanOrEqualTo((long) atMost + 1);
    }

    @Test
    void whatIsNearItsEndIsRefusedAndWhatIsOnTheWayThereNoticed() {
        tables();
        TestServer.execute(
                old,
                "SELECT setval('t_id_seq', 2147483000)",
                "ALTER SEQUENCE ticket MAXVALUE 1000",
                "SELECT setval('ticket', 950)");

        Findings findings = forward.check();

        assertThat(findings.problems())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("public.u_id_seq cannot go on from public.t_id_seq");
        assertThat(findings.notices())
                .anyMatch(notice -> notice.contains("Sequence public.t_id_seq of public.t.id has 647 numbers left"));
        assertThat(findings.notices()).anyMatch(notice -> notice.contains("public.ticket has 50 numbers left, 5.0%"));
        assertThatThrownBy(() -> forward.handOver(forward.observe()))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining("public.u_id_seq cannot go on");
    }

    @Test
    void whatIsNearItsEndOnTheSideThatTakesOverIsRefused() {
        tables();
        TestServer.execute(old, "SELECT setval('t_id_seq', 2147000000)");
        TestServer.execute(fresh, "SELECT setval('u_id_seq', 2147483000)", "SELECT setval('ticket', 5)");

        assertThat(back.check().problems())
                .extracting(Problem::what)
                .anyMatch(what ->
                        what.startsWith("Sequence public.t_id_seq of public.t.id has 483647 numbers left, 0.0%"));
    }

    @Test
    void numbersThatNothingHandsOverAreRefused() {
        TestServer.execute(old, "CREATE TABLE t (id int PRIMARY KEY, n bigint)");
        TestServer.execute(fresh, "CREATE TABLE u (id serial PRIMARY KEY, number bigint)");

        assertThat(forward.check().problems())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .startsWith("Sequence public.u_id_seq gives id of public.u its numbers");
    }

    @Test
    void aHealthyPairHasNoFindings() {
        tables();

        assertThat(forward.check()).isEqualTo(new Findings(List.of(), List.of()));
        assertThat(back.check()).isEqualTo(new Findings(List.of(), List.of()));
    }

    private void tables() {
        TestServer.execute(
                old,
                "CREATE SEQUENCE numbers",
                "CREATE SEQUENCE ticket",
                "CREATE TABLE t (id serial PRIMARY KEY, n bigint DEFAULT nextval('numbers'))",
                "CREATE TABLE not_declared (id serial)");
        TestServer.execute(
                fresh,
                "CREATE SEQUENCE ticket",
                "CREATE SEQUENCE unrelated",
                "CREATE TABLE u (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
                        + " number bigint GENERATED ALWAYS AS IDENTITY)");
    }

    private static TableId id(String name) {
        return new TableId("public", name);
    }

    private static String values(PostgresSettings settings, String query) {
        try (Connection connection = new PostgresConnections("test", settings).open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            int columns = row.getMetaData().getColumnCount();
            return String.join(
                    ",",
                    Stream.iterate(1, i -> i <= columns, i -> i + 1)
                            .map(i -> {
                                try {
                                    return row.getString(i);
                                } catch (SQLException e) {
                                    throw new AssertionError(e);
                                }
                            })
                            .toList());
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }
}
