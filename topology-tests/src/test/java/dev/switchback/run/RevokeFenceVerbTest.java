package dev.switchback.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;

import com.sun.net.httpserver.HttpServer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.platform.Await;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.run.Operator.Answer;

/** A cutover and a revert with another fence than usual, hooks and announcements, by the commands themselves. */
@Timeout(300)
class RevokeFenceVerbTest {

    private static final Duration PATIENCE = Duration.ofSeconds(90);
    private static final String TABLES = "  public.item: {}\n";
    private static final String WRITE = "INSERT INTO item (name) VALUES ('written by the application')";

    private final List<String> announced = new CopyOnWriteArrayList<>();

    @Test
    void theApplicationsRoleWritesWhereItMayAndNowhereElse() throws IOException {
        HttpServer announcements = receiver();
        try (Platform platform = Platform.databases("shop", Map.of());
                Operator operator = new Operator(platform, "shop", TABLES)) {
            EmbeddedDatabase source = platform.source();
            EmbeddedDatabase destination = platform.destination();
            for (EmbeddedDatabase side : List.of(source, destination)) {
                side.execute(
                        "CREATE TABLE item (id bigserial PRIMARY KEY, name text)", "CREATE TABLE moved (told text)");
                side.createUser("app", "", "SELECT, INSERT, UPDATE ON item", "USAGE ON SEQUENCE item_id_seq");
            }
            source.execute("INSERT INTO item (name) SELECT 'item' FROM generate_series(1, 100)");
            Path told = operator.data().resolveSibling("told");
            operator.declare(
                    source.settings(),
                    destination.settings(),
                    """
                    metrics: {port: 0}
                    fence: {type: revoke, roles: [app]}
                    hooks:
                      - {sql: "INSERT INTO moved VALUES ('new side')", on: new}
                      - {command: [/bin/sh, -c, "echo $SWITCHBACK_SIDE >> %s"]}
                      - {command: [/bin/false], tries: 1}
                    announce:
                      - {webhook: "http://localhost:%d/t0ken"}"""
                            .formatted(told, announcements.getAddress().getPort()),
                    TABLES);
            operator.start("run");
            Await.until(
                    "the migration to follow",
                    PATIENCE,
                    () -> operator.status().path("phase").asText().equals("following"));
            Await.until("the passive side's fence", PATIENCE, () -> asApp(destination, WRITE)
                    .equals("42501"));
            assertThat(asApp(source, WRITE)).isEmpty();

            Answer cutover = operator.ask("cutover", "--yes");
            assertThat(cutover.output())
                    .contains("Done: the destination takes writes")
                    .contains("/bin/false");
            assertThat(cutover.exitCode()).isZero();
            assertThat(asApp(source, WRITE)).isEqualTo("42501");
            assertThat(asApp(destination, WRITE)).isEmpty();
            assertThat(destination.value("SELECT string_agg(told, ',') FROM moved"))
                    .isEqualTo("new side");
            assertThat(told).hasContent("destination");
            assertThat(announced)
                    .anyMatch(text -> text.contains("shop: cutover") && text.contains("closing the fence"))
                    .anyMatch(text -> text.contains("SWITCHED"))
                    .noneMatch(text -> text.contains("t0ken"));

            Answer revert = operator.ask("revert", "--yes");
            assertThat(revert.output()).contains("Done: the source takes writes");
            assertThat(asApp(source, WRITE)).isEmpty();
            assertThat(asApp(destination, WRITE)).isEqualTo("42501");
            assertThat(source.value("SELECT count(*) FROM item WHERE name LIKE 'written%'"))
                    .isEqualTo("3");
        } finally {
            announcements.stop(0);
        }
    }

    private HttpServer receiver() throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", exchange -> {
            try (exchange) {
                announced.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
                exchange.sendResponseHeaders(204, -1);
            }
        });
        server.start();
        return server;
    }

    /** The SQLSTATE that the application is refused with; empty where it is not. */
    private static String asApp(EmbeddedDatabase database, String write) {
        PostgresConnections app = new PostgresConnections("app", database.settings("app", "app"));
        try (Connection connection = app.open();
                Statement statement = connection.createStatement()) {
            statement.execute(write);
            return "";
        } catch (SQLException refused) {
            return refused.getSQLState();
        }
    }
}
