package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;

/**
 * Everything that must be so in a database before a flow may capture from it. Looks only: runs in a read-only transaction,
 * locks nothing, and leaves nothing behind. Thread-safe.
 */
public final class SourcePreflight {

    /** One independent finding about the tables. */
    @FunctionalInterface
    private interface Check {
        void run(CheckedDatabase source, Report report) throws SQLException;
    }

    private static final List<Check> TABLE_CHECKS = List.of(
            TableChecks::missing,
            TableChecks::kind,
            TableChecks::permanence,
            TableChecks::inheritance,
            SourceChecks::overlap,
            TableChecks::schemaUsage,
            (source, report) -> TableChecks.privileges(source, report, "SELECT"),
            TableChecks::rowSecurity,
            TableChecks::subscribed,
            (source, report) -> source.realTables().forEach(table -> ReplicaIdentities.check(table, report)),
            ColumnChecks::keys);

    private final PostgresConnections source;

    public SourcePreflight(PostgresConnections source) {
        this.source = source;
    }

    /** Checks the database for this flow over all columns of these tables. Failing to connect is a finding too. */
    public Findings check(Flow flow, Collection<TableId> tables) {
        return check(flow, new LinkedHashSet<>(tables), null);
    }

    /**
     * Checks the database for this flow over these columns of the tables. Failing to connect is a finding too.
     *
     * @param columns the source columns that a mapping reads, by table; others may be of any type
     */
    public Findings check(Flow flow, Map<TableId, Set<String>> columns) {
        return check(flow, columns.keySet(), columns);
    }

    private Findings check(Flow flow, Set<TableId> declared, @Nullable Map<TableId, Set<String>> columns) {
        return Preflight.run(source, (connection, report) -> {
            ServerState server = ServerState.read(connection);
            ServerChecks.version(server, report);
            if (server.tooOld()) {
                // Its catalogue lacks columns that the other checks read.
                return;
            }
            checkServer(flow, connection, server, report);
            CheckedDatabase database = CheckedDatabase.read(source, connection, server, declared);
            for (Check check : TABLE_CHECKS) {
                check.run(database, report);
            }
            ColumnChecks.types(database, columns == null ? allColumns(database) : columns, report);
            Publication publication = new Publication(source, flow);
            SourceChecks.publication(database, publication, flow.slot(), report);
            SourceChecks.ownership(database, publication.exists(connection), report);
        });
    }

    private void checkServer(Flow flow, Connection connection, ServerState server, Report report) throws SQLException {
        ServerChecks.primary(source.side(), server, report);
        ServerChecks.writable(server, report);
        ServerChecks.schema(server, report);
        SourceChecks.walLevel(server, report);
        SourceChecks.emitMessage(server, report);
        SourceChecks.replicationRole(server, report);
        Optional<ReplicationSlot.State> slot = new ReplicationSlot(flow.slot()).state(connection);
        SourceChecks.slot(flow, server, slot, report);
        if (slot.isEmpty() || slot.get().activePid() == null) {
            SourceChecks.replicationLogin(source, server, report);
        }
        SourceChecks.retention(server, report);
        if (slot.isEmpty()) {
            SourceChecks.longTransactions(SlotBlockers.find(connection), report);
        }
    }

    private static Map<TableId, Set<String>> allColumns(CheckedDatabase database) {
        Map<TableId, Set<String>> columns = new HashMap<>();
        database.tables().forEach((id, table) -> columns.put(id, table.types().keySet()));
        return columns;
    }
}
