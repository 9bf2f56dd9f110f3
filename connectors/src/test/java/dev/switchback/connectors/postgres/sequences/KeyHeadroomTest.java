package dev.switchback.connectors.postgres.sequences;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.Findings;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.postgres.PostgresSettings;
import dev.switchback.connectors.postgres.TestServer;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

@Timeout(60)
class KeyHeadroomTest {

    private final PostgresSettings settings = TestServer.shared().createDatabase();

    private Findings check(String... tables) {
        return new KeyHeadroom(new PostgresConnections("source", settings), ids(tables)).check();
    }

    private static List<TableId> ids(String... tables) {
        return Stream.of(tables).map(TableId::parse).toList();
    }

    @Test
    void tableColumnAndWhatIsLeftAreNamedWithTheRemedy() {
        TestServer.execute(
                settings,
                "CREATE TABLE store (id int PRIMARY KEY, big bigint)",
                "INSERT INTO store VALUES (1), (2147483000)",
                "CREATE TABLE small (id int2, other int8, PRIMARY KEY (id, other))",
                "INSERT INTO small VALUES (30000, 1)");

        Findings findings = check("public.store", "public.small");

        assertThat(findings.problems())
                .extracting(Problem::toString)
                .containsExactly(
                        "source " + settings + ": Key column public.store.id is integer and has 647 numbers left,"
                                + " 0.0% of them. Make it a bigint.");
        assertThat(findings.notices())
                .containsExactly("source " + settings
                        + ": Key column public.small.id is smallint and has 2767 numbers left, 8.4% of them.");
    }

    @Test
    void partitionsAreLookedAtThroughTheirRoot() {
        TestServer.execute(
                settings,
                "CREATE TABLE p (id int PRIMARY KEY) PARTITION BY RANGE (id)",
                "CREATE TABLE high PARTITION OF p FOR VALUES FROM (2147000000) TO (2147483647)",
                "INSERT INTO p VALUES (2147483646)");

        assertThat(check("public.p").problems())
                .extracting(Problem::what)
                .singleElement()
                .asString()
                .contains("public.p.id is integer and has 1 numbers left");
    }

    @Test
    void roomSpreadNumbersBigintsEmptyTablesAndColumnsWithoutAnIndexOfTheirOwnFindNothing() {
        TestServer.execute(
                settings,
                "CREATE TABLE room (id int PRIMARY KEY)",
                "INSERT INTO room VALUES (1000000)",
                "CREATE TABLE hashed (id int PRIMARY KEY)",
                "INSERT INTO hashed VALUES (-2147483000), (2147483000)",
                "CREATE TABLE large (id bigint PRIMARY KEY)",
                "INSERT INTO large VALUES (9223372036854775806)",
                "CREATE TABLE bare (id int PRIMARY KEY)",
                "CREATE TABLE behind (a bigint, b int, PRIMARY KEY (a, b))",
                "INSERT INTO behind VALUES (1, 2147483000)");

        assertThat(check("public.room", "public.hashed", "public.large", "public.bare", "public.behind"))
                .isEqualTo(new Findings(List.of(), List.of()));
    }
}
