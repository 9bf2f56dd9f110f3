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
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable.Persistence;
import dev.switchback.connectors.postgres.PostgresTable.Relation;
import dev.switchback.connectors.postgres.PostgresTable.RelationKind;
import dev.switchback.connectors.postgres.PostgresTable.ReplicaIdentity;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Reads what tables look like. Needs no privilege on them: the catalogue is open to every role. As thread-safe as its
 * connection; sees what the connection's transaction sees, and leaves session and transaction as they were.
 */
public final class PostgresCatalog {

    /**
     * The index by which updates and deletes name their row is found as PostgreSQL's {@code RelationGetIndexList} does:
     * an invalid, deferrable or partial one does not count.
     */
    private static final String RELATIONS =
            """
            SELECT c.oid, n.nspname, c.relname, c.relkind, c.relpersistence, c.relreplident,
                   pg_get_userbyid(c.relowner) AS owner,
                   CASE WHEN c.reltuples < 0 THEN pg_stat_get_live_tuples(c.oid) ELSE c.reltuples::bigint END AS estimate,
                   c.relkind <> 'p' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = c.oid) AS has_children,
                   (SELECT array_agg(a.attname::text ORDER BY k.place)
                    FROM pg_index i
                    CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
                    JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
                    WHERE i.indrelid = c.oid AND k.place <= i.indnkeyatts
                      AND i.indisvalid AND i.indisunique AND i.indimmediate AND i.indpred IS NULL
                      AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END
                   ) AS identity_columns
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            """;

    private static final String COLUMNS =
            """
            SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod, format_type(a.atttypid, a.atttypmod) AS declaration,
                   NOT (a.attnotnull OR t.typnotnull) AS nullable,
                   a.atthasdef OR a.attidentity <> '' OR t.typdefault IS NOT NULL AS has_default,
                   a.attidentity, a.attgenerated, t.typstorage <> 'p' AS toastable
            FROM pg_attribute a
            JOIN pg_type t ON t.oid = a.atttypid
            WHERE a.attrelid = ANY (?) AND a.attnum > 0 AND NOT a.attisdropped
            ORDER BY a.attrelid, a.attnum
            """;

    private static final String KEYS =
            """
            SELECT i.indrelid, c.relname AS name, NOT i.indimmediate AS deferrable, array_agg(a.attname::text ORDER BY k.place) AS columns
            FROM pg_index i
            JOIN pg_class c ON c.oid = i.indexrelid
            CROSS JOIN LATERAL unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place)
            JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attnum
            WHERE i.indrelid = ANY (?) AND i.indisprimary AND i.indisvalid AND NOT i.indisexclusion
              AND k.place <= i.indnkeyatts
            GROUP BY i.indrelid, i.indimmediate, c.relname
            """;

    private final Connection connection;

    public PostgresCatalog(Connection connection) {
        this.connection = connection;
    }

    /** Those of the tables (or views, or whatever has such a name) that exist, in the given order. */
    public Map<TableId, PostgresTable> tables(Collection<TableId> ids) throws SQLException {
        return PlainNames.read(connection, () -> {
            List<Found> found = find(ids);
            Long[] oids = found.stream().map(each -> each.relation.oid()).toArray(Long[]::new);
            Map<Long, List<FoundColumn>> columns = columns(oids);
            Map<Long, Key> keys = keys(oids);
            Map<Long, List<Relation>> leaves = leaves(oids);
            TypeGraph types = TypeGraph.read(
                    connection, columns.values().stream().flatMap(List::stream).map(each -> each.typeOid));
            Map<TableId, PostgresTable> tables = new LinkedHashMap<>();
            for (Found each : found) {
                long oid = each.relation.oid();
                List<FoundColumn> itsColumns = columns.getOrDefault(oid, List.of());
                Key key = keys.getOrDefault(oid, Key.NONE);
                tables.put(
                        each.relation.id(),
                        new PostgresTable(
                                each.relation,
                                schema(each.relation.id(), itsColumns, key, types),
                                key.name,
                                key.deferrable,
                                leaves.getOrDefault(oid, List.of()),
                                each.hasChildren,
                                types(itsColumns, types)));
            }
            return tables;
        });
    }

    /** The sets of columns of which no two rows of the table ever have the same values, its primary key among them. */
    public List<Set<String>> uniqueKeys(PostgresTable table) throws SQLException {
        return UniqueKeys.of(connection, List.of(table))
                .getOrDefault(table.relation().oid(), List.of());
    }

    public Optional<PostgresTable> table(TableId id) throws SQLException {
        return Optional.ofNullable(tables(List.of(id)).get(id));
    }

    /** The tables whose names are likely to be meant by one that does not exist, the likeliest first; at most three. */
    public List<TableId> near(TableId missing) throws SQLException {
        String sql = "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
                + " WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f')"
                + " AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'switchback')";
        List<TableId> all = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                all.add(new TableId(rows.getString(1), rows.getString(2)));
            }
        }
        return NearNames.of(missing, all);
    }

    private record Found(Relation relation, boolean hasChildren) {}

    private record Key(String name, List<String> columns, boolean deferrable) {
        static final Key NONE = new Key("", List.of(), false);
    }

    private record FoundColumn(Column column, long typeOid, int modifier) {}

    private static TableSchema schema(TableId id, List<FoundColumn> found, Key key, TypeGraph types) {
        List<Column> columns = new ArrayList<>();
        for (FoundColumn each : found) {
            Column column = each.column;
            PostgresType type = types.type(each.typeOid, each.modifier);
            ColumnType known = column.type();
            columns.add(new Column(
                    column.name(),
                    new ColumnType(type.name(), known.declaration(), type.carrier(), known.toastable()),
                    column.nullable(),
                    column.hasDefault(),
                    column.generation()));
        }
        return new TableSchema(id, columns, key.columns);
    }

    private static Map<String, PostgresType> types(List<FoundColumn> columns, TypeGraph types) {
        return columns.stream()
                .collect(Collectors.toMap(each -> each.column.name(), each -> types.type(each.typeOid, each.modifier)));
    }

    private List<Found> find(Collection<TableId> ids) throws SQLException {
        String sql = RELATIONS
                + " JOIN unnest(?::text[], ?::text[]) WITH ORDINALITY AS wanted (schema, name, place)"
                + " ON wanted.schema = n.nspname AND wanted.name = c.relname ORDER BY wanted.place";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, texts(ids.stream().map(TableId::schema).toArray(String[]::new)));
            statement.setArray(2, texts(ids.stream().map(TableId::name).toArray(String[]::new)));
            List<Found> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(found(row));
                }
            }
            return found;
        }
    }

    private Map<Long, List<Relation>> leaves(Long[] roots) throws SQLException {
        Map<Long, List<Relation>> leaves = new LinkedHashMap<>();
        String sql = "SELECT part.root, leaf.* FROM (SELECT root, tree.relid FROM pg_class r, unnest(?::oid[]) AS root"
                + ", LATERAL pg_partition_tree(root::regclass) AS tree"
                + " WHERE r.oid = root AND r.relkind = 'p' AND tree.isleaf) AS part"
                + " JOIN (" + RELATIONS + ") AS leaf ON leaf.oid = part.relid ORDER BY leaf.nspname, leaf.relname";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("oid", roots));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    leaves.computeIfAbsent(row.getLong("root"), root -> new ArrayList<>())
                            .add(found(row).relation);
                }
            }
        }
        return leaves;
    }

    private static Found found(ResultSet row) throws SQLException {
        Relation relation = new Relation(
                row.getLong("oid"),
                new TableId(row.getString("nspname"), row.getString("relname")),
                RelationKind.of(row.getString("relkind")),
                Persistence.of(row.getString("relpersistence")),
                ReplicaIdentity.of(row.getString("relreplident")),
                strings(row.getArray("identity_columns")),
                row.getString("owner"),
                row.getLong("estimate"));
        return new Found(relation, row.getBoolean("has_children"));
    }

    private Map<Long, List<FoundColumn>> columns(Long[] oids) throws SQLException {
        Map<Long, List<FoundColumn>> columns = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.computeIfAbsent(row.getLong("attrelid"), oid -> new ArrayList<>())
                            .add(column(row));
                }
            }
        }
        return columns;
    }

    private static FoundColumn column(ResultSet row) throws SQLException {
        String declaration = row.getString("declaration");
        ColumnType type = new ColumnType(declaration, declaration, Carrier.TEXT, row.getBoolean("toastable"));
        Column column = new Column(
                row.getString("attname"),
                type,
                row.getBoolean("nullable"),
                row.getBoolean("has_default"),
                generation(row.getString("attidentity"), row.getString("attgenerated")));
        return new FoundColumn(column, row.getLong("atttypid"), row.getInt("atttypmod"));
    }

    private Map<Long, Key> keys(Long[] oids) throws SQLException {
        Map<Long, Key> keys = new LinkedHashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    keys.put(
                            row.getLong("indrelid"),
                            new Key(
                                    row.getString("name"),
                                    strings(row.getArray("columns")),
                                    row.getBoolean("deferrable")));
                }
            }
        }
        return keys;
    }

    private Array texts(String[] values) throws SQLException {
        return connection.createArrayOf("text", values);
    }

    static List<String> strings(@Nullable Array array) throws SQLException {
        return array == null ? List.of() : List.of((String[]) array.getArray());
    }

    private static Generation generation(String identity, String generated) {
        if (!generated.isEmpty()) {
            return Generation.STORED;
        }
        return switch (identity) {
            case "a" -> Generation.IDENTITY_ALWAYS;
            case "d" -> Generation.IDENTITY_BY_DEFAULT;
            default -> Generation.NONE;
        };
    }
}
