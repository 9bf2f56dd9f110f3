package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresType.Kind;

/** Types and, transitively, the types they are made of, read in one query. */
final class TypeGraph {

    /**
     * A modifier of -1 rather than NULL: {@code character} and {@code bit} would mean a length of one, and a cast to
     * them would truncate; {@code bpchar} and {@code "bit"} have no length.
     */
    private static final String TYPES =
            """
            WITH RECURSIVE needed (oid, inner_oid) AS (
                SELECT t.oid, made_of.oid FROM unnest(?::oid[]) AS t (oid), LATERAL (%1$s) AS made_of
              UNION
                SELECT t.inner_oid, made_of.oid FROM needed AS t, LATERAL (%2$s) AS made_of WHERE t.inner_oid <> 0
            )
            SELECT t.oid, n.inner_oid, format_type(t.oid, -1) AS name, t.typtype, t.typtypmod, e.extname,
                   (SELECT array_agg(l.enumlabel::text ORDER BY l.enumsortorder)
                    FROM pg_enum l WHERE l.enumtypid = t.oid) AS labels
            FROM needed n
            JOIN pg_type t ON t.oid = n.oid
            LEFT JOIN pg_depend d ON d.classid = 'pg_type'::regclass AND d.objid = t.oid AND d.deptype = 'e'
            LEFT JOIN pg_extension e ON e.oid = d.refobjid
            """
                    .formatted(madeOf("t.oid"), madeOf("t.inner_oid"));

    private record Node(
            String name,
            String typtype,
            long inner,
            int domainModifier,
            @Nullable String extension,
            List<String> labels) {}

    private final Map<Long, Node> nodes = new HashMap<>();

    private TypeGraph() {}

    static TypeGraph read(Connection connection, Stream<Long> oids) throws SQLException {
        TypeGraph graph = new TypeGraph();
        try (PreparedStatement statement = connection.prepareStatement(TYPES)) {
            statement.setArray(
                    1, connection.createArrayOf("oid", oids.distinct().toArray(Long[]::new)));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    graph.nodes.put(row.getLong("oid"), node(row));
                }
            }
        }
        return graph;
    }

    /** A type as a column (or whatever is made of it) uses it, with that use's modifier. */
    PostgresType type(long oid, int modifier) {
        Node node = nodes.get(oid);
        if (node == null) {
            throw new IllegalStateException("type " + oid + " vanished while it was read");
        }
        Kind kind = kind(node);
        PostgresType inner =
                switch (kind) {
                    case ARRAY -> type(node.inner, modifier);
                    case DOMAIN -> type(node.inner, node.domainModifier);
                    case RANGE -> type(node.inner, -1);
                    default -> null;
                };
        return new PostgresType(node.name, kind, node.extension, inner, modifier, node.labels);
    }

    private static Node node(ResultSet row) throws SQLException {
        return new Node(
                row.getString("name"),
                row.getString("typtype"),
                row.getLong("inner_oid"),
                row.getInt("typtypmod"),
                row.getString("extname"),
                PostgresCatalog.strings(row.getArray("labels")));
    }

    private static Kind kind(Node node) {
        return switch (node.typtype) {
            case "b" -> node.inner == 0 ? Kind.BASE : Kind.ARRAY;
            case "e" -> Kind.ENUM;
            case "d" -> Kind.DOMAIN;
            case "r" -> Kind.RANGE;
            case "m" -> Kind.MULTIRANGE;
            case "c" -> Kind.COMPOSITE;
            default -> Kind.PSEUDO;
        };
    }

    /** The type another is made of; 0 for none. Types such as {@code point} have an element too, but are no arrays. */
    private static String madeOf(String oid) {
        return "SELECT coalesce((SELECT CASE x.typtype WHEN 'd' THEN x.typbasetype"
                + " WHEN 'r' THEN (SELECT r.rngsubtype FROM pg_range r WHERE r.rngtypid = x.oid)"
                + " WHEN 'b' THEN (SELECT el.oid FROM pg_type el WHERE el.oid = x.typelem AND el.typarray = x.oid) END"
                + " FROM pg_type x WHERE x.oid = " + oid + "), 0) AS oid";
    }
}
