package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Statement triggers on partitioned tables and their leaves that report a TRUNCATE of single partitions as a {@link
 * LogMessage.LeafTruncated}: a publication through the partition root reports only a TRUNCATE of the root.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class TruncateTriggers {

    private final PostgresConnections database;
    private final String migration;

    public TruncateTriggers(PostgresConnections database, String migration) {
        this.database = database;
        this.migration = migration;
    }

    /**
     * Sees to it that each partitioned one of the tables, and each of its leaves, has its trigger. The schema {@code
     * switchback} must be there. Safe to call again, for instance when a partition was added.
     *
     * @throws ProblemException when a table stays locked, or a privilege is missing
     */
    public void ensure(Collection<TableId> tables) {
        throw new UnsupportedOperationException("not built yet: " + database + migration);
    }

    /** Removes this migration's triggers from every table. */
    public void drop(Connection connection) throws SQLException {
        throw new UnsupportedOperationException("not built yet");
    }
}
