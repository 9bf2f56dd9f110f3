package dev.switchback.connectors.postgres;

import java.nio.ByteBuffer;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.HeldChange;
import dev.switchback.connectors.spi.InputChange;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.transforms.schema.TableId;

/** The held changes of one flow in {@code switchback.held}. Not thread-safe. Leaves the transaction open. */
final class HeldQueue {

    /**
     * A change to hold.
     *
     * @param attempts how often it was tried; 0 for one that only waits behind another of its key
     */
    record Entry(HeldChange change, @Nullable String sqlstate, int attempts) {}

    /** Doubles from a quarter of a second to a minute. */
    private static final String BACKOFF = "least(60, 0.25 * 2.0 ^ least(%s, 10)) * interval '1 second'";

    private static final String OF_FLOW = "h.migration = ? AND h.direction = ?";
    private static final String OF_INPUTS =
            OF_FLOW + " AND (h.topic_id, h.partition) IN (SELECT * FROM unnest(?::text[], ?::int4[]))";
    private static final String OF_CHANGE = OF_FLOW + " AND h.topic_id = ? AND h.partition = ? AND h.\"offset\" = ?";
    private static final String EARLIER = "EXISTS (SELECT FROM switchback.held AS e WHERE e.migration = h.migration"
            + " AND e.direction = h.direction AND e.topic_id = h.topic_id AND e.partition = h.partition"
            + " AND e.queue = h.queue AND e.\"offset\" < h.\"offset\")";
    private static final String COLUMNS = "h.topic, h.topic_id, h.partition, h.\"offset\", h.source_key, h.value,"
            + " h.table_name, h.source_key_text, h.destination_key_text, h.reason";

    private static final String ADD = "INSERT INTO switchback.held (migration, direction, topic, topic_id, partition,"
            + " \"offset\", source_key, value, table_name, source_key_text, destination_key_text, reason, sqlstate,"
            + " attempts, retry_at)\n"
            + "SELECT ?, ?, a.*, clock_timestamp() + CASE a.attempts WHEN 0 THEN interval '0' ELSE "
            + BACKOFF.formatted("a.attempts") + " END\n"
            + "FROM unnest(?::text[], ?::text[], ?::int4[], ?::int8[], ?::bytea[], ?::bytea[], ?::text[], ?::text[],"
            + " ?::text[], ?::text[], ?::text[], ?::int4[])\n"
            + "AS a (topic, topic_id, partition, \"offset\", source_key, value, table_name, source_key_text,"
            + " destination_key_text, reason, sqlstate, attempts)";

    private static final String ALL = "SELECT " + COLUMNS + " FROM switchback.held AS h WHERE " + OF_INPUTS
            + " ORDER BY h.topic_id, h.partition," + " h.\"offset\"";
    private static final String KEYS = "SELECT DISTINCT ON (h.topic_id, h.partition, h.queue) h.topic, h.topic_id,"
            + " h.partition, h.\"offset\", h.source_key FROM switchback.held AS h WHERE " + OF_INPUTS;
    private static final String DUE = "SELECT " + COLUMNS + " FROM switchback.held AS h WHERE " + OF_INPUTS
            + " AND h.retry_at <= clock_timestamp() AND NOT " + EARLIER + " ORDER BY h.retry_at LIMIT 500";

    private static final String LOCK =
            "SELECT " + EARLIER + " FROM switchback.held AS h WHERE " + OF_CHANGE + " FOR UPDATE OF h";
    private static final String LOCK_FIRST = "SELECT " + COLUMNS + " FROM switchback.held AS h WHERE " + OF_FLOW
            + " AND (h.topic_id, h.partition, h.\"offset\") IN (SELECT * FROM unnest(?::text[], ?::int4[], ?::int8[]))"
            + " AND NOT " + EARLIER + " FOR UPDATE OF h SKIP LOCKED";

    /** {@code unique_violation} and {@code exclusion_violation}. */
    private static final String TAKEN = "sqlstate IN ('23505', '23P01')";

    private static final String RIVALS = "SELECT " + COLUMNS + " FROM switchback.held AS h WHERE h." + TAKEN
            + " AND h.migration = ? AND h.direction = ? AND h.table_name = (SELECT r.table_name FROM switchback.held AS r"
            + " WHERE r." + TAKEN + " AND r.migration = h.migration AND r.direction = h.direction AND r.topic_id = ?"
            + " AND r.partition = ? AND r.\"offset\" = ?) AND (h.topic_id, h.partition, h.\"offset\") <> (?, ?, ?)"
            + " AND NOT " + EARLIER + " ORDER BY h.topic_id, h.partition, h.\"offset\" LIMIT 100";
    private static final String POSTPONE = "UPDATE switchback.held AS h SET reason = ?, sqlstate = ?,"
            + " attempts = h.attempts + 1, retry_at = clock_timestamp() + "
            + BACKOFF.formatted("h.attempts + 1") + " WHERE " + OF_CHANGE;
    private static final String OF_QUEUE = OF_FLOW + " AND h.topic_id = ? AND h.partition = ? AND h.queue ="
            + " (SELECT q.queue FROM switchback.held AS q WHERE q.migration = h.migration AND q.direction = h.direction"
            + " AND q.topic_id = h.topic_id AND q.partition = h.partition AND q.\"offset\" = ?)";
    private static final String BEHIND = "SELECT " + COLUMNS + " FROM switchback.held AS h WHERE " + OF_QUEUE
            + " AND h.\"offset\" > ? ORDER BY h.\"offset\"";
    private static final String SUPERSEDE_EARLIER = "WITH superseded AS (DELETE FROM switchback.held AS h WHERE "
            + OF_QUEUE + " AND h.\"offset\" < ? RETURNING h.*) " + HeldChanges.RECORD_DISCARD.formatted("superseded");
    private static final String REMOVE = "DELETE FROM switchback.held AS h WHERE " + OF_CHANGE;

    /** What comes before a TRUNCATE of the source is gone by it, whatever it was. */
    private static final String SUPERSEDE = "WITH superseded AS (DELETE FROM switchback.held AS h WHERE " + OF_FLOW
            + " AND h.table_name = ? RETURNING h.*) " + HeldChanges.RECORD_DISCARD.formatted("superseded");

    private final Flow flow;

    HeldQueue(Flow flow) {
        this.flow = flow;
    }

    void add(Connection connection, List<Entry> entries) throws SQLException {
        if (entries.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(ADD)) {
            int next = bindFlow(statement, 1);
            next = bind(statement, next, "text", String[]::new, entries, entry -> input(entry)
                    .topic());
            next = bind(statement, next, "text", String[]::new, entries, entry -> input(entry)
                    .topicId());
            next = bind(statement, next, "int4", Integer[]::new, entries, entry -> input(entry)
                    .partition());
            next = bind(statement, next, "int8", Long[]::new, entries, entry -> source(entry)
                    .offset());
            next = bind(statement, next, "bytea", byte[][]::new, entries, entry -> source(entry)
                    .key());
            next = bind(statement, next, "bytea", byte[][]::new, entries, entry -> source(entry)
                    .value());
            next = bind(statement, next, "text", String[]::new, entries, entry -> entry.change.table());
            next = bind(statement, next, "text", String[]::new, entries, entry -> words(entry.change.sourceKey()));
            next = bind(statement, next, "text", String[]::new, entries, entry -> words(entry.change.destinationKey()));
            next = bind(statement, next, "text", String[]::new, entries, entry -> words(entry.change.reason()));
            next = bind(statement, next, "text", String[]::new, entries, Entry::sqlstate);
            bind(statement, next, "int4", Integer[]::new, entries, Entry::attempts);
            statement.executeUpdate();
        }
    }

    /** In the order of the topic, per partition. */
    List<HeldChange> all(Connection connection, Collection<InputPartition> inputs) throws SQLException {
        return read(connection, ALL, inputs);
    }

    /** The first of each key, if its next try is due. */
    List<HeldChange> due(Connection connection, Collection<InputPartition> inputs) throws SQLException {
        return read(connection, DUE, inputs);
    }

    Map<InputPartition, Set<ByteBuffer>> keys(Connection connection, Collection<InputPartition> inputs)
            throws SQLException {
        Map<InputPartition, Set<ByteBuffer>> keys = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(KEYS)) {
            bindInputs(connection, statement, inputs);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    InputPartition input = new InputPartition(rows.getString(1), rows.getString(2), rows.getInt(3));
                    InputChange head = new InputChange(input, rows.getLong(4), rows.getBytes(5), new byte[0]);
                    keys.computeIfAbsent(input, any -> new HashSet<>()).add(head.sourceKey());
                }
            }
        }
        return keys;
    }

    /**
     * Locks a held change, so that nobody discards it while it is tried.
     *
     * @return false when it is no longer held
     * @param first whether it must be the first of its key
     * @throws IllegalArgumentException when it must, and another comes before it
     */
    boolean lock(Connection connection, InputChange change, boolean first) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            bindChange(statement, 1, change);
            try (ResultSet row = statement.executeQuery()) {
                boolean held = row.next();
                if (first && held && row.getBoolean(1)) {
                    throw new IllegalArgumentException(change + " waits behind another change of its key");
                }
                return held;
            }
        }
    }

    /** Locks those of these changes that are held, first of their key, and locked by nobody else; returns them. */
    List<InputChange> lockFirst(Connection connection, List<InputChange> changes) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK_FIRST)) {
            int next = bindFlow(statement, 1);
            String[] topics =
                    changes.stream().map(change -> change.input().topicId()).toArray(String[]::new);
            Integer[] partitions =
                    changes.stream().map(change -> change.input().partition()).toArray(Integer[]::new);
            Long[] offsets = changes.stream().map(InputChange::offset).toArray(Long[]::new);
            statement.setArray(next++, connection.createArrayOf("text", topics));
            statement.setArray(next++, connection.createArrayOf("int4", partitions));
            statement.setArray(next, connection.createArrayOf("int8", offsets));
            return changes(statement).stream().map(HeldChange::change).toList();
        }
    }

    /** The first of other keys, of the same table, that a unique value keeps from being applied, as it does this one. */
    List<HeldChange> rivals(Connection connection, InputChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RIVALS)) {
            int next = bindPlace(statement, bindFlow(statement, 1), change);
            bindPlace(statement, next, change);
            return changes(statement);
        }
    }

    void postpone(Connection connection, InputChange change, String reason, @Nullable String sqlstate)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(POSTPONE)) {
            statement.setString(1, words(reason));
            statement.setString(2, sqlstate);
            bindChange(statement, 3, change);
            statement.executeUpdate();
        }
    }

    /** What waits behind this change of its key, in order. */
    List<HeldChange> behind(Connection connection, InputChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(BEHIND)) {
            statement.setLong(bindChange(statement, 1, change), change.offset());
            return changes(statement);
        }
    }

    /** Moves what is held before this change of its key to {@code switchback.discarded}. */
    void supersedeEarlier(Connection connection, InputChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SUPERSEDE_EARLIER)) {
            int next = bindChange(statement, 1, change);
            statement.setLong(next++, change.offset());
            statement.setString(next++, "switchback");
            statement.setString(next, "by a later change of the key it is settled what the row becomes");
            statement.executeUpdate();
        }
    }

    void remove(Connection connection, InputChange change) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(REMOVE)) {
            bindChange(statement, 1, change);
            statement.executeUpdate();
        }
    }

    /** Moves all that is held for a table that is cleared to {@code switchback.discarded}. */
    void supersede(Connection connection, TableId cleared) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SUPERSEDE)) {
            int next = bindFlow(statement, 1);
            statement.setString(next++, cleared.toString());
            statement.setString(next++, "switchback");
            statement.setString(next, "a TRUNCATE at the source cleared the table behind this change");
            statement.executeUpdate();
        }
    }

    /** PostgreSQL's text takes every character but this one. */
    private static String words(String text) {
        return text.replace('\0', '\uFFFD');
    }

    private static InputChange source(Entry entry) {
        return entry.change.change();
    }

    private static InputPartition input(Entry entry) {
        return source(entry).input();
    }

    private static <T> int bind(
            PreparedStatement statement,
            int parameter,
            String type,
            java.util.function.IntFunction<@Nullable T[]> array,
            List<Entry> entries,
            Function<Entry, @Nullable T> value)
            throws SQLException {
        @Nullable T[] values = array.apply(entries.size());
        for (int i = 0; i < values.length; i++) {
            values[i] = value.apply(entries.get(i));
        }
        Array bound = statement.getConnection().createArrayOf(type, values);
        statement.setArray(parameter, bound);
        return parameter + 1;
    }

    private List<HeldChange> read(Connection connection, String sql, Collection<InputPartition> inputs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            bindInputs(connection, statement, inputs);
            return changes(statement);
        }
    }

    private static List<HeldChange> changes(PreparedStatement statement) throws SQLException {
        List<HeldChange> held = new ArrayList<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                held.add(change(rows));
            }
        }
        return held;
    }

    private static HeldChange change(ResultSet row) throws SQLException {
        InputPartition input = new InputPartition(row.getString(1), row.getString(2), row.getInt(3));
        return new HeldChange(
                new InputChange(input, row.getLong(4), row.getBytes(5), row.getBytes(6)),
                row.getString(7),
                row.getString(8),
                row.getString(9),
                row.getString(10));
    }

    private int bindFlow(PreparedStatement statement, int parameter) throws SQLException {
        statement.setString(parameter, flow.migration());
        statement.setString(parameter + 1, flow.direction().lowerCase());
        return parameter + 2;
    }

    private void bindInputs(Connection connection, PreparedStatement statement, Collection<InputPartition> inputs)
            throws SQLException {
        List<InputPartition> all = List.copyOf(inputs);
        int next = bindFlow(statement, 1);
        statement.setArray(next, Checkpoints.texts(connection, all, InputPartition::topicId));
        statement.setArray(next + 1, Checkpoints.partitions(connection, all));
    }

    private int bindChange(PreparedStatement statement, int parameter, InputChange change) throws SQLException {
        return bindPlace(statement, bindFlow(statement, parameter), change);
    }

    private static int bindPlace(PreparedStatement statement, int parameter, InputChange change) throws SQLException {
        statement.setString(parameter, change.input().topicId());
        statement.setInt(parameter + 1, change.input().partition());
        statement.setLong(parameter + 2, change.offset());
        return parameter + 3;
    }
}
