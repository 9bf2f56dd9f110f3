package dev.switchback.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.parity.ZoneParity;
import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.platform.Platform;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.sql.TimeZones.Found;
import dev.switchback.transforms.sql.TimeZones.Known;
import dev.switchback.transforms.sql.TimeZones.Refused;

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

    private static ZoneTables tables() {
        return new ZoneTables(new PostgresConnections("source", source.settings()));
    }

    @Test
    void aZoneThatBothHaveAlikeIsKnownForAllTimes() {
        ZoneTables tables = tables();

        assertThat(tables.find("Europe/Berlin")).isInstanceOfSatisfying(Known.class, known -> assertThat(
                        known.zone().reading(Times.readTimestamp("1850-01-01 00:00:00+00", true)))
                .isNotNull());
        assertThat(tables.notices()).isEmpty();
    }

    @Test
    void aZoneThatIsAnotherOneThereIsRefused() {
        // PostgreSQL takes it for rules of its own, as POSIX writes them.
        assertThat(refusal(tables().find("SystemV/AST4ADT")))
                .startsWith("Time zone SystemV/AST4ADT: the source has it -10800 s from UTC at 2139-")
                .contains("and Java -14400 s.");
    }

    @Test
    void aZoneThatTheServerDoesNotHaveIsRefused() throws SQLException {
        try (Connection connection = source.connect()) {
            assertThat(refusal(tables().compared(connection, "Atlantis/Capital", zone("Europe/Berlin"))))
                    .isEqualTo("Time zone Atlantis/Capital: the source does not know it.");
        }
    }

    @Test
    void aNameThatIsNoZoneIsRefusedWithoutAskingForIt() {
        assertThat(refusal(tables().find("CET"))).startsWith("The time zone CET is not taken");
    }

    /** Paris had no summer time between 1945 and 1976, and Brussels none between 1946 and 1977. */
    @Test
    void whereTheTablesDifferBehind1970TheZoneIsRefused() throws SQLException {
        try (Connection connection = source.connect()) {
            assertThat(refusal(tables().compared(connection, "Europe/Paris", zone("Europe/Brussels"))))
                    .startsWith("Time zone Europe/Paris: the source has it 7200 s from UTC at 1976-09-25T12:00:00Z,"
                            + " and Java 3600 s.");
        }
    }

    /** Phoenix had summer time until 1967. */
    @Test
    void whereTheyDifferedOnlyBefore1970WhatIsBeforeIsHeld() throws SQLException {
        ZoneTables tables = tables();
        try (Connection connection = source.connect()) {
            Found found = tables.compared(connection, "America/Phoenix", zone("Etc/GMT+7"));

            assertThat(found).isInstanceOfSatisfying(Known.class, known -> {
                Zone zone = known.zone();
                assertThat(Times.text(zone.reading(Times.readTimestamp("1990-07-01 10:00:00+00", true)), false))
                        .isEqualTo("1990-07-01 03:00:00");
                assertThatThrownBy(() -> zone.reading(Times.readTimestamp("1949-01-01 00:00:00+00", true)))
                        .hasMessageStartingWith(
                                "Java and the database have different tables of Etc/GMT+7 before 1967-");
                assertThatThrownBy(() -> zone.instant(Times.readTimestamp("1949-01-01 00:00:00", false)))
                        .hasMessageEndingWith("and this is 1949-01-01 00:00:00");
                assertThat(zone.reading(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
                assertThat(zone.instant(Long.MIN_VALUE)).isEqualTo(Long.MIN_VALUE);
            });
            assertThat(tables.notices()).singleElement().asString().contains("times before that are held");
            if (found instanceof Known known) {
                assertThat(new ZoneParity("America/Phoenix", known.zone()).differences(source))
                        .isEmpty();
            }
        }
    }

    private static Zone zone(String name) {
        return Zone.named(name).orElseThrow();
    }

    private static String refusal(Found found) {
        assertThat(found).isInstanceOf(Refused.class);
        return ((Refused) found).what();
    }

    @Test
    @Tag("campaign")
    void everyZoneIsRefusedOrAsTheServerHasIt() throws SQLException {
        Map<String, Object> wrong = new TreeMap<>();
        int alike = 0;
        ZoneTables tables = tables();
        for (String zone : ZoneId.getAvailableZoneIds()) {
            if (tables.find(zone) instanceof Known known) {
                alike++;
                List<String> differences = new ZoneParity(zone, known.zone()).differences(source);
                if (!differences.isEmpty()) {
                    wrong.put(zone, differences);
                }
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(alike).isGreaterThan(500);
    }
}
