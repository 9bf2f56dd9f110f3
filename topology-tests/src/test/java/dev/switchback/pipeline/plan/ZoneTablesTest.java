package dev.switchback.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.parity.ZoneParity;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.postgres.Zone;

/** A zone is computed as the database would, or the plan says that the two tables of it are not the same. */
class ZoneTablesTest {

    private static Platform platform;
    private static EmbeddedDatabase source;

    @BeforeAll
    static void start() {
        platform = Platform.databases("shop", Map.of());
        source = platform.source();
    }

    @AfterAll
    static void stop() {
        platform.close();
    }

    private static String problems(String zone) {
        return ZoneTables.problems(new PostgresConnections("source", source.settings()), List.of(zone), "stores.yaml:3")
                .stream()
                .map(Object::toString)
                .reduce("", String::concat);
    }

    @Test
    void aZoneThatBothHaveAlikeIsNoProblem() {
        assertThat(problems("Europe/Berlin")).isEmpty();
    }

    @Test
    void aZoneThatIsAnotherOneThereIsNamedWithItsTable() {
        // PostgreSQL takes it for rules of its own, as POSIX writes them.
        assertThat(problems("SystemV/AST4ADT"))
                .contains("stores.yaml:3", "Time zone SystemV/AST4ADT: the source has it -10800 s from UTC at 1840-");
    }

    @Test
    void whatTheDifferenceIsIsSaid() throws SQLException {
        try (Connection connection = source.connect()) {
            assertThat(difference(connection, "Atlantis/Capital", "Europe/Berlin"))
                    .isEqualTo("does not know it");
            assertThat(difference(connection, "Europe/Paris", "Europe/Brussels"))
                    .isEqualTo("has it 561 s from UTC at 1840-01-01T12:00:00Z, and Java 1050 s");
        }
    }

    private static @Nullable String difference(Connection connection, String there, String here) throws SQLException {
        return ZoneTables.difference(connection, there, ZoneId.of(here).getRules());
    }

    @Test
    @Tag("campaign")
    void everyZoneIsRefusedOrAsTheServerHasIt() throws SQLException {
        Map<String, Object> wrong = new TreeMap<>();
        int alike = 0;
        for (String zone : ZoneId.getAvailableZoneIds()) {
            if (Zone.named(zone).isPresent() && problems(zone).isEmpty()) {
                alike++;
                List<String> differences = new ZoneParity(zone).differences(source);
                if (!differences.isEmpty()) {
                    wrong.put(zone, differences);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(alike).isGreaterThan(400);
    }
}
