package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Optional;

import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.SlotBlockers.Blocker;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;

/** What must be so of a database, beyond its tables, for capture to read its log. Stateless. */
final class SourceChecks {

    /** A transaction open for longer than this is worth a notice before a slot is created. */
    private static final Duration LONG = Duration.ofMinutes(1);

    private SourceChecks() {}

    static void walLevel(ServerState server, Report report) {
        if (!"logical".equals(server.walLevel())) {
            report.refuse(
                    "wal_level is " + server.walLevel() + ", and capture needs logical.",
                    "Run ALTER SYSTEM SET wal_level = logical and restart the server (on RDS: set"
                            + " rds.logical_replication = 1 and reboot).");
        }
    }

    static void replicationRole(ServerState server, Report report) {
        if (!server.replication()) {
            String role = Words.name(server.role());
            report.refuse(
                    "Role " + role + " may not open a replication connection.",
                    "Run ALTER ROLE " + role + " REPLICATION (on RDS: GRANT rds_replication TO " + role + ").");
        }
    }

    /** Only trying tells: pg_hba.conf and max_wal_senders are open to no ordinary role. */
    static void replicationLogin(PostgresConnections source, ServerState server, Report report) {
        if (!server.replication() || server.standby()) {
            return;
        }
        try (Connection connection = source.openReplication()) {
            connection.isValid(0);
        } catch (SQLException failure) {
            if ("53300".equals(failure.getSQLState())) {
                report.refuse(
                        "The server has no replication connection left (max_wal_senders or max_connections).",
                        "Raise max_wal_senders and restart the server, or end another replication connection.");
            } else {
                report.add(source.problem(failure));
            }
        }
    }

    static void slot(Flow flow, ServerState server, Optional<ReplicationSlot.State> slot, Report report) {
        if (slot.isPresent()) {
            existingSlot(flow, server, slot.get(), report);
        } else if (server.slots() >= server.maxSlots()) {
            report.refuse(
                    "All " + server.maxSlots() + " replication slots of the server are taken.",
                    "Raise max_replication_slots and restart the server, or drop a slot that nobody reads"
                            + " (SELECT slot_name FROM pg_replication_slots WHERE NOT active).");
        }
    }

    private static void existingSlot(Flow flow, ServerState server, ReplicationSlot.State slot, Report report) {
        String drop = "SELECT pg_drop_replication_slot('" + slot.name() + "')";
        if (!slot.plugin().equals(ReplicationSlot.PLUGIN) || !slot.database().equals(server.database())) {
            report.refuse(
                    "Replication slot " + slot.name() + " is already there, and is not "
                            + flow.migration() + "'s: it reads "
                            + (slot.database().isEmpty() ? "no database" : "database " + Words.name(slot.database()))
                            + " with " + (slot.plugin().isEmpty() ? "no plugin" : "plugin " + slot.plugin()) + ".",
                    "Name the migration differently, or run " + drop + " if nobody needs it.");
        } else if (slot.lost() != null) {
            report.refuse(
                    "Replication slot " + slot.name() + " can be read no more (" + slot.lost()
                            + "), so changes are missing from here on.",
                    "Run " + drop + " and start the migration anew.");
        } else if (slot.creating()) {
            report.notice("Replication slot " + slot.name() + " is being created by pid " + slot.activePid()
                    + ", which waits for the transactions that are open.");
        } else if (slot.activePid() != null) {
            report.notice("Replication slot " + slot.name() + " is being read by pid " + slot.activePid() + ".");
        }
    }

    static void emitMessage(ServerState server, Report report) {
        if (!server.emitMessage()) {
            String role = Words.name(server.role());
            report.refuse(
                    "Role " + role + " may not write watermarks with pg_logical_emit_message.",
                    "Run GRANT EXECUTE ON FUNCTION " + server.emitFunction() + " TO " + role + ".");
        }
    }

    static void publication(CheckedDatabase source, Publication publication, String name, Report report)
            throws SQLException {
        if (publication.exists(source.connection())) {
            publication.check(source.connection(), source.tables().values(), report);
        } else if (!source.server().createInDatabase()) {
            ServerChecks.refuseCreate("publication " + name, source.server(), report);
        }
    }

    /** Owners alone may publish a table, and make the triggers that report a partition's TRUNCATE always fire. */
    static void ownership(CheckedDatabase source, boolean published, Report report) {
        String role = Words.name(source.server().role());
        for (PostgresTable table : source.realTables()) {
            if (published && !table.partitioned()) {
                continue;
            }
            for (Relation relation : TableChecks.withLeaves(table)) {
                if (!source.access(relation).owner()) {
                    String owner = Words.name(relation.owner());
                    report.refuse(
                            TableChecks.subject(table, relation) + " belongs to " + owner + ", and role " + role
                                    + " lacks that role's rights, which publishing it takes.",
                            "Run GRANT " + owner + " TO " + role + ".");
                }
            }
        }
    }

    /** Published through its root, a partition's changes would arrive under the root's name only. */
    static void overlap(CheckedDatabase source, Report report) throws SQLException {
        String sql = "SELECT n.nspname, c.relname, m.nspname, r.relname FROM unnest(?::oid[]) AS t (oid)"
                + " CROSS JOIN LATERAL pg_partition_ancestors(t.oid::regclass) AS a (relid)"
                + " JOIN pg_class c ON c.oid = t.oid JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " JOIN pg_class r ON r.oid = a.relid JOIN pg_namespace m ON m.oid = r.relnamespace"
                + " WHERE a.relid <> t.oid AND a.relid = ANY (?::oid[]) ORDER BY 1, 2, 3, 4";
        Object[] oids = source.realTables().stream()
                .map(table -> table.relation().oid())
                .toArray();
        try (PreparedStatement statement = source.connection().prepareStatement(sql)) {
            statement.setArray(1, source.connection().createArrayOf("oid", oids));
            statement.setArray(2, source.connection().createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    TableId partition = new TableId(row.getString(1), row.getString(2));
                    TableId root = new TableId(row.getString(3), row.getString(4));
                    report.refuse(
                            "Table " + Words.name(partition) + " is a partition of " + Words.name(root)
                                    + ", and both are declared.",
                            "Take one of them out of the migration file.");
                }
            }
        }
    }

    static void retention(ServerState server, Report report) {
        if (!"-1".equals(server.keepSize())) {
            report.notice("max_slot_wal_keep_size is " + server.keepSize() + ": when capture falls further behind than"
                    + " that, the slot is lost and the migration must start anew.");
        }
    }

    static void longTransactions(Collection<Blocker> blockers, Report report) {
        blockers.stream()
                .filter(blocker -> blocker.gid() != null
                        || (blocker.age() != null && blocker.age().compareTo(LONG) > 0))
                .forEach(blocker -> report.notice("Creating the replication slot will wait for " + blocker + "."));
    }
}
