package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** A flow's publication: which tables' changes its slot delivers. */
@SuppressWarnings("DoNotCallSuggester")
public final class Publication {

    private final PostgresConnections database;
    private final Flow flow;

    public Publication(PostgresConnections database, Flow flow) {
        this.database = database;
        this.flow = flow;
    }

    /**
     * Sees to it that the publication is there and publishes exactly these tables, partitions through their root.
     *
     * <p>Publishing a table without a usable replica identity makes the database's own UPDATE and DELETE on it fail. So
     * the tables are locked against a change of it, each is checked with all its partitions, and only then is the
     * publication touched, all in one transaction.
     *
     * @throws ProblemException when a table cannot be published, or a publication of this name publishes something else
     *     while a slot reads it
     */
    public void ensure(Collection<TableId> tables) {
        throw new UnsupportedOperationException("not built yet: " + database + flow);
    }

    /** Drops it; does nothing when it is not there. */
    public void drop(Connection connection) throws SQLException {
        throw new UnsupportedOperationException("not built yet");
    }
}
