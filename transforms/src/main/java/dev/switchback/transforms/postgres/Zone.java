package dev.switchback.transforms.postgres;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A time zone, which tells the reading of its clocks from the instant and the other way round as PostgreSQL does, by
 * Java's table of the zones: whoever uses one compares that with the database's first. Readings and instants are
 * microseconds, as of {@link Times}. Immutable.
 */
public final class Zone {

    private static final long FROM_1970 = 946_684_800;
    private static final long SECONDS_OF_DAY = 86_400;

    private final ZoneRules rules;

    private Zone(ZoneRules rules) {
        this.rules = rules;
    }

    /**
     * The zone of an area and a place, {@code Europe/Berlin}: other names may be abbreviations, of which PostgreSQL has
     * tables that differ from server to server. Empty where there is none of exactly this name.
     */
    public static Optional<Zone> named(String name) {
        return name.contains("/") && ZoneId.getAvailableZoneIds().contains(name)
                ? Optional.of(new Zone(ZoneId.of(name).getRules()))
                : Optional.empty();
    }

    /** What the clocks show. Two instants have the same reading where the clocks are set back. */
    public Long reading(long instant) {
        return Times.isFinite(instant)
                ? shifted(instant, rules.getOffset(Instant.ofEpochSecond(seconds(instant))), 1)
                : Long.valueOf(instant);
    }

    /**
     * When the clocks show it. Of a reading that they show twice, since they are set back, the later time; one that they
     * skip is taken by the offset of before.
     */
    public Long instant(long reading) {
        return Times.isFinite(reading) ? shifted(reading, offset(seconds(reading)), -1) : Long.valueOf(reading);
    }

    /** As the server finds it: by the first change of the clocks that comes behind the day before, and no other. */
    private ZoneOffset offset(long reading) {
        Instant dayBefore = Instant.ofEpochSecond(reading - SECONDS_OF_DAY);
        @Nullable ZoneOffsetTransition change = rules.nextTransition(dayBefore);
        if (change == null) {
            return rules.getOffset(dayBefore);
        }
        ZoneOffset before = change.getOffsetBefore();
        ZoneOffset after = change.getOffsetAfter();
        long ifBefore = reading - before.getTotalSeconds();
        long ifAfter = reading - after.getTotalSeconds();
        long boundary = change.toEpochSecond();
        if (ifBefore < boundary && ifAfter < boundary) {
            return before;
        }
        boolean isAfter = ifBefore > boundary && ifAfter >= boundary;
        return isAfter || change.isOverlap() ? after : before;
    }

    private static long seconds(long micros) {
        return Math.floorDiv(micros, Times.SECOND) + FROM_1970;
    }

    private static Long shifted(long micros, ZoneOffset offset, int sign) {
        return Times.inRange(micros + sign * Times.SECOND * offset.getTotalSeconds());
    }
}
