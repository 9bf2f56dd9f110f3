package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the catalogue alone tells of a captured table, and what must stay as it was when its capture began: the log
 * describes a column that was dropped and added again as it did before, and says nothing of changes that a publication
 * left out for a while.
 *
 * @param columns their numbers, which are never given again
 * @param publication which publication publishes the table, and when it and its entry for the table were last written;
 *     empty where that is not known
 */
public record TableMarks(Map<String, Integer> columns, String publication) {

    /** Of a table of which nothing was remembered. */
    public static final TableMarks NONE = new TableMarks(Map.of(), "");

    private static final String SQL =
            """
            SELECT c.oid, a.attname, a.attnum, coalesce(p.oid || '.' || p.xmin || '/' || r.oid || '.' || r.xmin, '')
            FROM pg_class c
            JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
            LEFT JOIN pg_publication p ON p.pubname = ?
            LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid AND r.prrelid = c.oid
            WHERE c.oid = ANY (?)""";

    public TableMarks {
        columns = Map.copyOf(columns);
    }

    /** Those of each table as they are now, by oid; tables that are not there any more have none. */
    public static Map<Long, TableMarks> read(Connection connection, Collection<Long> tables, String publication)
            throws SQLException {
        Map<Long, Map<String, Integer>> columns = new HashMap<>();
        Map<Long, String> publications = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(SQL)) {
            statement.setString(1, publication);
            statement.setArray(2, connection.createArrayOf("oid", tables.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.computeIfAbsent(row.getLong(1), table -> new HashMap<>())
                            .put(row.getString(2), row.getInt(3));
                    publications.put(row.getLong(1), row.getString(4));
                }
            }
        }
        Map<Long, TableMarks> marks = new HashMap<>();
        columns.forEach((table, of) -> marks.put(table, new TableMarks(of, publications.getOrDefault(table, ""))));
        return marks;
    }

    /** What has happened to the table, in words that follow its name; empty where nothing has. */
    public List<String> changesTo(TableMarks now) {
        List<String> changes = new ArrayList<>();
        new TreeMap<>(columns).forEach((name, number) -> {
            if (!number.equals(now.columns.getOrDefault(name, number))) {
                changes.add("had its column " + name
                        + " dropped and added again: the log does not hold what that did to" + " its rows");
            }
        });
        if (!publication.isEmpty() && !publication.equals(now.publication)) {
            changes.add("was taken out of its publication, or that was altered or created again: changes may be missing"
                    + " in between");
        }
        return changes;
    }
}
