package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Map;

import dev.switchback.transforms.schema.TableId;

/**
 * A database as the checks of either side look at it, read once.
 *
 * @param connection within a read-only transaction, so that no check can leave anything behind
 * @param tables the declared tables that exist
 * @param access by oid, for the tables and their leaves
 */
record CheckedDatabase(
        PostgresConnections connections,
        Connection connection,
        ServerState server,
        Collection<TableId> declared,
        Map<TableId, PostgresTable> tables,
        Map<Long, TableAccess> access) {

    static CheckedDatabase read(
            PostgresConnections connections, Connection connection, ServerState server, Collection<TableId> declared)
            throws SQLException {
        Map<TableId, PostgresTable> tables = new PostgresCatalog(connection).tables(declared);
        return new CheckedDatabase(
                connections, connection, server, declared, tables, TableAccess.of(connection, tables.values()));
    }

    TableAccess access(PostgresTable.Relation relation) {
        TableAccess known = access.get(relation.oid());
        if (known == null) {
            throw new IllegalStateException(relation.id() + " vanished while it was read");
        }
        return known;
    }

    /** Those that can hold rows of their own, the only ones of which most checks make sense. */
    Collection<PostgresTable> realTables() {
        return tables.values().stream()
                .filter(table -> table.partitioned() || table.relation().kind() == PostgresTable.RelationKind.TABLE)
                .toList();
    }
}
