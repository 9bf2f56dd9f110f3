package dev.switchback.transforms.postgres;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * What {@code EXTRACT}, {@code DATE_PART} and {@code DATE_TRUNC} may name. The scale of a number is PostgreSQL's: seconds
 * have six digits, milliseconds three. Rules as in {@code timestamp.c}.
 */
public enum TimeField {
    MICROSECONDS(Part.TIME),
    MILLISECONDS(Part.TIME),
    SECOND(Part.TIME),
    MINUTE(Part.TIME),
    HOUR(Part.TIME),
    DAY(Part.DATE),
    WEEK(Part.DATE),
    MONTH(Part.DATE),
    QUARTER(Part.DATE),
    YEAR(Part.DATE),
    DECADE(Part.DATE),
    CENTURY(Part.DATE),
    MILLENNIUM(Part.DATE),
    DOW(Part.DATE),
    ISODOW(Part.DATE),
    DOY(Part.DATE),
    ISOYEAR(Part.DATE),
    EPOCH(Part.BOTH);

    private enum Part {
        DATE,
        TIME,
        BOTH
    }

    private static final long EPOCH_2000 = 946_684_800L;
    private static final List<TimeField> GROWING = List.of(YEAR, DECADE, CENTURY, MILLENNIUM, ISOYEAR, EPOCH);
    private static final List<TimeField> OF_INTERVALS =
            List.of(MICROSECONDS, MILLISECONDS, SECOND, MINUTE, HOUR, DAY, MONTH, QUARTER, YEAR);

    private final Part part;

    TimeField(Part part) {
        this.part = part;
    }

    /** By name, whatever its case. */
    public static Optional<TimeField> named(String name) {
        return Arrays.stream(values())
                .filter(field -> field.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst();
    }

    public boolean isOfDates() {
        return part != Part.TIME;
    }

    public boolean isOfTimes() {
        return part != Part.DATE;
    }

    public boolean isOfIntervals() {
        return OF_INTERVALS.contains(this);
    }

    public boolean truncates() {
        return compareTo(MILLENNIUM) <= 0;
    }

    /** Of an infinite timestamp: infinite for what grows forever, NULL for what comes round. */
    public @Nullable Numeric ofTimestamp(long timestamp) {
        if (!Times.isFinite(timestamp)) {
            return infinite(timestamp > 0);
        }
        if (this == EPOCH) {
            return epoch(timestamp);
        }
        return part == Part.TIME
                ? ofTime(Math.floorMod(timestamp, Times.DAY))
                : Numeric.of(ofDay(Civil.of(Math.floorDiv(timestamp, Times.DAY))));
    }

    /** Past the range of 64 bits the server divides, and loses two digits. */
    private static Numeric epoch(long timestamp) {
        long shift = EPOCH_2000 * Times.SECOND;
        return timestamp < Long.MAX_VALUE - shift
                ? Numeric.of(timestamp + shift, 6)
                : Numeric.of(timestamp)
                        .add(Numeric.of(shift))
                        .divide(Numeric.of(Times.SECOND))
                        .round(6);
    }

    public @Nullable Numeric ofDate(int date) {
        if (!Times.isFinite(date)) {
            return infinite(date > 0);
        }
        return Numeric.of(this == EPOCH ? date * 86_400L + EPOCH_2000 : ofDay(Civil.of(date)));
    }

    private @Nullable Numeric infinite(boolean positive) {
        return !GROWING.contains(this) ? null : positive ? Numeric.INFINITY : Numeric.NEGATIVE_INFINITY;
    }

    public Numeric ofTime(long time) {
        return switch (this) {
            case MICROSECONDS -> Numeric.of(time % Times.MINUTE);
            case MILLISECONDS -> Numeric.of(time % Times.MINUTE, 3);
            case SECOND -> Numeric.of(time % Times.MINUTE, 6);
            case MINUTE -> Numeric.of(time / Times.MINUTE % 60);
            case HOUR -> Numeric.of(time / Times.HOUR);
            case EPOCH -> Numeric.of(time, 6);
            default -> throw new IllegalStateException(this + " of a time");
        };
    }

    /** PostgreSQL 18 counts those of negative months in another way than its predecessors. */
    private static long quarter(long months) {
        if (months < 0) {
            throw new ValueException("the quarter of an interval of negative months depends on PostgreSQL's version");
        }
        return months % 12 / 3 + 1;
    }

    public Numeric ofInterval(Interval interval) {
        return switch (this) {
            case YEAR -> Numeric.of(interval.months() / 12);
            case QUARTER -> Numeric.of(quarter(interval.months()));
            case MONTH -> Numeric.of(interval.months() % 12);
            case DAY -> Numeric.of(interval.days());
            default -> ofTime(interval.micros());
        };
    }

    private long ofDay(Civil civil) {
        long year = civil.year();
        return switch (this) {
            case DAY -> civil.day();
            case WEEK -> civil.isoWeek();
            case MONTH -> civil.month();
            case QUARTER -> (civil.month() - 1) / 3 + 1;
            case YEAR -> year > 0 ? year : year - 1;
            case DECADE -> year >= 0 ? year / 10 : -((8 - (year - 1)) / 10);
            case CENTURY -> year > 0 ? (year + 99) / 100 : -((99 - (year - 1)) / 100);
            case MILLENNIUM -> year > 0 ? (year + 999) / 1000 : -((999 - (year - 1)) / 1000);
            case DOW -> civil.isoDayOfWeek() % 7;
            case ISODOW -> civil.isoDayOfWeek();
            case DOY -> civil.dayOfYear();
            case ISOYEAR -> civil.isoYear() > 0 ? civil.isoYear() : civil.isoYear() - 1;
            default -> throw new IllegalStateException(this + " of a day");
        };
    }

    /** The start of the field's period that contains a timestamp. */
    public Long truncate(long timestamp) {
        if (!Times.isFinite(timestamp)) {
            return timestamp;
        }
        long unit =
                switch (this) {
                    case MICROSECONDS -> 1;
                    case MILLISECONDS -> 1_000;
                    case SECOND -> Times.SECOND;
                    case MINUTE -> Times.MINUTE;
                    case HOUR -> Times.HOUR;
                    default -> Times.DAY;
                };
        long start = unit < Times.DAY || this == DAY
                ? Math.floorDiv(timestamp, unit) * unit
                : firstDay(Civil.of(Math.floorDiv(timestamp, Times.DAY))) * Times.DAY;
        return Times.inRange(start);
    }

    private long firstDay(Civil civil) {
        long year = civil.year();
        return switch (this) {
            case WEEK -> civil.monday();
            case MONTH -> Times.days(year, civil.month(), 1);
            case QUARTER -> Times.days(year, (civil.month() - 1) / 3 * 3 + 1, 1);
            case YEAR -> Times.days(year, 1, 1);
            case DECADE -> Times.days(year > 0 ? year / 10 * 10 : -((8 - (year - 1)) / 10 * 10), 1, 1);
            case CENTURY ->
                Times.days(year > 0 ? (year + 99) / 100 * 100 - 99 : -((99 - (year - 1)) / 100 * 100) + 1, 1, 1);
            case MILLENNIUM ->
                Times.days(year > 0 ? (year + 999) / 1000 * 1000 - 999 : -((999 - (year - 1)) / 1000 * 1000) + 1, 1, 1);
            default -> throw new IllegalStateException(this + " does not truncate");
        };
    }
}
