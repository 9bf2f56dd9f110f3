package dev.switchback.pipeline.status;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

import dev.switchback.connectors.postgres.Conflicts;
import dev.switchback.transforms.problem.Problem;

/**
 * How a migration stood at one moment.
 *
 * @param at when what it says began to be read; older is only what problems name as not to be asked, and estimates
 * @param known whether the destination, which keeps the figures, has answered; if not, they are all zero and mean nothing
 * @param copied whether the tables are copied, and only changes follow
 * @param tables in the order of the migration file
 * @param rowsPerSecond rows that reached the destination, copied or changed, since the reading before
 * @param lag how long what the source has committed and the destination lacks has been waiting; zero when nothing does
 * @param idle whether there is nothing to do; false where one of the systems did not answer
 * @param held changes that could not be applied, and those that wait behind them
 * @param slot what the source keeps for capture; empty before there is a slot
 * @param members the processes that run the migration, or have run it within a day
 * @param warnings one sentence each about what an operator should look at
 * @param problems what could not be asked, so that the rest may be old or missing
 */
public record Status(
        String migration,
        Instant at,
        boolean known,
        boolean copied,
        List<TableStatus> tables,
        double rowsPerSecond,
        Duration lag,
        boolean idle,
        long held,
        Optional<SlotStatus> slot,
        List<MemberStatus> members,
        List<String> warnings,
        List<Problem> problems) {

    /**
     * How far one table is.
     *
     * @param rowsCopied rows that the backfill brought
     * @param rowsEstimated how many rows the source's planner believes the table to have
     * @param changesApplied changes that were applied since the backfill began
     * @param conflicts what became of rows that the destination had already
     */
    public record TableStatus(
            String table,
            String destination,
            long rowsCopied,
            long rowsEstimated,
            long changesApplied,
            Conflicts.Counts conflicts) {}

    /**
     * What the source keeps.
     *
     * @param lagBytes how much log the reader has not confirmed yet
     * @param retainedBytes how much log the server keeps for it
     */
    public record SlotStatus(String name, boolean active, long lagBytes, long retainedBytes) {}

    /**
     * A process and its roles.
     *
     * @param lastSeen when it last said so, by the destination's clock
     * @param alive whether that is recent
     */
    public record MemberStatus(String name, List<RoleStatus> roles, Instant lastSeen, boolean alive) {}

    /**
     * What one role of one process does.
     *
     * @param reason why the role is not simply running; empty if it is
     */
    public record RoleStatus(String role, String phase, String reason) {}

    public long rowsCopied() {
        return tables.stream().mapToLong(TableStatus::rowsCopied).sum();
    }

    public long rowsEstimated() {
        return tables.stream().mapToLong(TableStatus::rowsEstimated).sum();
    }

    public long changesApplied() {
        return tables.stream().mapToLong(TableStatus::changesApplied).sum();
    }
}
