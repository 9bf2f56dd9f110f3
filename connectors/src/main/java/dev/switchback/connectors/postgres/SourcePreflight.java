package dev.switchback.connectors.postgres;

import java.util.Collection;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;

/**
 * Everything that must be so in a database before a flow may capture from it. Looks only: creates nothing, locks nothing,
 * and leaves nothing behind.
 */
public final class SourcePreflight {

    private final PostgresConnections source;

    public SourcePreflight(PostgresConnections source) {
        this.source = source;
    }

    /** Checks the database for this flow over these tables. Failing to connect is a finding too. */
    public Findings check(Flow flow, Collection<TableId> tables) {
        throw new UnsupportedOperationException("not built yet: " + source);
    }
}
