package dev.switchback.connectors.postgres.fence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

import dev.switchback.connectors.postgres.Sql;
import dev.switchback.transforms.schema.TableId;

/**
 * A role's privilege to write to a relation, as somebody has granted it.
 *
 * @param column empty for the whole relation
 * @param role {@link #PUBLIC} for everybody
 * @param privilege INSERT, UPDATE, DELETE or TRUNCATE
 * @param grantable whether it may be passed on
 * @param grantor who granted it
 * @param owner who owns the relation
 */
record WritePrivilege(
        TableId relation,
        String column,
        String role,
        String privilege,
        boolean grantable,
        String grantor,
        String owner) {

    /** No role can have this name. */
    static final String PUBLIC = "public";

    static final String ALL = "INSERT, UPDATE, DELETE, TRUNCATE";

    private static final String GRANTED =
            """
            SELECT n.nspname, c.relname, a.attname, CASE a.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(a.grantee) END,
                   a.privilege_type, a.is_grantable, pg_get_userbyid(a.grantor), pg_get_userbyid(c.relowner)
            FROM pg_class c
            JOIN pg_namespace n ON n.oid = c.relnamespace
            CROSS JOIN LATERAL (
              SELECT ''::name AS attname, e.* FROM aclexplode(c.relacl) AS e
              UNION ALL
              SELECT t.attname, e.* FROM pg_attribute t, aclexplode(t.attacl) AS e
              WHERE t.attrelid = c.oid AND NOT t.attisdropped) a
            WHERE c.oid = ANY (?) AND a.grantee <> c.relowner
              AND a.privilege_type IN ('INSERT', 'UPDATE', 'DELETE', 'TRUNCATE')
            ORDER BY 1, 2, 3, 4, 5, 7
            """;

    /** All that anybody has but the owners, whose rights need no grant. */
    static List<WritePrivilege> of(Connection connection, Collection<FencedRelation> relations) throws SQLException {
        List<WritePrivilege> found = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(GRANTED)) {
            Long[] oids = relations.stream().map(FencedRelation::oid).toArray(Long[]::new);
            statement.setArray(1, connection.createArrayOf("oid", oids));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(new WritePrivilege(
                            new TableId(row.getString(1), row.getString(2)),
                            row.getString(3),
                            row.getString(4),
                            row.getString(5),
                            row.getBoolean(6),
                            row.getString(7),
                            row.getString(8)));
                }
            }
        }
        return found;
    }

    String grant() {
        return "GRANT " + privilege + (column.isEmpty() ? "" : " (" + Sql.name(column) + ")") + " ON TABLE "
                + Sql.name(relation) + " TO " + sqlRole(role) + (grantable ? " WITH GRANT OPTION" : "");
    }

    /** Takes every one of these privileges from a role, those on single columns too. */
    static String revoke(FencedRelation from, String role) {
        return "REVOKE " + ALL + " ON TABLE " + from.sql() + " FROM " + sqlRole(role);
    }

    private static String sqlRole(String role) {
        return role.equals(PUBLIC) ? "PUBLIC" : Sql.name(role);
    }
}
