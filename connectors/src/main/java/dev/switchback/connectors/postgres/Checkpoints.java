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
import java.util.Objects;
import java.util.UUID;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.spi.Batch;
import dev.switchback.connectors.spi.Batch.Advance;
import dev.switchback.connectors.spi.Checkpoint;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.connectors.spi.InputPartition;
import dev.switchback.connectors.spi.Mandate;
import dev.switchback.connectors.spi.NotInChargeException;
import dev.switchback.connectors.spi.OwnershipLostException;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/**
 * The checkpoints of one flow, and which of them this session owns: its token is in their rows until another session puts
 * its own there. Not thread-safe. Leaves the transaction open.
 */
final class Checkpoints {

    private static final String CLAIM =
            """
            INSERT INTO switchback.checkpoint AS c (migration, direction, topic, topic_id, partition, owner)
            SELECT ?, ?, a.topic, a.topic_id, a.partition, ?::uuid
            FROM unnest(?::text[], ?::text[], ?::int4[]) AS a (topic, topic_id, partition)
            ORDER BY a.topic_id, a.partition
            ON CONFLICT (migration, direction, topic_id, partition) DO UPDATE SET owner = excluded.owner
            RETURNING c.topic_id, c.partition, c.next_offset, c.watermark""";

    private static final String OTHER_LIVES =
            """
            SELECT DISTINCT c.topic FROM switchback.checkpoint AS c
            JOIN unnest(?::text[], ?::text[], ?::int4[]) AS a (topic, topic_id, partition)
              ON c.topic = a.topic AND c.partition = a.partition AND c.topic_id <> a.topic_id
            WHERE c.migration = ? AND c.direction = ?
            ORDER BY c.topic""";

    private static final String RECLAIM =
            """
            UPDATE switchback.checkpoint AS c SET owner = ?::uuid
            FROM unnest(?::text[], ?::int4[], ?::text[]) AS a (topic_id, partition, owner)
            WHERE c.migration = ? AND c.direction = ? AND c.topic_id = a.topic_id AND c.partition = a.partition
              AND (c.owner = a.owner::uuid OR c.owner = ?::uuid)
            RETURNING c.topic_id, c.partition, c.next_offset, c.watermark""";

    private static final String ADVANCE =
            """
            WITH moved AS (
              UPDATE switchback.checkpoint AS c
              SET next_offset = a.next_offset, watermark = a.watermark,
                  rows_copied = c.rows_copied + a.rows_copied,
                  changes_applied = c.changes_applied + a.changes_applied,
                  source_commit_at = greatest(c.source_commit_at, CASE WHEN a.commit_micros > 0
                      THEN timestamptz 'epoch' + a.commit_micros * interval '1 microsecond' END),
                  applied_at = clock_timestamp()
              FROM unnest(?::text[], ?::int4[], ?::text[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::int8[], ?::int8[],
                          ?::int8[])
                AS a (topic_id, partition, owner, from_offset, from_watermark, next_offset, watermark, rows_copied,
                      changes_applied, commit_micros)
              WHERE c.migration = ? AND c.direction = ? AND c.topic_id = a.topic_id AND c.partition = a.partition
                AND c.owner = a.owner::uuid AND c.next_offset = a.from_offset AND c.watermark = a.from_watermark
              RETURNING 1),
            control AS (
              SELECT direction, behind FROM switchback.control WHERE migration = ? FOR SHARE)
            SELECT (SELECT count(*) FROM moved), direction, behind FROM control""";

    private static final String LOCK =
            """
            WITH owned AS (
              SELECT 1 FROM switchback.checkpoint
              WHERE topic_id = ? AND partition = ? AND owner = ?::uuid AND migration = ? AND direction = ?
              FOR NO KEY UPDATE),
            control AS (
              SELECT direction, behind FROM switchback.control WHERE migration = ? FOR SHARE)
            SELECT (SELECT count(*) FROM owned), direction, behind FROM control""";

    private final Flow flow;
    private final Mandate mandate;
    private final Map<InputPartition, UUID> tokens = new HashMap<>();
    /** The token of a {@link #reclaim} of which it is not known yet whether it was committed. */
    private @Nullable UUID reclaiming;

    /** @param mandate what the control row must still say whenever something is written */
    Checkpoints(Flow flow, Mandate mandate) {
        this.flow = flow;
        this.mandate = mandate;
    }

    /**
     * Puts a new token into each row; waits for a transaction of the owner before that is under way.
     *
     * @throws ProblemException when a topic was deleted and created again since its checkpoint was written
     */
    Map<InputPartition, Checkpoint> claim(Connection connection, Collection<InputPartition> inputs)
            throws SQLException {
        UUID token = UUID.randomUUID();
        List<InputPartition> all = List.copyOf(inputs);
        refuseOtherLives(connection, all);
        Map<InputPartition, Checkpoint> found;
        try (PreparedStatement statement = connection.prepareStatement(CLAIM)) {
            statement.setString(1, flow.migration());
            statement.setString(2, flow.direction().lowerCase());
            statement.setString(3, token.toString());
            statement.setArray(4, texts(connection, all, InputPartition::topic));
            statement.setArray(5, texts(connection, all, InputPartition::topicId));
            statement.setArray(6, partitions(connection, all));
            found = read(statement, all);
        }
        all.forEach(input -> tokens.put(input, token));
        return found;
    }

    /**
     * Replaces the session's own tokens by a new one, so that what is left of a lost connection cannot write any more, and reads where
     * the checkpoints stand behind it.
     *
     * @throws OwnershipLostException when another session owns one of them
     */
    Map<InputPartition, Checkpoint> reclaim(Connection connection, Collection<InputPartition> inputs)
            throws SQLException {
        if (reclaiming == null) {
            reclaiming = UUID.randomUUID();
        }
        List<InputPartition> all = List.copyOf(inputs);
        Map<InputPartition, Checkpoint> found;
        try (PreparedStatement statement = connection.prepareStatement(RECLAIM)) {
            statement.setString(1, reclaiming.toString());
            statement.setArray(2, texts(connection, all, InputPartition::topicId));
            statement.setArray(3, partitions(connection, all));
            statement.setArray(4, texts(connection, all, this::token));
            statement.setString(5, flow.migration());
            statement.setString(6, flow.direction().lowerCase());
            statement.setString(7, reclaiming.toString());
            found = read(statement, all);
        }
        if (found.size() < all.size()) {
            throw lost(all);
        }
        return found;
    }

    /** To be called when a {@link #reclaim} of these is committed. */
    void reclaimed(Collection<InputPartition> inputs) {
        UUID token = Objects.requireNonNull(reclaiming, "nothing was reclaimed");
        inputs.forEach(input -> tokens.put(input, token));
        reclaiming = null;
    }

    /**
     * Moves a batch's checkpoints, if each is what it is expected to be, and locks the control row, in one statement; and counts what was applied of tables that share a topic.
     *
     * @throws OwnershipLostException when one is not, or is owned by another session
     * @throws NotInChargeException when the control row gives another mandate by now
     */
    void advance(Connection connection, Batch batch) throws SQLException {
        List<Advance> advances = batch.advances();
        List<InputPartition> inputs = advances.stream().map(Advance::input).toList();
        try (PreparedStatement statement = connection.prepareStatement(ADVANCE)) {
            int next = 1;
            statement.setArray(next++, texts(connection, inputs, InputPartition::topicId));
            statement.setArray(next++, partitions(connection, inputs));
            statement.setArray(next++, texts(connection, inputs, this::token));
            List<Function<Advance, Long>> numbers = List.of(
                    advance -> advance.from().nextOffset(),
                    advance -> advance.from().watermark(),
                    advance -> advance.to().nextOffset(),
                    advance -> advance.to().watermark(),
                    advance -> advance.progress().rowsCopied(),
                    advance -> advance.progress().changesApplied(),
                    advance -> advance.progress().commitMicros());
            for (Function<Advance, Long> number : numbers) {
                Long[] values = advances.stream().map(number).toArray(Long[]::new);
                statement.setArray(next++, connection.createArrayOf("int8", values));
            }
            statement.setString(next++, flow.migration());
            statement.setString(next++, flow.direction().lowerCase());
            statement.setString(next, flow.migration());
            check(statement, inputs);
        }
        TableCounts.add(connection, flow, batch);
    }

    /** Locks a checkpoint that is to stay as it is, and the control row. Throws as {@link #advance} does. */
    void lock(Connection connection, InputPartition input) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK)) {
            statement.setString(1, input.topicId());
            statement.setInt(2, input.partition());
            statement.setString(3, token(input));
            statement.setString(4, flow.migration());
            statement.setString(5, flow.direction().lowerCase());
            statement.setString(6, flow.migration());
            check(statement, List.of(input));
        }
    }

    private void check(PreparedStatement statement, List<InputPartition> inputs) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            if (!row.next()) {
                throw new NotInChargeException("switchback.control has no row for the migration " + flow.migration()
                        + " any more: the destination was restored, or somebody deleted it");
            }
            boolean applies = row.getString(2).equals(flow.direction().lowerCase());
            Mandate now = new Mandate(applies, row.getLong(3));
            if (!now.equals(mandate)) {
                throw new NotInChargeException("an operator has turned " + flow.migration() + " round: " + flow
                        + " has " + now + " by now, and this session worked under " + mandate);
            }
            if (row.getLong(1) != inputs.size()) {
                throw lost(inputs);
            }
        }
    }

    private void refuseOtherLives(Connection connection, List<InputPartition> inputs) throws SQLException {
        List<Problem> problems = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(OTHER_LIVES)) {
            statement.setArray(1, texts(connection, inputs, InputPartition::topic));
            statement.setArray(2, texts(connection, inputs, InputPartition::topicId));
            statement.setArray(3, partitions(connection, inputs));
            statement.setString(4, flow.migration());
            statement.setString(5, flow.direction().lowerCase());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    problems.add(new Problem(
                            Problem.Kind.REFUSED,
                            "topic " + rows.getString(1),
                            "It has been deleted and created again since changes of it were applied; what it held is"
                                    + " lost.",
                            "Connect to the Kafka that has the old one, or copy the tables again under a new migration"
                                    + " name."));
                }
            }
        }
        ProblemException.requireNone(problems);
    }

    private OwnershipLostException lost(List<InputPartition> inputs) {
        return new OwnershipLostException("one of " + inputs + " is not at the checkpoint where this member left it, or"
                + " another member of " + flow.applicationId() + " has taken it over");
    }

    private String token(InputPartition input) {
        @Nullable UUID token = tokens.get(input);
        if (token == null) {
            throw new IllegalStateException(input + " was not claimed");
        }
        return token.toString();
    }

    private static Map<InputPartition, Checkpoint> read(PreparedStatement statement, List<InputPartition> inputs)
            throws SQLException {
        Map<String, InputPartition> byName = new HashMap<>();
        inputs.forEach(input -> byName.put(input.topicId() + "/" + input.partition(), input));
        Map<InputPartition, Checkpoint> found = new HashMap<>();
        try (ResultSet rows = statement.executeQuery()) {
            while (rows.next()) {
                InputPartition input = byName.get(rows.getString(1) + "/" + rows.getInt(2));
                if (input != null) {
                    found.put(input, new Checkpoint(rows.getLong(3), rows.getLong(4)));
                }
            }
        }
        return found;
    }

    static java.sql.Array texts(
            Connection connection, List<InputPartition> inputs, Function<InputPartition, String> text)
            throws SQLException {
        return connection.createArrayOf("text", inputs.stream().map(text).toArray(String[]::new));
    }

    static java.sql.Array partitions(Connection connection, List<InputPartition> inputs) throws SQLException {
        List<Integer> partitions = new ArrayList<>();
        inputs.forEach(input -> partitions.add(input.partition()));
        return connection.createArrayOf("int4", partitions.toArray(Integer[]::new));
    }
}
