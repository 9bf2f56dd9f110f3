package dev.switchback.connectors.postgres;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A table with what PostgreSQL alone knows about it.
 *
 * @param schema its columns, and its primary key even where that is deferrable
 * @param keyName the primary key's constraint; empty where there is none
 * @param keyDeferrable whether the primary key is checked only later than each statement
 * @param leaves the partitions that hold its rows, at any depth; empty for a table that is not partitioned
 * @param hasChildren whether tables inherit from it other than as partitions
 * @param types each column's type in full, by column name
 */
public record PostgresTable(
        Relation relation,
        TableSchema schema,
        String keyName,
        boolean keyDeferrable,
        List<Relation> leaves,
        boolean hasChildren,
        Map<String, PostgresType> types) {

    public PostgresTable {
        leaves = List.copyOf(leaves);
        types = Map.copyOf(types);
    }

    public TableId id() {
        return relation.id();
    }

    /** A column's type in full. */
    public PostgresType type(String column) {
        PostgresType type = types.get(column);
        if (type == null) {
            throw new IllegalArgumentException(id() + " has no column " + column);
        }
        return type;
    }

    public boolean partitioned() {
        return relation.kind() == RelationKind.PARTITIONED_TABLE;
    }

    /** Whether its log, and that of each partition, has the whole old row of an update or delete. */
    public boolean logsOldRows() {
        return Stream.concat(Stream.of(relation), leaves.stream())
                .allMatch(each -> each.identity() == ReplicaIdentity.FULL);
    }

    /** The statistics' estimate, over all partitions; 0 where there is none yet. */
    public long estimatedRows() {
        return partitioned()
                ? leaves.stream().mapToLong(Relation::estimatedRows).sum()
                : relation.estimatedRows();
    }

    /** What {@code pg_class.relkind} distinguishes, as far as a name may stand for it. */
    public enum RelationKind {
        TABLE("a table"),
        PARTITIONED_TABLE("a partitioned table"),
        VIEW("a view"),
        MATERIALIZED_VIEW("a materialized view"),
        FOREIGN_TABLE("a foreign table"),
        SEQUENCE("a sequence"),
        OTHER("no table");

        private final String words;

        RelationKind(String words) {
            this.words = words;
        }

        static RelationKind of(String relkind) {
            return switch (relkind) {
                case "r" -> TABLE;
                case "p" -> PARTITIONED_TABLE;
                case "v" -> VIEW;
                case "m" -> MATERIALIZED_VIEW;
                case "f" -> FOREIGN_TABLE;
                case "S" -> SEQUENCE;
                default -> OTHER;
            };
        }

        @Override
        public String toString() {
            return words;
        }
    }

    /** {@code pg_class.relpersistence}. */
    public enum Persistence {
        PERMANENT,
        UNLOGGED,
        TEMPORARY;

        static Persistence of(String relpersistence) {
            return switch (relpersistence) {
                case "u" -> UNLOGGED;
                case "t" -> TEMPORARY;
                default -> PERMANENT;
            };
        }
    }

    /** {@code pg_class.relreplident}. */
    public enum ReplicaIdentity {
        DEFAULT,
        NOTHING,
        FULL,
        INDEX;

        static ReplicaIdentity of(String relreplident) {
            return switch (relreplident) {
                case "n" -> NOTHING;
                case "f" -> FULL;
                case "i" -> INDEX;
                default -> DEFAULT;
            };
        }
    }

    /**
     * One relation in the catalogue.
     *
     * @param identityColumns the columns by which an update or delete names its row in the log: those of the index that
     *     the replica identity leads to, if that index may serve; empty if none may, and for FULL
     * @param owner the role that owns it
     * @param estimatedRows of this relation alone
     */
    public record Relation(
            long oid,
            TableId id,
            RelationKind kind,
            Persistence persistence,
            ReplicaIdentity identity,
            List<String> identityColumns,
            String owner,
            long estimatedRows) {

        public Relation {
            identityColumns = List.copyOf(identityColumns);
        }
    }
}
