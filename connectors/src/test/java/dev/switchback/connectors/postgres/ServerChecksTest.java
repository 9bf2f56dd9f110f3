package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/** What is wrong with a server as a whole; on servers of their own, and without one where there is none to be had. */
class ServerChecksTest {

    private static final Flow FLOW = new Flow("stores", Direction.FORWARD);
    private static final TableId T = new TableId("public", "t");

    @TempDir
    private Path data;

    @Test
    void aServerThatWritesNoLogicalLogAndHasNothingLeftIsRefusedForAllOfItAtOnce() throws SQLException {
        Map<String, String> settings = Map.of(
                "wal_level", "replica",
                "max_wal_senders", "1",
                "max_replication_slots", "1",
                "max_slot_wal_keep_size", "5GB");
        try (TestServer server = TestServer.start(settings, data)) {
            String role = server.createRole("REPLICATION");
            server.execute(
                    "CREATE TABLE t (id int PRIMARY KEY)",
                    "ALTER TABLE t OWNER TO " + role,
                    "GRANT CREATE ON DATABASE postgres TO " + role,
                    "SELECT pg_create_physical_replication_slot('taken')");
            PostgresConnections source = new PostgresConnections("source", server.settings("postgres", role, "secret"));

            try (Connection theOnlySender = source.openReplication()) {
                assertThat(theOnlySender.isClosed()).isFalse();
                Findings findings = new SourcePreflight(source).check(FLOW, List.of(T));

                assertThat(findings.problems())
                        .extracting(problem -> problem.what() + " | " + problem.remedy())
                        .containsExactly(
                                "wal_level is replica, and capture needs logical. | Run ALTER SYSTEM SET wal_level ="
                                        + " logical and restart the server (on RDS: set rds.logical_replication = 1 and"
                                        + " reboot).",
                                "All 1 replication slots of the server are taken. | Raise max_replication_slots and"
                                        + " restart the server, or drop a slot that nobody reads (SELECT slot_name FROM"
                                        + " pg_replication_slots WHERE NOT active).",
                                "The server has no replication connection left (max_wal_senders or max_connections). |"
                                        + " Raise max_wal_senders and restart the server, or end another replication"
                                        + " connection.");
                assertThat(findings.problems()).allMatch(problem -> problem.kind() == Problem.Kind.REFUSED);
                assertThat(findings.notices())
                        .containsExactly("source " + source.settings()
                                + ": max_slot_wal_keep_size is 5GB: when capture falls further behind than that, the slot"
                                + " is lost and the migration must start anew.");
            }
        }
    }

    @Test
    void aStandbyIsRefusedOnEitherSide() throws IOException {
        TestServer.start(Map.of(), data).close();
        Files.createFile(data.resolve("standby.signal"));
        try (TestServer standby = TestServer.start(Map.of(), data)) {
            PostgresSettings settings = standby.settings("postgres", TestServer.SUPERUSER, "");

            assertThat(new SourcePreflight(new PostgresConnections("source", settings))
                            .check(FLOW, List.of())
                            .problems())
                    .extracting(Problem::what, Problem::remedy)
                    .containsExactly(tuple(
                            "The server is a standby, and Switchback writes to both databases (control rows and"
                                    + " watermarks).",
                            "Give the primary's address as source.url in the migration file."));
            assertThat(new DestinationPreflight(new PostgresConnections("destination", settings))
                            .check(FLOW, Map.of(), List.of())
                            .problems())
                    .extracting(Problem::remedy)
                    .containsExactly("Give the primary's address as destination.url in the migration file.");
        }
    }

    @Test
    void aServerOlderThanLogicalMessagesInPgoutputIsRefused() {
        assertThat(version(130_014, "13.14"))
                .containsExactly("The server is PostgreSQL 13.14, which is older than 14.");
        assertThat(version(140_000, "14.0")).isEmpty();
    }

    private static List<String> version(int number, String text) {
        Report report = new Report("source x");
        ServerState server = new ServerState(
                number, text, "logical", false, false, 10, 0, "-1", "shop", "app", true, true, true, true, true, "f()");
        ServerChecks.version(server, report);
        return report.problems().stream().map(Problem::what).toList();
    }
}
