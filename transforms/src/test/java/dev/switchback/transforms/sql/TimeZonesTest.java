package dev.switchback.transforms.sql;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import dev.switchback.transforms.sql.TimeZones.Known;
import dev.switchback.transforms.sql.TimeZones.Refused;

/** PostgreSQL takes more names of zones than expressions do, which say what they take instead. */
class TimeZonesTest {

    private static final String TAKEN =
            " is not taken: an area and a place are, as they are spelled in the tables of the"
                    + " zones, since an abbreviation is not the same on every server.";

    @Test
    void aZoneIsNamedByAnAreaAndAPlace() {
        assertThat(TimeZones.JAVA.find("America/New_York")).isInstanceOf(Known.class);
    }

    @Test
    void anAbbreviationIsNotTaken() {
        assertThat(TimeZones.JAVA.find("CET"))
                .isEqualTo(new Refused(
                        "The time zone CET" + TAKEN, "Write 'Europe/Berlin', or another of that form, or 'UTC'."));
    }

    @Test
    void aZoneInOtherLettersIsToldItsSpelling() {
        assertThat(TimeZones.JAVA.find("europe/berlin"))
                .isEqualTo(new Refused("The time zone europe/berlin" + TAKEN, "Did you mean \"Europe/Berlin\"?"));
        assertThat(TimeZones.JAVA.find("Europe/Berln"))
                .isEqualTo(new Refused("The time zone Europe/Berln" + TAKEN, "Did you mean \"Europe/Berlin\"?"));
    }
}
