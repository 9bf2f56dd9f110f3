package dev.switchback.connectors.avro;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import org.apache.avro.Schema;
import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.avro.RegistryClient.Answer;
import dev.switchback.connectors.avro.RegistryClient.Login;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/**
 * Schemas in a registry that speaks Confluent's REST interface. Of that interface it uses {@code POST
 * /subjects/{subject}/versions} and {@code GET /schemas/ids/{id}}. Thread-safe.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/develop/api.html">the interface</a>
 */
public final class RegistrySchemaStore implements SchemaStore {

    private static final int OK = 200;
    private static final int CONFLICT = 409;
    private static final int NOT_FOUND = 404;
    private static final int UNPROCESSABLE = 422;

    private final RegistryClient client;
    private final ConcurrentMap<Integer, Schema> schemas = new ConcurrentHashMap<>();
    private final ConcurrentMap<Registered, Integer> ids = new ConcurrentHashMap<>();

    private record Registered(String subject, Schema schema) {}

    /**
     * A registry without login.
     *
     * @throws ProblemException when the URL is not an http(s) one or holds a login
     */
    public RegistrySchemaStore(URI url) {
        this(new RegistryClient(url, null));
    }

    /**
     * A registry with HTTP basic authentication.
     *
     * @throws ProblemException when the URL is not an http(s) one or holds a login
     */
    public RegistrySchemaStore(URI url, String user, String password) {
        this(new RegistryClient(url, new Login(user, password)));
    }

    RegistrySchemaStore(RegistryClient client) {
        this.client = client;
    }

    @Override
    public int register(String subject, Schema schema) {
        Registered wanted = new Registered(subject, schema);
        Integer known = ids.get(wanted);
        if (known != null) {
            return known;
        }
        int id = post(subject, schema);
        requireKept(subject, schema, byId(id));
        ids.put(wanted, id);
        return id;
    }

    @Override
    public Schema byId(int id) {
        Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        Schema schema = get(id);
        schemas.put(id, schema);
        return schema;
    }

    /** Nothing is held open between calls. */
    @Override
    public void close() {}

    private int post(String subject, Schema schema) {
        String path = "/subjects/" + escaped(subject) + "/versions";
        JsonNode request = JsonNodeFactory.instance.objectNode().put("schema", schema.toString());
        Answer answer = client.post(path, request);
        return switch (answer.status()) {
            case OK -> id(answer);
            case CONFLICT ->
                throw refused(
                        "it finds the schema of " + subject + " incompatible with an earlier one: " + answer.message()
                                + ".",
                        "Set the compatibility of this subject to NONE; Switchback reads each record with the schema that"
                                + " wrote it.");
            case UNPROCESSABLE ->
                throw refused(
                        "it finds the schema of " + subject + " invalid: " + answer.message() + ".",
                        "Report this with the table's definition, or leave registry.url out to keep schemas in Kafka.");
            default -> throw client.unlikeARegistry(answer);
        };
    }

    private Schema get(int id) {
        Answer answer = client.get("/schemas/ids/" + id);
        if (answer.status() == NOT_FOUND && answer.body().has("error_code")) {
            throw refused(
                    "no schema has the id " + id + ", which a record refers to.",
                    "Use the registry that the changes were written with; if it was lost, start the flow anew.");
        }
        if (answer.status() != OK) {
            throw client.unlikeARegistry(answer);
        }
        return parsed(id, answer);
    }

    private int id(Answer answer) {
        JsonNode id = answer.body().path("id");
        if (!id.isInt()) {
            throw client.unlikeARegistry(answer);
        }
        return id.intValue();
    }

    private Schema parsed(int id, Answer answer) {
        try {
            if (answer.body().path("schemaType").asText("AVRO").equals("AVRO")) {
                return ChangeSchemas.parse(answer.body().path("schema").asText());
            }
            throw noAvro(id, null);
        } catch (UndecodableException e) {
            throw noAvro(id, e);
        }
    }

    private ProblemException noAvro(int id, @Nullable Throwable cause) {
        return client.problem(
                Kind.REFUSED,
                "the schema with the id " + id + " is no Avro schema.",
                "Use the registry that the changes were written with.",
                cause);
    }

    private void requireKept(String subject, Schema schema, Schema kept) {
        if (!kept.equals(schema)) {
            throw refused(
                    "it does not keep the schema of " + subject + " as it was registered.",
                    "Use a registry that keeps the properties of Avro schemas, or leave registry.url out to keep schemas"
                            + " in Kafka.");
        }
    }

    private ProblemException refused(String what, String remedy) {
        return client.problem(Kind.REFUSED, what, remedy, null);
    }

    private static String escaped(String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
