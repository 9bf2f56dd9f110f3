package dev.switchback.connectors.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.switchback.connectors.postgres.PartitionLeaves.Leaf;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Notices what happens to captured tables without a word in the log: a table is dropped, or it or one of its partitions
 * made UNLOGGED, or altered so that the log does not name its rows by their key, or has no whole old rows where they are
 * needed; a column is dropped and added again, or the publication altered, see {@link TableMarks}; a partition is attached
 * with rows in it, detached, or dropped; one is truncated before it has the triggers that report this. It remembers the
 * partitions in {@code switchback.partition}, so that nothing is missed while capture is away, and gives new partitions
 * their {@link TruncateTriggers}. Each instance is used by one thread at a time.
 *
 * <p>A partition that is new may hold rows: those written since it became one are in the log, those that it brought are
 * not. It passes if it is empty, or if it was created as a partition and holds no row of an earlier command of that
 * transaction, and if it still has its first file, as it has not after a TRUNCATE. (What a partition brings that was
 * filled in a savepoint of the transaction that created and attached it, the catalogue cannot tell.)
 */
public final class TableWatch {

    private static final Logger LOG = LoggerFactory.getLogger(TableWatch.class);
    private static final String ANEW = "Start the migration anew, so that the table is copied as it is now; ";

    private static final String UNLOGGED = " was made UNLOGGED: its changes are not in the log any more.";
    private static final String ANONYMOUS = " was altered so that the log does not name its rows by their primary key"
            + " any more (its REPLICA IDENTITY, or the key itself).";

    /**
     * Whether the changes of a table, and of each of its partitions, are logged, whether its replica identity has all
     * columns of its primary key, and whether it is the whole row.
     */
    private static final String FITNESS = PartitionLeaves.TREE
            + """
            SELECT tree.root, c.oid = tree.root, quote_ident(n.nspname) || '.' || quote_ident(c.relname),
                   c.relpersistence = 'p' OR c.relkind = 'p', ARRAY(
                       SELECT a.attname::text FROM pg_index k JOIN pg_attribute a ON a.attrelid = k.indrelid
                       WHERE k.indrelid = c.oid AND k.indisprimary
                         AND a.attnum = ANY ((k.indkey::int2[])[0:k.indnkeyatts - 1])),
                   c.relreplident = 'f' OR c.relkind = 'f' OR EXISTS (
                       SELECT FROM pg_index k JOIN pg_index i ON i.indrelid = k.indrelid
                       WHERE k.indrelid = c.oid AND k.indisprimary
                         AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident END
                         AND (k.indkey::int2[])[0:k.indnkeyatts - 1] <@ i.indkey::int2[]),
                   c.relreplident = 'f' OR c.relkind = 'f'
            FROM tree JOIN pg_class c ON c.oid = tree.id AND (c.relkind <> 'p' OR c.oid = tree.root)
              JOIN pg_namespace n ON n.oid = c.relnamespace
            ORDER BY c.oid <> tree.root, 3""";

    private final PostgresConnections database;
    private final String migration;
    private final String publication;
    private final Map<TableId, Captured> captured;
    private final TruncateTriggers triggers;
    private final PartitionLeaves leaves;
    private String complaint = "";

    /** @param captured the tables as they were when their capture began; of those that are left out it knows nothing */
    public TableWatch(PostgresConnections database, Flow flow, Map<TableId, Captured> captured) {
        this.database = database;
        this.captured = Map.copyOf(captured);
        this.migration = flow.migration();
        this.publication = flow.slot();
        this.triggers = new TruncateTriggers(database, migration);
        this.leaves = new PartitionLeaves(triggers);
    }

    /**
     * A table as it was when its capture began.
     *
     * @param key the columns of its primary key
     * @param wholeOldRows whether its mapping needs the whole old rows that the log had then
     */
    public record Captured(List<String> key, TableMarks marks, boolean wholeOldRows) {}

    /** @param full whether old rows are logged whole */
    private record Fitness(boolean root, String name, boolean logged, Set<String> key, boolean named, boolean full) {

        boolean namesRows(@Nullable Captured captured) {
            return named && (!root || captured == null || key.equals(Set.copyOf(captured.key)));
        }

        boolean lacksOldRows(@Nullable Captured captured) {
            return captured != null && captured.wholeOldRows && !full;
        }

        boolean fit(@Nullable Captured captured) {
            return logged && namesRows(captured) && !lacksOldRows(captured);
        }
    }

    private record Remembered(String name, String lineage, long filenode, boolean guarded) {}

    /** For a capture that begins with a snapshot: what came and went before does not matter. */
    public void forget(Connection connection) throws SQLException {
        if (hasMemory(connection)) {
            try (PreparedStatement statement =
                    connection.prepareStatement("DELETE FROM switchback.partition WHERE migration = ?")) {
                statement.setString(1, migration);
                statement.executeUpdate();
            }
        }
    }

    /**
     * Looks once, and neither waits for locks of partitions nor writes anything; another thread may look meanwhile.
     *
     * @param tables the captured tables, with the oids that they had when their capture began
     * @return what rows came or went without a word in the log; it is found again at each look
     */
    public List<Problem> glance(Connection connection, Map<TableId, Long> tables) throws SQLException {
        List<Problem> problems = unfit(connection, tables);
        // Ahead of the partitions: what comes between, and is remembered by then, would seem to be gone.
        Map<Long, Map<Long, Remembered>> remembered =
                hasMemory(connection) ? remembered(connection, tables.values()) : Map.of();
        if (!remembered.isEmpty()) {
            Map<Long, List<Leaf>> found = leaves.read(connection, remembered.keySet());
            for (Map.Entry<Long, List<Leaf>> root : found.entrySet()) {
                problems.addAll(compare(
                        connection, root.getValue(), remembered.getOrDefault(root.getKey(), Map.of()), root.getKey()));
            }
        }
        return problems;
    }

    /**
     * Looks once; the first look at a partitioned table remembers its partitions as they are. New ones get their triggers.
     *
     * @param tables the captured tables, with the oids that they had when their capture began
     * @return what rows came or went without a word in the log; it is found again at each look
     */
    public List<Problem> look(Connection connection, Map<TableId, Long> tables) throws SQLException {
        List<Problem> problems = unfit(connection, tables);
        Map<Long, List<Leaf>> found = leaves.read(connection, tables.values());
        if (found.isEmpty() || !hasMemory(connection)) {
            return problems;
        }
        List<Long> unguarded = found.values().stream()
                .flatMap(List::stream)
                .filter(leaf -> !leaf.guarded())
                .map(Leaf::oid)
                .toList();
        if (!unguarded.isEmpty()) {
            rememberUnguarded(connection, unguarded);
            if (guard(tables.keySet())) {
                found = leaves.read(connection, tables.values());
            }
        }
        Map<Long, Map<Long, Remembered>> remembered = remembered(connection, found.keySet());
        for (Map.Entry<Long, List<Leaf>> root : found.entrySet()) {
            Map<Long, Remembered> before = remembered.getOrDefault(root.getKey(), Map.of());
            List<Problem> lost = compare(connection, root.getValue(), before, root.getKey());
            problems.addAll(lost);
            if (lost.isEmpty()) {
                remember(connection, root.getKey(), root.getValue(), before);
            }
        }
        return problems;
    }

    /** The memory comes with schema {@code switchback}, which every running migration has. */
    private static boolean hasMemory(Connection connection) throws SQLException {
        try (PreparedStatement statement =
                        connection.prepareStatement("SELECT to_regclass('switchback.partition') IS NOT NULL");
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private boolean guard(Collection<TableId> tables) {
        try {
            triggers.ensure(tables);
            return true;
        } catch (ProblemException failure) {
            // Its file tells of a TRUNCATE, too, if not when: the next look compares it.
            String now = String.valueOf(failure.getMessage());
            if (!now.equals(complaint)) {
                LOG.warn("A partition has no triggers yet that report its TRUNCATE: {}", now);
            }
            complaint = now;
            return false;
        }
    }

    private List<Problem> unfit(Connection connection, Map<TableId, Long> tables) throws SQLException {
        Map<Long, List<Fitness>> found = fitness(connection, tables.values());
        Map<Long, TableMarks> marks = TableMarks.read(connection, tables.values(), publication);
        List<Problem> problems = new ArrayList<>();
        tables.forEach((table, oid) -> {
            Captured before = captured.get(table);
            if (!found.containsKey(oid)) {
                problems.add(refused(
                        "The table " + Words.name(table) + " was dropped, and the log does not say so.",
                        "Take it out of the migration file, or start the migration anew if it was created again."));
                return;
            }
            Optional<Fitness> unfit =
                    found.get(oid).stream().filter(now -> !now.fit(before)).findFirst();
            if (unfit.isPresent()) {
                problems.add(unfit(table, before, unfit.get()));
                return;
            }
            TableMarks now = marks.get(oid);
            if (before != null && now != null) {
                before.marks
                        .changesTo(now)
                        .forEach(change -> problems.add(refused(
                                "The table " + Words.name(table) + " " + change + ".",
                                "Start the migration anew, so that the table is copied as it is now.")));
            }
        });
        return problems;
    }

    private Problem unfit(TableId table, @Nullable Captured before, Fitness now) {
        String what = "The " + (now.root ? "table " : "partition ") + now.name;
        if (!now.logged || !now.namesRows(before)) {
            return refused(
                    what + (now.logged ? ANONYMOUS : UNLOGGED),
                    "Undo that, and start the migration anew, so that what the log lacks is copied.");
        }
        return refused(
                what + " does not have REPLICA IDENTITY FULL, as all of " + Words.name(table)
                        + " had when the migration began: its log has no whole old rows, which the mapping needs.",
                "ALTER TABLE " + now.name + " REPLICA IDENTITY FULL; if rows of it were updated or deleted before that,"
                        + " start the migration anew. (Alter a new partition in the transaction that creates it.)");
    }

    /** Of each table first, then of its partitions. */
    private static Map<Long, List<Fitness>> fitness(Connection connection, Collection<Long> tables)
            throws SQLException {
        Map<Long, List<Fitness>> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(FITNESS)) {
            statement.setArray(1, connection.createArrayOf("oid", tables.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    Set<String> key = Set.of((String[]) row.getArray(5).getArray());
                    found.computeIfAbsent(row.getLong(1), table -> new ArrayList<>())
                            .add(new Fitness(
                                    row.getBoolean(2),
                                    row.getString(3),
                                    row.getBoolean(4),
                                    key,
                                    row.getBoolean(6),
                                    row.getBoolean(7)));
                }
            }
        }
        return found;
    }

    /** @param remembered the root itself among them, unless it was never looked at */
    private List<Problem> compare(Connection connection, List<Leaf> now, Map<Long, Remembered> remembered, long root)
            throws SQLException {
        List<Problem> problems = new ArrayList<>();
        if (!remembered.containsKey(root)) {
            return problems;
        }
        Map<Long, Remembered> gone = new LinkedHashMap<>(remembered);
        gone.remove(root);
        for (Leaf leaf : now) {
            Remembered before = gone.remove(leaf.oid());
            String lost = before == null ? brought(connection, leaf) : changed(before, leaf);
            if (lost != null) {
                problems.add(
                        refused(lost, ANEW + "until it is over, create partitions with CREATE TABLE … PARTITION OF."));
            }
        }
        for (Remembered leaf : gone.values()) {
            problems.add(refused(
                    "The partition " + leaf.name
                            + " was detached or dropped, and the log does not say which rows went with" + " it.",
                    ANEW + "until it is over, remove a partition's rows with DELETE and leave it attached."));
        }
        return problems;
    }

    private static Remembered asRemembered(Leaf leaf) {
        return new Remembered(leaf.name(), leaf.lineage(), leaf.filenode(), leaf.guarded());
    }

    /** Why a partition that is new may have brought or lost rows; null when it has not. */
    private @Nullable String brought(Connection connection, Leaf leaf) throws SQLException {
        if (leaf.filenode() != leaf.oid()) {
            return "The partition " + leaf.name()
                    + " is new and was truncated or rewritten before it was noticed, so that"
                    + " the log may not hold what it holds.";
        }
        try {
            return leaves.brings(connection, leaf)
                    ? "The partition " + leaf.name()
                            + " was attached with rows in it, which the log does not hold, or written to before it was"
                            + " noticed."
                    : null;
        } catch (SQLException failure) {
            if ("42501".equals(failure.getSQLState())) {
                return "The partition " + leaf.name() + " is new, and this role may not look whether it brought rows ("
                        + failure.getMessage() + ").";
            }
            throw failure;
        }
    }

    private static @Nullable String changed(Remembered before, Leaf leaf) {
        if (!before.lineage.equals(leaf.lineage())) {
            return "The partition " + leaf.name() + " was detached and attached again, and the log does not hold what"
                    + " happened in between.";
        }
        if (before.filenode != leaf.filenode() && !(before.guarded && leaf.guarded())) {
            return "The partition " + leaf.name()
                    + " was truncated or rewritten while it had no triggers that report it.";
        }
        return null;
    }

    /** By the root's oid; of those that were looked at. */
    private Map<Long, Map<Long, Remembered>> remembered(Connection connection, Collection<Long> roots)
            throws SQLException {
        String sql = "SELECT root, leaf, name, lineage, filenode, guarded FROM switchback.partition"
                + " WHERE migration = ? AND root = ANY (?) ORDER BY name";
        Map<Long, Map<Long, Remembered>> remembered = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.setArray(2, connection.createArrayOf("int8", roots.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    remembered
                            .computeIfAbsent(row.getLong(1), root -> new LinkedHashMap<>())
                            .put(
                                    row.getLong(2),
                                    new Remembered(
                                            row.getString(3), row.getString(4), row.getLong(5), row.getBoolean(6)));
                }
            }
        }
        return remembered;
    }

    /** Before they get their triggers: what happened to them until then is told by their files alone, at every look. */
    private void rememberUnguarded(Connection connection, List<Long> oids) throws SQLException {
        String sql =
                "UPDATE switchback.partition SET guarded = false WHERE migration = ? AND leaf = ANY (?) AND guarded";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.setArray(2, connection.createArrayOf("int8", oids.toArray()));
            statement.executeUpdate();
        }
    }

    private void remember(Connection connection, long root, List<Leaf> leaves, Map<Long, Remembered> before)
            throws SQLException {
        for (Leaf leaf : leaves) {
            Remembered now = asRemembered(leaf);
            if (!now.equals(before.get(leaf.oid()))) {
                remember(connection, root, leaf.oid(), now);
            }
        }
        if (!before.containsKey(root)) {
            remember(connection, root, root, new Remembered("", "", 0, true));
        }
    }

    private void remember(Connection connection, long root, long leaf, Remembered what) throws SQLException {
        String sql = "INSERT INTO switchback.partition (migration, root, leaf, name, lineage, filenode, guarded)"
                + " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (migration, root, leaf) DO UPDATE SET"
                + " name = excluded.name, lineage = excluded.lineage, filenode = excluded.filenode,"
                + " guarded = excluded.guarded";
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, migration);
            statement.setLong(2, root);
            statement.setLong(3, leaf);
            statement.setString(4, what.name);
            statement.setString(5, what.lineage);
            statement.setLong(6, what.filenode);
            statement.setBoolean(7, what.guarded);
            statement.executeUpdate();
        }
    }

    private Problem refused(String what, String remedy) {
        return new Problem(Kind.REFUSED, database.where(), what, remedy);
    }
}
