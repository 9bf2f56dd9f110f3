package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/** A logical replication slot by its name. Stateless; as thread-safe as the connection it is given. */
@SuppressWarnings("DoNotCallSuggester")
public final class ReplicationSlot {

    /**
     * A slot as the server describes it. LSNs are the server's 64-bit positions.
     *
     * @param database the database it decodes
     * @param plugin its output plugin
     * @param activePid the backend that is reading it, if one is
     * @param confirmedLsn up to where its reader has confirmed; what committed before it is never sent again
     * @param retainedBytes how much log the server keeps for it
     * @param lagBytes how far the log's end is ahead of {@code confirmedLsn}
     * @param lost why it can be read no more, in the server's words; null while it can
     */
    public record State(
            String name,
            String database,
            String plugin,
            @Nullable Integer activePid,
            long confirmedLsn,
            long retainedBytes,
            long lagBytes,
            @Nullable String lost) {}

    private final String name;

    public ReplicationSlot(String name) {
        this.name = name;
    }

    /** @return empty when there is no slot of that name */
    public Optional<State> state(Connection connection) throws SQLException {
        throw new UnsupportedOperationException("not built yet: " + name);
    }

    /** Drops the slot; does nothing when it is not there. Fails while a backend reads it. */
    public void drop(Connection connection) throws SQLException {
        throw new UnsupportedOperationException("not built yet: " + name);
    }
}
