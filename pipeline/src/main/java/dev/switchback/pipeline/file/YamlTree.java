package dev.switchback.pipeline.file;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * A YAML text as a tree that remembers its lines. Scalars stay text, so that a password of digits keeps its leading zero.
 * Not thread-safe.
 */
public final class YamlTree {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final Pattern VARIABLE = Pattern.compile("\\$\\{([^}]*)}");

    private final Map<JsonPointer, Integer> lines = new HashMap<>();
    private final Set<JsonPointer> spoilt = new HashSet<>();
    private final Kind kind;
    private final Variables variables;
    private final FileProblems problems;
    private final ObjectNode root;

    /** The files that operators write or have written. */
    public enum Kind {
        MIGRATION("a migration file", "migration: NAME", "Write one migration to a file."),
        CASES("a file of cases", "cases:", "Write all cases to the first."),
        SCHEMA("a schema file", "source:", "Make the file anew with switchback schema.");

        private final String what;
        private final String beginning;
        private final String one;

        Kind(String what, String beginning, String one) {
            this.what = what;
            this.beginning = beginning;
            this.one = one;
        }
    }

    private YamlTree(JsonParser parser, Kind kind, Variables variables, FileProblems problems) throws IOException {
        this.kind = kind;
        this.variables = variables;
        this.problems = problems;
        this.root = root(parser);
    }

    /** Reads the text as far as it is YAML; what is wrong with it goes to {@code problems}. */
    public static YamlTree read(String text, Kind kind, Variables variables, FileProblems problems) {
        try (JsonParser parser = new YAMLFactory().createParser(text)) {
            return new YamlTree(parser, kind, variables, problems);
        } catch (JsonProcessingException e) {
            problems.add(
                    line(e),
                    "This is not YAML: " + reason(e) + ".",
                    "Check indentation, quotes and brackets here and in the lines above.");
        } catch (IOException e) {
            throw new IllegalStateException("reading from a string failed", e);
        }
        throw problems.exception();
    }

    private static int line(JsonProcessingException e) {
        if (e.getCause() instanceof MarkedYAMLException yaml && yaml.getProblemMark() != null) {
            return yaml.getProblemMark().getLine() + 1;
        }
        return e.getLocation() == null ? 1 : e.getLocation().getLineNr();
    }

    private static String reason(JsonProcessingException e) {
        String problem = e.getCause() instanceof MarkedYAMLException yaml ? yaml.getProblem() : null;
        return problem != null
                ? problem
                : e.getOriginalMessage().lines().findFirst().orElse("It cannot be read");
    }

    public ObjectNode root() {
        return root;
    }

    /** The line at which the value, or the nearest thing around it that is there, begins. */
    public int line(JsonPointer place) {
        Integer line = lines.get(place);
        return line == null ? line(place.head()) : line;
    }

    /** Says what is wrong at a place; once a value is known to be wrong, what follows from that is not said as well. */
    public void problem(JsonPointer place, String what, String remedy) {
        if (spoilt.add(place)) {
            problems.add(line(place), what, remedy);
        }
    }

    /** Says nothing more of a place: what is missing there stands beside it, misspelt. */
    void excuse(JsonPointer place) {
        spoilt.add(place);
    }

    /** Whether something was found wrong below a place, so that what is missing there may be what was misspelt. */
    boolean spoiltBelow(JsonPointer place) {
        return spoilt.stream().anyMatch(each -> each.toString().startsWith(place + "/"));
    }

    /** As {@link #problem(JsonPointer, String, String)}, with the place as {@code topics/partitions}. */
    public void problem(String place, String what, String remedy) {
        JsonPointer pointer = JsonPointer.empty();
        for (String segment : place.split("/")) {
            pointer = pointer.appendProperty(segment);
        }
        problem(pointer, what, remedy);
    }

    private ObjectNode root(JsonParser parser) throws IOException {
        lines.put(JsonPointer.empty(), 1);
        JsonToken first = parser.nextToken();
        if (first == null || first == JsonToken.VALUE_NULL) {
            return NODES.objectNode();
        }
        if (first != JsonToken.START_OBJECT) {
            problems.add(1, "This is not " + kind.what + ".", "Begin it with " + kind.beginning + ".");
            throw problems.exception();
        }
        ObjectNode object = object(parser, JsonPointer.empty());
        if (parser.nextToken() != null) {
            problems.add(parser.currentTokenLocation().getLineNr(), "A second document begins here.", kind.one);
        }
        return object;
    }

    private ObjectNode object(JsonParser parser, JsonPointer place) throws IOException {
        ObjectNode object = NODES.objectNode();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String name = parser.currentName();
            int line = parser.currentTokenLocation().getLineNr();
            JsonPointer child = place.appendProperty(name);
            if (lines.putIfAbsent(child, line) != null) {
                problems.add(
                        line,
                        "\"" + name + "\" stands here for the second time, after line " + lines.get(child) + ".",
                        "Remove one of them.");
            }
            parser.nextToken();
            object.set(name, value(parser, child));
        }
        return object;
    }

    private ArrayNode array(JsonParser parser, JsonPointer place) throws IOException {
        ArrayNode array = NODES.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            JsonPointer child = place.appendIndex(array.size());
            lines.put(child, parser.currentTokenLocation().getLineNr());
            array.add(value(parser, child));
        }
        return array;
    }

    private JsonNode value(JsonParser parser, JsonPointer place) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> object(parser, place);
            case START_ARRAY -> array(parser, place);
            case VALUE_NULL -> NODES.nullNode();
            default -> NODES.textNode(substituted(parser.getText(), place));
        };
    }

    private String substituted(String text, JsonPointer place) {
        if (!variables.replaced()) {
            return text;
        }
        Matcher matches = VARIABLE.matcher(text);
        StringBuilder result = new StringBuilder();
        while (matches.find()) {
            matches.appendReplacement(result, Matcher.quoteReplacement(variable(matches, place)));
        }
        return matches.appendTail(result).toString();
    }

    private String variable(Matcher match, JsonPointer place) {
        String name = match.group(1);
        String value = variables.values().get(name);
        if (value != null) {
            return value;
        }
        if (!variables.needed(place)) {
            excuse(place);
            return match.group();
        }
        problem(
                place,
                "The environment variable " + name + " is not set.",
                "Set it before Switchback starts: export " + name + "=…");
        return "";
    }
}
