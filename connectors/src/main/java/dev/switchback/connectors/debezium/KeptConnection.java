package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A connection for one thread, opened when it is needed and kept until it fails. Only {@link #close} may be called by
 * another thread; it leaves none behind, even one that is being opened.
 */
final class KeptConnection implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(KeptConnection.class);

    private final Opener opener;
    private @Nullable Connection kept;
    private boolean closed;

    interface Opener {
        Connection open() throws SQLException;
    }

    KeptConnection(Opener opener) {
        this.opener = opener;
    }

    Connection open() throws SQLException {
        synchronized (this) {
            requireOpen();
            if (kept != null) {
                return kept;
            }
        }
        Connection opened = opener.open();
        synchronized (this) {
            kept = opened;
            if (closed) {
                drop();
            }
            requireOpen();
            return opened;
        }
    }

    private void requireOpen() throws SQLException {
        if (closed) {
            throw new SQLException("nobody needs it any more");
        }
    }

    /** It has failed: the next one is another. */
    synchronized void drop() {
        Connection failed = kept;
        kept = null;
        try {
            if (failed != null) {
                failed.close();
            }
        } catch (SQLException gone) {
            LOG.debug("a connection did not close: {}", gone.getMessage());
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        drop();
    }
}
