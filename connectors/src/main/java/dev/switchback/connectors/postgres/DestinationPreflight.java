package dev.switchback.connectors.postgres;

import java.util.Collection;
import java.util.Map;

import dev.switchback.transforms.schema.TableId;

/**
 * Everything that must be so in a database before a flow may apply to it. Looks only: creates nothing, locks nothing, and
 * leaves nothing behind.
 */
public final class DestinationPreflight {

    private final PostgresConnections destination;

    public DestinationPreflight(PostgresConnections destination) {
        this.destination = destination;
    }

    /**
     * Checks the database for these tables. Failing to connect is a finding too.
     *
     * @param sources the source tables as {@link PostgresCatalog} read them; a pair whose source is not among them is
     *     skipped, since {@link SourcePreflight} has reported it
     */
    public Findings check(Map<TableId, PostgresTable> sources, Collection<TablePair> pairs) {
        return new Findings(
                java.util.List.of(), java.util.List.of("the checks of " + destination + " are not built yet"));
    }
}
