package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

import dev.switchback.connectors.spi.Flow;

/**
 * What the processes that run a flow say of themselves in the destination, for {@code status} in any other process.
 * Stateless; as thread-safe as the connection it is given. Nothing is decided by it.
 */
public final class Members {

    /**
     * A process, by the destination's clock.
     *
     * @param report what it last said, as JSON
     * @param now the time of the reading
     */
    public record Entry(String member, Instant startedAt, Instant seenAt, Instant now, String report) {}

    private final Flow flow;

    public Members(Flow flow) {
        this.flow = flow;
    }

    /**
     * Says how a process is.
     *
     * @param started whether it has just started
     * @param report JSON
     */
    public void report(Connection connection, String member, boolean started, String report) throws SQLException {
        String sql =
                """
                INSERT INTO switchback.member (migration, direction, member, report) VALUES (?, ?, ?, ?::jsonb)
                ON CONFLICT (migration, direction, member) DO UPDATE SET report = excluded.report,
                    seen_at = clock_timestamp(),
                    started_at = CASE WHEN ? THEN clock_timestamp() ELSE member.started_at END""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            statement.setString(3, member);
            statement.setString(4, report);
            statement.setBoolean(5, started);
            statement.executeUpdate();
        }
    }

    /** The processes that run the flow, or have run it within the last day; none where the schema is not here. */
    public List<Entry> list(Connection connection) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        if (ControlSchema.control(connection, flow.migration()).isEmpty()) {
            return entries;
        }
        String sql =
                """
                SELECT member, started_at, seen_at, clock_timestamp(), report::text FROM switchback.member
                WHERE migration = ? AND direction = ? AND seen_at > clock_timestamp() - interval '1 day'
                ORDER BY started_at, member""";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    entries.add(new Entry(
                            row.getString(1),
                            row.getTimestamp(2).toInstant(),
                            row.getTimestamp(3).toInstant(),
                            row.getTimestamp(4).toInstant(),
                            row.getString(5)));
                }
            }
        }
        return entries;
    }
}
