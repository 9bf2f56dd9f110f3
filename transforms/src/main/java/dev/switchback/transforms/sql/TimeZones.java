package dev.switchback.transforms.sql;

import java.time.ZoneId;
import java.util.List;

import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.problem.NearName;

/** Finds the time zones that a {@code SELECT} names. */
@FunctionalInterface
public interface TimeZones {

    /** As Java's table has them, whatever a database's may say. */
    TimeZones JAVA = name -> Zone.named(name).<Found>map(Known::new).orElseGet(() -> unknown(name));

    /** What there is under a name. */
    sealed interface Found {}

    /** A zone, for the times of which the database says the same. */
    record Known(Zone zone) implements Found {}

    /**
     * Nothing that expressions could use.
     *
     * @param what one sentence
     * @param remedy one sentence in the imperative
     */
    record Refused(String what, String remedy) implements Found {}

    /** Whatever the name is but UTC. */
    Found find(String name);

    private static Refused unknown(String name) {
        List<String> taken = ZoneId.getAvailableZoneIds().stream()
                .filter(id -> Zone.named(id).isPresent())
                .toList();
        return new Refused(
                "The time zone " + name
                        + " is not taken: an area and a place are, as they are spelled in the tables of the"
                        + " zones, since an abbreviation is not the same on every server.",
                NearName.hint(name, taken, "Write 'Europe/Berlin', or another of that form, or 'UTC'."));
    }
}
