package dev.switchback.connectors.debezium;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * What a {@link Capture} reads, where it writes, and within what bounds.
 *
 * @param source the database
 * @param tables the captured tables as the source's catalogue describes them now; each has a key
 * @param wholeOldRows those of them of which the log must have whole old rows, since their mappings need them
 * @param routes which topics their changes go to
 * @param kafka how to reach Kafka: {@code bootstrap.servers} and security, as for any client
 * @param topics how change topics are created
 * @param tuning bounds and pauses; {@link Tuning#DEFAULT} unless there is a reason
 */
public record CaptureSettings(
        Flow flow,
        PostgresConnections source,
        List<TableSchema> tables,
        Set<TableId> wholeOldRows,
        Routes routes,
        Map<String, Object> kafka,
        Topics topics,
        Tuning tuning) {

    public CaptureSettings {
        tables = List.copyOf(tables);
        wholeOldRows = Set.copyOf(wholeOldRows);
        kafka = Map.copyOf(kafka);
    }

    public CaptureSettings(
            Flow flow, PostgresConnections source, List<TableSchema> tables, Map<String, Object> kafka, Topics topics) {
        this(flow, source, tables, kafka, topics, Tuning.DEFAULT);
    }

    public CaptureSettings(
            Flow flow,
            PostgresConnections source,
            List<TableSchema> tables,
            Map<String, Object> kafka,
            Topics topics,
            Tuning tuning) {
        this(flow, source, tables, Set.of(), Routes.BY_KEY, kafka, topics, tuning);
    }

    /**
     * How change topics are created; one that exists must have the same number of partitions.
     *
     * @param partitions of every change topic
     * @param replication replicas of every topic; -1 for the broker's default
     * @param retention how long changes are kept
     * @param maxRecordBytes the largest change that is accepted ({@code max.message.bytes} of the topics)
     */
    public record Topics(int partitions, short replication, Duration retention, int maxRecordBytes) {

        public static final Topics DEFAULT = new Topics(8, (short) -1, Duration.ofDays(7), 64 << 20);
    }

    /**
     * Bounds and pauses.
     *
     * @param batchRecords at most this many changes in one Kafka transaction
     * @param queueRecords at most this many rows of the snapshot, or batches of changes, between the reader and Kafka
     * @param queueBytes at most about this much memory between the log's reader and Kafka
     * @param poll how long changes gather before they are sent, unless there are enough; whole milliseconds
     * @param heartbeat how often the log is given a message of our own, so that the slot moves on while the captured
     *     tables are idle
     * @param slotCreation within what time the replication slot must have been created
     * @param answer after how long without an answer the source counts as gone
     * @param firstPause the pause before the first restart; doubled for each further failure
     * @param longestPause the longest pause before a restart
     * @param close within what time {@link Capture#close} ends, whatever does not answer
     */
    public record Tuning(
            int batchRecords,
            int queueRecords,
            long queueBytes,
            Duration poll,
            Duration heartbeat,
            Duration slotCreation,
            Duration answer,
            Duration firstPause,
            Duration longestPause,
            Duration close) {

        public static final Tuning DEFAULT = new Tuning(
                4096,
                8192,
                64L << 20,
                Duration.ofMillis(1),
                Duration.ofSeconds(5),
                Duration.ofSeconds(60),
                Duration.ofSeconds(20),
                Duration.ofMillis(250),
                Duration.ofSeconds(10),
                Duration.ofSeconds(8));
    }
}
