package dev.switchback.pipeline.cases;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.switchback.transforms.postgres.ValueException;

/**
 * Prints JSON as a {@code jsonb} column does: of equal keys the last, shorter keys first, a blank behind each comma and
 * colon, numbers without exponent. As {@code jsonb_out} and {@code lengthCompareJsonbStringValue} have it. Stateless.
 */
final class JsonbText {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Comparator<byte[]> BY_LENGTH =
            Comparator.<byte[]>comparingInt(key -> key.length).thenComparing(Arrays::compareUnsigned);

    static {
        JSON.getFactory()
                .setStreamReadConstraints(
                        StreamReadConstraints.builder().maxNumberLength(200_000).build());
    }

    private JsonbText() {}

    /** @throws ValueException when it is no JSON */
    static String of(String json) {
        StringBuilder text = new StringBuilder();
        print(tree(json), text);
        return text.toString();
    }

    /** @throws ValueException when it is no JSON */
    static void check(String json) {
        var unused = tree(json);
    }

    private static JsonNode tree(String json) {
        try {
            JsonNode tree = JSON.readTree(json);
            if (!tree.isMissingNode()) {
                return tree;
            }
        } catch (IOException ignored) {
            // It is said below, in the database's words.
        }
        throw new ValueException("invalid input syntax for type json");
    }

    private static void print(JsonNode node, StringBuilder text) {
        if (node.isObject()) {
            object(node, text);
        } else if (node.isArray()) {
            text.append('[');
            for (int i = 0; i < node.size(); i++) {
                text.append(i == 0 ? "" : ", ");
                print(node.get(i), text);
            }
            text.append(']');
        } else if (node.isTextual()) {
            string(node.textValue(), text);
        } else if (node.isNumber()) {
            text.append(node.decimalValue().toPlainString());
        } else {
            text.append(node.asText());
        }
    }

    private static void object(JsonNode node, StringBuilder text) {
        Map<byte[], Map.Entry<String, JsonNode>> members = new TreeMap<>(BY_LENGTH);
        for (Map.Entry<String, JsonNode> member : node.properties()) {
            members.put(member.getKey().getBytes(StandardCharsets.UTF_8), member);
        }
        text.append('{');
        String separator = "";
        for (Map.Entry<String, JsonNode> member : members.values()) {
            text.append(separator);
            string(member.getKey(), text);
            text.append(": ");
            print(member.getValue(), text);
            separator = ", ";
        }
        text.append('}');
    }

    /** As {@code escape_json}. */
    private static void string(String value, StringBuilder text) {
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\b' -> text.append("\\b");
                case '\f' -> text.append("\\f");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                default -> {
                    if (c < ' ') {
                        text.append(String.format("\\u%04x", (int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
    }
}
