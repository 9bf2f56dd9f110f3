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
 * Java's table of the zones: whoever uses one compares that with the database's first, and says {@linkplain #since since
 * when} it holds. Readings and instants are microseconds, as of {@link Times}. Immutable.
 */
public final class Zone {

    private static final long FROM_1970 = 946_684_800;
    private static final long SECONDS_OF_DAY = 86_400;

    private final String name;
    private final ZoneRules rules;
    private final long since;

    private Zone(String name, ZoneRules rules, long since) {
        this.name = name;
        this.rules = rules;
        this.since = since;
    }

    /**
     * The zone of an area and a place, {@code Europe/Berlin}: other names may be abbreviations, of which PostgreSQL has
     * tables that differ from server to server. Empty where there is none of exactly this name.
     */
    public static Optional<Zone> named(String name) {
        return name.contains("/") && ZoneId.getAvailableZoneIds().contains(name)
                ? Optional.of(new Zone(name, ZoneId.of(name).getRules(), Times.MINUS_INFINITY))
                : Optional.empty();
    }

    /** The same where the tables of Java and of the database are alike from that instant on: what is before has no value. */
    public Zone since(Instant first) {
        return new Zone(name, rules, (first.getEpochSecond() - FROM_1970) * Times.SECOND);
    }

    /** Java's table of it. */
    public ZoneRules rules() {
        return rules;
    }

    /**
     * What the clocks show. Two instants have the same reading where the clocks are set back.
     *
     * @throws ValueException where the database may say something else
     */
    public Long reading(long instant) {
        if (!Times.isFinite(instant)) {
            return instant;
        }
        requireAlike(instant, since, true);
        return shifted(instant, rules.getOffset(Instant.ofEpochSecond(seconds(instant))), 1);
    }

    /**
     * When the clocks show it. Of a reading that they show twice, since they are set back, the later time; one that they
     * skip is taken by the offset of before.
     *
     * @throws ValueException where the database may say something else
     */
    public Long instant(long reading) {
        if (!Times.isFinite(reading)) {
            return reading;
        }
        // It is looked up from the day before on.
        requireAlike(reading, since == Times.MINUS_INFINITY ? since : since + Times.DAY, false);
        return shifted(reading, offset(seconds(reading)), -1);
    }

    private void requireAlike(long time, long first, boolean zoned) {
        if (time < first) {
            throw new ValueException("Java and the database have different tables of " + name + " before "
                    + Times.text(first, zoned) + ", and this is " + Times.text(time, zoned));
        }
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
