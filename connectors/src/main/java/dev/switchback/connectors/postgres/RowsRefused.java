package dev.switchback.connectors.postgres;

import java.sql.SQLException;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.postgresql.util.PSQLException;
import org.postgresql.util.ServerErrorMessage;

import dev.switchback.connectors.spi.Batch.Work;

/** Some of the rows that were to be written cannot be. The transaction is good for nothing but a rollback. */
final class RowsRefused extends Exception {

    private static final long serialVersionUID = 1L;

    private final transient Set<Work> guilty = Collections.newSetFromMap(new IdentityHashMap<>());
    private final @Nullable String sqlstate;

    /** @param guilty the rows at fault, compared by identity */
    RowsRefused(Collection<Work> guilty, String reason, @Nullable String sqlstate) {
        super(reason);
        this.guilty.addAll(guilty);
        this.sqlstate = sqlstate;
    }

    /** A refusal by the server, which does not say which row it means. */
    RowsRefused(SQLException failure) {
        super(reason(failure), failure);
        this.sqlstate = failure.getSQLState();
    }

    /** The rows at fault; empty where that is not known. */
    Set<Work> guilty() {
        return guilty;
    }

    String reason() {
        return String.valueOf(getMessage());
    }

    @Nullable String sqlstate() {
        return sqlstate;
    }

    boolean mayBeAnothersDoing() {
        return sqlstate != null && FailureKind.mayBeAnothersDoing(sqlstate);
    }

    /** The server's own words, with its detail, which names the conflicting key or the failing row. */
    private static String reason(SQLException failure) {
        ServerErrorMessage server = failure instanceof PSQLException e ? e.getServerErrorMessage() : null;
        if (server == null) {
            return String.valueOf(failure.getMessage());
        }
        String detail = server.getDetail();
        return server.getMessage() + (detail == null ? "" : ": " + detail);
    }
}
