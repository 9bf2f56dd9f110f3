package dev.switchback.connectors.postgres;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.stream.Stream;

import dev.switchback.connectors.postgres.PostgresTable.Persistence;
import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.PostgresTable.RelationKind;
import dev.switchback.transforms.schema.TableId;

/** What must be so of any table, on either side. Stateless. */
final class TableChecks {

    /** A partition's rows may be subscribed to through any of its ancestors. */
    private static final String SUBSCRIBED =
            """
            SELECT DISTINCT n.nspname, c.relname, s.subname
            FROM unnest(?::oid[]) AS t (oid)
            JOIN LATERAL (SELECT t.oid AS relid
                          UNION SELECT a.relid FROM pg_partition_ancestors(t.oid::regclass) AS a (relid)) AS up ON true
            JOIN pg_subscription_rel r ON r.srrelid = up.relid
            JOIN pg_subscription s ON s.oid = r.srsubid
            JOIN pg_class c ON c.oid = t.oid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY 1, 2, 3
            """;

    private TableChecks() {}

    static void missing(CheckedDatabase database, Report report) throws SQLException {
        PostgresCatalog catalog = new PostgresCatalog(database.connection());
        for (TableId table : database.declared()) {
            if (database.tables().containsKey(table)) {
                continue;
            }
            List<TableId> near = catalog.near(table);
            report.refuse(
                    "Table " + Words.name(table) + " does not exist.",
                    near.isEmpty()
                            ? "Create it, or correct its name in the migration file."
                            : "Create it, or correct its name in the migration file; did you mean " + Words.tables(near)
                                    + "?");
        }
    }

    static void kind(CheckedDatabase database, Report report) {
        for (PostgresTable table : database.tables().values()) {
            RelationKind kind = table.relation().kind();
            if (kind != RelationKind.TABLE && kind != RelationKind.PARTITIONED_TABLE) {
                report.refuse(
                        Words.name(table.id()) + " is " + kind + ", and only tables can be moved.",
                        "Name the table behind it, or take it out of the migration file.");
            }
            if (List.of("pg_catalog", "information_schema", "pg_toast", "switchback")
                    .contains(table.id().schema())) {
                report.refuse(
                        "Table " + Words.name(table.id()) + " belongs to the system, not to an application.",
                        "Take it out of the migration file.");
            }
        }
    }

    /** An unlogged table's rows are in no log, and are gone after a crash. */
    static void permanence(CheckedDatabase database, Report report) {
        for (PostgresTable table : database.realTables()) {
            for (Relation relation : withLeaves(table)) {
                if (relation.persistence() != Persistence.PERMANENT) {
                    boolean unlogged = relation.persistence() == Persistence.UNLOGGED;
                    report.refuse(
                            subject(table, relation) + " is " + (unlogged ? "unlogged." : "temporary."),
                            unlogged
                                    ? "Run ALTER TABLE " + Words.name(relation.id()) + " SET LOGGED."
                                    : "Take it out of the migration file.");
                }
                if (relation.kind() == RelationKind.FOREIGN_TABLE) {
                    report.refuse(
                            subject(table, relation) + " is a foreign table, whose rows live in another database.",
                            "Run ALTER TABLE ... DETACH PARTITION " + Words.name(relation.id())
                                    + ", or move the table from where it lives.");
                }
            }
        }
    }

    static void inheritance(CheckedDatabase database, Report report) {
        for (PostgresTable table : database.realTables()) {
            if (table.hasChildren()) {
                report.refuse(
                        "Other tables inherit from " + Words.name(table.id())
                                + ", and only declarative partitions are moved with their root.",
                        "Run ALTER TABLE ... NO INHERIT " + Words.name(table.id())
                                + " on each, or turn them into partitions.");
            }
        }
    }

    static void schemaUsage(CheckedDatabase database, Report report) {
        String role = Words.name(database.server().role());
        database.realTables().stream()
                .filter(table -> !database.access(table.relation()).schemaUsage())
                .map(table -> Words.name(table.id().schema()))
                .distinct()
                .forEach(schema -> report.refuse(
                        "Role " + role + " may not use schema " + schema + ".",
                        "Run GRANT USAGE ON SCHEMA " + schema + " TO " + role + "."));
    }

    static void privileges(CheckedDatabase database, Report report, String... needed) {
        String role = Words.name(database.server().role());
        for (PostgresTable table : database.realTables()) {
            List<String> lacking = database.access(table.relation()).lacking(needed);
            if (!lacking.isEmpty()) {
                String privileges = String.join(", ", lacking);
                report.refuse(
                        "Role " + role + " lacks " + privileges + " on " + Words.name(table.id()) + ".",
                        "Run GRANT " + privileges + " ON " + Words.name(table.id()) + " TO " + role + ".");
            }
        }
    }

    static void rowSecurity(CheckedDatabase database, Report report) {
        String role = Words.name(database.server().role());
        for (PostgresTable table : database.realTables()) {
            if (database.access(table.relation()).hiddenRows()) {
                report.refuse(
                        "Row level security on " + Words.name(table.id()) + " may hide rows from role " + role + ".",
                        "Run ALTER ROLE " + role + " BYPASSRLS.");
            }
        }
    }

    /** A subscription's apply worker writes past statement triggers, and so past every fence. */
    static void subscribed(CheckedDatabase database, Report report) throws SQLException {
        try (PreparedStatement statement = database.connection().prepareStatement(SUBSCRIBED)) {
            statement.setArray(1, database.connection().createArrayOf("oid", TableAccess.oids(database.realTables())));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    TableId table = new TableId(row.getString(1), row.getString(2));
                    String subscription = Words.name(row.getString(3));
                    report.refuse(
                            "Table " + Words.name(table) + " is written by subscription " + subscription
                                    + ", which no fence can stop.",
                            "Run DROP SUBSCRIPTION " + subscription
                                    + ", or take the table out of its publication and refresh it.");
                }
            }
        }
    }

    static Iterable<Relation> withLeaves(PostgresTable table) {
        return Stream.concat(Stream.of(table.relation()), table.leaves().stream())
                .toList();
    }

    static String subject(PostgresTable table, Relation relation) {
        return relation.equals(table.relation())
                ? "Table " + Words.name(table.id())
                : "Partition " + Words.name(relation.id()) + " of " + Words.name(table.id());
    }
}
