package dev.switchback.connectors.debezium;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.apache.avro.Schema;

import dev.switchback.connectors.avro.ChangeSchemas;
import dev.switchback.connectors.postgres.LogRelation;
import dev.switchback.connectors.postgres.TableMarks;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A table as its changes are captured, from the snapshot on: the log must go on describing it so.
 *
 * @param schema without generated columns, which the log does not hold
 * @param topicId Kafka's ids of its topics
 * @param marks what of it the log does not describe
 */
record CapturedTable(TableSchema schema, LogRelation relation, String topicId, TableMarks marks) {

    private static final JsonMapper JSON = new JsonMapper();

    CapturedTable {
        schema = new TableSchema(
                schema.id(),
                schema.columns().stream()
                        .filter(column -> column.generation() != Generation.STORED)
                        .toList(),
                schema.key());
    }

    static byte[] toJson(List<CapturedTable> tables) {
        ArrayNode json = JSON.createArrayNode();
        for (CapturedTable table : tables) {
            json.addObject()
                    .put("topicId", table.topicId)
                    .put(
                            "envelope",
                            ChangeSchemas.envelope("stored", table.schema).toString())
                    .<ObjectNode>set("relation", JSON.valueToTree(table.relation))
                    .set("marks", JSON.valueToTree(table.marks));
        }
        try {
            return JSON.writeValueAsBytes(json);
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
    }

    static List<CapturedTable> ofJson(byte[] json) {
        try {
            List<CapturedTable> tables = new ArrayList<>();
            for (JsonNode table : JSON.readTree(json)) {
                Schema envelope =
                        new Schema.Parser().parse(table.get("envelope").asText());
                tables.add(new CapturedTable(
                        ChangeSchemas.tableOf(envelope),
                        JSON.treeToValue(table.get("relation"), LogRelation.class),
                        table.get("topicId").asText(),
                        table.has("marks") ? JSON.treeToValue(table.get("marks"), TableMarks.class) : TableMarks.NONE));
            }
            return tables;
        } catch (IOException malformed) {
            throw new UncheckedIOException(malformed);
        }
    }
}
