package dev.switchback.connectors.postgres;

import java.util.List;

import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;

/**
 * Whether the log names the rows of a table by their primary key, in the table and in each of its partitions. Where it
 * does not, publishing the table makes the database's own UPDATE and DELETE fail, or leaves changes without their key.
 */
final class ReplicaIdentities {

    private ReplicaIdentities() {}

    static void check(PostgresTable table, Report report) {
        String name = Words.name(table.id());
        if (table.schema().key().isEmpty()) {
            report.refuse(
                    "Table " + name + " has no primary key.",
                    "Give it one: ALTER TABLE " + name + " ADD PRIMARY KEY (...).");
            return;
        }
        if (table.keyDeferrable()) {
            report.refuse(
                    "The primary key of " + name + " is DEFERRABLE, so the log cannot name rows by it.",
                    "Make it immediate: ALTER TABLE " + name + " DROP CONSTRAINT " + Words.name(table.keyName())
                            + ", ADD PRIMARY KEY (" + Words.names(table.schema().key()) + ").");
            return;
        }
        check("Table " + name, table.relation(), table.schema().key(), report);
        for (Relation leaf : table.leaves()) {
            check(
                    "Partition " + Words.name(leaf.id()) + " of " + name,
                    leaf,
                    table.schema().key(),
                    report);
        }
    }

    private static void check(String subject, Relation relation, List<String> key, Report report) {
        if (relation.identity() == ReplicaIdentity.FULL
                || relation.identityColumns().containsAll(key)) {
            return;
        }
        report.refuse(
                subject + reason(relation, key),
                "Run ALTER TABLE " + Words.name(relation.id()) + " REPLICA IDENTITY DEFAULT.");
    }

    private static String reason(Relation relation, List<String> key) {
        return switch (relation.identity()) {
            case NOTHING -> " has REPLICA IDENTITY NOTHING, so the log does not name the rows that change.";
            case INDEX ->
                " has a replica identity (" + Words.names(relation.identityColumns())
                        + ") that lacks columns of the key (" + Words.names(key) + ").";
            case DEFAULT, FULL -> " has no valid primary key (" + Words.names(key) + ") of its own.";
        };
    }
}
