package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;

/** Finds the transactions that the creation of a replication slot waits for: every one that had written before it. */
public final class SlotBlockers {

    /**
     * A transaction that must end first.
     *
     * @param pid its backend; null for a prepared transaction, which has none
     * @param gid the prepared transaction's identifier; null for any other
     * @param age since it began (was prepared); null where this role may not see it
     */
    public record Blocker(
            @Nullable Integer pid,
            @Nullable String gid,
            @Nullable Duration age,
            @Nullable String user,
            String database) {}

    private SlotBlockers() {}

    /** The transactions that a slot created now would wait for, the oldest first. */
    public static List<Blocker> find(Connection connection) throws SQLException {
        return List.of();
    }

    /** Says that a slot could not be created in time, and who was in the way. */
    public static Problem problem(String where, String slot, Duration waited, List<Blocker> blockers) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The slot " + slot + " was not created within " + waited,
                blockers.toString());
    }
}
