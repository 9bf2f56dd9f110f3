package dev.switchback.connectors.postgres;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import dev.switchback.transforms.schema.TableId;

/** Reads the partitions that hold rows, with what tells how they became partitions. As thread-safe as its connection. */
final class PartitionLeaves {

    /**
     * Tables, each with its partitions at every level: {@code tree (root, id, level)}. Parameter: the tables' oids.
     * pg_partition_tree would say as much, but waits for whoever has a partition locked.
     */
    static final String TREE =
            """
            WITH RECURSIVE tree AS (
              SELECT root, root AS id, 0 AS level FROM unnest(?) AS root
              UNION ALL
              SELECT tree.root, i.inhrelid, tree.level + 1
              FROM tree JOIN pg_class p ON p.oid = tree.id AND p.relkind = 'p'
                JOIN pg_inherits i ON i.inhparent = tree.id AND NOT i.inhdetachpending)
            """;

    /**
     * A relation's row type is made with it, in the same transaction; whoever makes it a partition writes the row of
     * pg_inherits. The two have one xmin if it was created as a partition, or at least in the same transaction.
     */
    private static final String LEAVES = TREE
            + """
            SELECT tree.root, c.oid AS leaf, n.nspname, c.relname, pg_relation_filenode(c.oid) AS filenode,
                   path.lineage, path.born, path.xids, path.commands,
                   (SELECT count(*) = 2 FROM pg_trigger g
                    WHERE g.tgrelid = c.oid AND g.tgname = ANY (?) AND g.tgenabled = 'A'
                      AND g.tgfoid = to_regprocedure(?)) AS guarded
            FROM tree
            JOIN pg_class r ON r.oid = tree.root AND r.relkind = 'p'
            LEFT JOIN pg_class c ON c.oid = tree.id AND c.relkind = 'r'
            LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
            LEFT JOIN LATERAL (
              SELECT string_agg(i.xmin::text, ' ' ORDER BY up.place) AS lineage, bool_and(i.xmin = t.xmin) AS born,
                     array_agg(i.xmin::text::int8) AS xids, array_agg(i.cmin::text::int8) AS commands
              FROM pg_partition_ancestors(c.oid) WITH ORDINALITY AS up (relid, place)
              JOIN pg_inherits i ON i.inhrelid = up.relid
              JOIN pg_type t ON t.typrelid = up.relid
              WHERE up.place <= tree.level) AS path ON c.oid IS NOT NULL
            ORDER BY tree.root, n.nspname, c.relname
            """;

    /**
     * A partition.
     *
     * @param name for people
     * @param filenode the file it lies in; its oid until it is truncated or rewritten
     * @param lineage the transactions that made it, and what stands between it and the root, partitions
     * @param born whether it was created in the transaction that made it a partition, and so were those in between
     * @param xids those transactions
     * @param commands which of each transaction's commands it was
     * @param guarded whether its TRUNCATE is reported
     */
    record Leaf(
            long oid,
            TableId id,
            String name,
            long filenode,
            String lineage,
            boolean born,
            List<Long> xids,
            List<Long> commands,
            boolean guarded) {}

    private final TruncateTriggers triggers;

    PartitionLeaves(TruncateTriggers triggers) {
        this.triggers = triggers;
    }

    /** By their root's oid; of those oids that are partitioned tables. */
    Map<Long, List<Leaf>> read(Connection connection, Collection<Long> roots) throws SQLException {
        Map<Long, List<Leaf>> leaves = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(LEAVES)) {
            statement.setArray(1, connection.createArrayOf("oid", roots.toArray()));
            statement.setArray(
                    2, connection.createArrayOf("name", triggers.triggers().toArray()));
            statement.setString(3, TruncateTriggers.FUNCTION + "()");
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    List<Leaf> ofRoot = leaves.computeIfAbsent(row.getLong("root"), root -> new ArrayList<>());
                    if (row.getLong("leaf") != 0) {
                        ofRoot.add(leaf(row));
                    }
                }
            }
        }
        return leaves;
    }

    /** Whether it holds a row that may have been there before it was a partition. */
    boolean brings(Connection connection, Leaf leaf) throws SQLException {
        String rows = "SELECT EXISTS (SELECT FROM ONLY " + Sql.name(leaf.id()) + " AS brought";
        String older = " WHERE EXISTS (SELECT FROM unnest(?::int8[], ?::int8[]) AS made (xid, command)"
                + " WHERE brought.xmin::text::int8 = made.xid AND brought.cmin::text::int8 < made.command)";
        try (PreparedStatement statement = connection.prepareStatement(rows + (leaf.born() ? older : "") + ")")) {
            if (leaf.born()) {
                statement.setArray(
                        1, connection.createArrayOf("int8", leaf.xids().toArray()));
                statement.setArray(
                        2, connection.createArrayOf("int8", leaf.commands().toArray()));
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static Leaf leaf(ResultSet row) throws SQLException {
        TableId id = new TableId(row.getString("nspname"), row.getString("relname"));
        return new Leaf(
                row.getLong("leaf"),
                id,
                Words.name(id),
                row.getLong("filenode"),
                row.getString("lineage"),
                row.getBoolean("born"),
                numbers(row.getArray("xids")),
                numbers(row.getArray("commands")),
                row.getBoolean("guarded"));
    }

    private static List<Long> numbers(Array array) throws SQLException {
        return List.of((Long[]) array.getArray());
    }
}
