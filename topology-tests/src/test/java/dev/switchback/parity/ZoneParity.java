package dev.switchback.parity;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.LongFunction;

import org.jspecify.annotations.Nullable;

import dev.switchback.platform.EmbeddedDatabase;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.postgres.Zone;

/** A time zone's instants and readings around each change of its clocks, and anywhere else in time. */
public record ZoneParity(String name, Zone zone) {

    private static final Instant FROM = Instant.parse("1800-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2140-01-01T00:00:00Z");
    private static final LocalDateTime ORIGIN = LocalDateTime.of(2000, 1, 1, 0, 0);
    private static final long CENTURY = 36_525 * Times.DAY;
    private static final List<Long> NEAR = List.of(
            0L,
            1L,
            Times.SECOND,
            Times.MINUTE,
            30 * Times.MINUTE,
            Times.HOUR,
            2 * Times.HOUR,
            Times.DAY,
            26 * Times.HOUR);

    public ZoneParity(String name) {
        this(name, Zone.named(name).orElseThrow());
    }

    public List<String> differences(EmbeddedDatabase database) throws SQLException {
        List<Long> times = times(ZoneId.of(name).getRules());
        List<String> differences = new ArrayList<>();
        try (Connection connection = database.connect()) {
            connection.createStatement().execute("SET timezone = 'UTC'; SET datestyle = 'ISO'");
            compare(connection, "timestamp", times, time -> Times.text(zone.instant(time), true), differences);
            compare(connection, "timestamptz", times, time -> Times.text(zone.reading(time), false), differences);
        }
        return differences;
    }

    private void compare(
            Connection connection, String type, List<Long> times, LongFunction<String> ours, List<String> differences)
            throws SQLException {
        boolean zoned = type.equals("timestamptz");
        try (PreparedStatement query = connection.prepareStatement("SELECT timezone(?, t::" + type
                + ")::text FROM unnest(?::text[]) WITH ORDINALITY AS u (t, i) ORDER BY i")) {
            query.setString(1, name);
            Object[] texts = times.stream().map(time -> Times.text(time, zoned)).toArray();
            query.setArray(2, connection.createArrayOf("text", texts));
            try (ResultSet rows = query.executeQuery()) {
                for (int i = 0; rows.next(); i++) {
                    String mine = computed(ours, times.get(i));
                    if (mine != null && !rows.getString(1).equals(mine)) {
                        differences.add(type + " " + texts[i] + ": " + rows.getString(1) + " there, " + mine + " here");
                    }
                }
            }
        }
    }

    /** Null for a time before the tables are alike, which is held. */
    private static @Nullable String computed(LongFunction<String> ours, long time) {
        try {
            return ours.apply(time);
        } catch (ValueException e) {
            return null;
        }
    }

    private List<Long> times(ZoneRules rules) {
        TreeSet<Long> times = new TreeSet<>();
        ZoneOffsetTransition change = rules.nextTransition(FROM);
        while (change != null && change.getInstant().isBefore(TO)) {
            for (LocalDateTime place : List.of(
                    change.getDateTimeBefore(),
                    change.getDateTimeAfter(),
                    LocalDateTime.ofInstant(change.getInstant(), ZoneOffset.UTC))) {
                long micros = ORIGIN.until(place, ChronoUnit.MICROS);
                for (long near : NEAR) {
                    times.add(micros - near);
                    times.add(micros + near);
                }
            }
            change = rules.nextTransition(change.getInstant());
        }
        Random random = new Random(name.hashCode());
        for (int i = 0; i < 1_000; i++) {
            times.add(random.nextLong(-4 * CENTURY, 4 * CENTURY));
            times.add(random.nextLong(-60 * CENTURY, 2_900 * CENTURY));
        }
        return List.copyOf(times);
    }
}
