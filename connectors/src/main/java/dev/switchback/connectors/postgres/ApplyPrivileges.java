package dev.switchback.connectors.postgres;

import java.util.Collection;
import java.util.LinkedHashSet;

import dev.switchback.transforms.schema.TableId;

/**
 * Whether the user of a database may apply changes to its tables: asked of the source before a cutover, since that is where
 * the way back applies. Looks only. Thread-safe.
 */
public final class ApplyPrivileges {

    private final PostgresConnections database;
    private final Collection<TableId> tables;

    /** @param tables the declared tables of this database */
    public ApplyPrivileges(PostgresConnections database, Collection<TableId> tables) {
        this.database = database;
        this.tables = new LinkedHashSet<>(tables);
    }

    /** Failing to connect is a finding too. */
    public Findings check() {
        return Preflight.run(database, (connection, report) -> {
            ServerState server = ServerState.read(connection);
            ServerChecks.primary(database.side(), server, report);
            ServerChecks.writable(server, report);
            CheckedDatabase checked = CheckedDatabase.read(database, connection, server, tables);
            TableChecks.missing(checked, report);
            TableChecks.schemaUsage(checked, report);
            TableChecks.privileges(checked, report, "SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE");
            TableChecks.rowSecurity(checked, report);
        });
    }
}
