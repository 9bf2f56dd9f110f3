package dev.switchback.connectors.postgres;

import java.io.IOException;
import java.util.Optional;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.transforms.schema.TableId;

/**
 * A logical message of ours in a database's log: what {@code pg_logical_emit_message} was given under {@link #PREFIX}.
 * Several migrations may share a database, so each carries the migration it belongs to.
 */
public sealed interface LogMessage {

    /** The prefix under which every message of ours stands in the log. */
    String PREFIX = "switchback";

    String migration();

    /**
     * Everything that committed before it lies before it in the log.
     *
     * @param id grows by {@link dev.switchback.transforms.change.Watermark#STEP} with each watermark of the migration in
     *     this database, in commit order
     */
    record Watermark(String migration, long id) implements LogMessage {}

    /**
     * Says that the log has moved.
     *
     * @param number grows by one with each heartbeat of the migration in this database, in commit order
     */
    record Heartbeat(String migration, long number) implements LogMessage {}

    /**
     * A partition was truncated by itself, which a publication through the partition root does not report.
     *
     * @param root the declared table
     * @param leaf the partition
     */
    record LeafTruncated(String migration, TableId root, TableId leaf) implements LogMessage {}

    /**
     * Reads a message's content.
     *
     * @return empty for a kind of message that this version does not know, and for what is not ours: anybody may write
     *     messages under any prefix
     */
    static Optional<LogMessage> parse(byte[] content) {
        try {
            JsonNode json = new JsonMapper().readTree(content);
            String migration = json.path("migration").asText();
            return switch (json.path("kind").asText()) {
                case "watermark" ->
                    Optional.of(new Watermark(migration, json.path("id").asLong()));
                case "heartbeat" ->
                    Optional.of(new Heartbeat(migration, json.path("number").asLong()));
                case "leaf_truncated" ->
                    Optional.of(new LeafTruncated(migration, table(json.path("root")), table(json.path("leaf"))));
                default -> Optional.empty();
            };
        } catch (IOException | IllegalArgumentException notOurs) {
            return Optional.empty();
        }
    }

    private static TableId table(JsonNode json) {
        return new TableId(json.path("schema").asText(), json.path("name").asText());
    }
}
