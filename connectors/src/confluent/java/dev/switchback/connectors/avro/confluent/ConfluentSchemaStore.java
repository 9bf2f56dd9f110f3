package dev.switchback.connectors.avro.confluent;

import java.io.IOException;
import java.io.UncheckedIOException;

import io.confluent.kafka.schemaregistry.ParsedSchema;
import io.confluent.kafka.schemaregistry.avro.AvroSchema;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.rest.exceptions.RestClientException;
import org.apache.avro.Schema;

import dev.switchback.connectors.avro.SchemaStore;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.Problem.Kind;
import dev.switchback.transforms.problem.ProblemException;

/** A registry through Confluent's own client, with all the ways of logging in that it knows. Thread-safe. */
public final class ConfluentSchemaStore implements SchemaStore {

    private static final int NOT_FOUND = 404;
    private static final int CONFLICT = 409;

    private final SchemaRegistryClient client;

    /** @param client is closed with this store */
    public ConfluentSchemaStore(SchemaRegistryClient client) {
        this.client = client;
    }

    @Override
    public int register(String subject, Schema schema) {
        try {
            return client.register(subject, new AvroSchema(schema));
        } catch (RestClientException e) {
            throw problem("it does not take the schema of " + subject, e);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public Schema byId(int id) {
        try {
            ParsedSchema schema = client.getSchemaById(id);
            if (schema instanceof AvroSchema avro) {
                return avro.rawSchema();
            }
            throw new ProblemException(new Problem(
                    Kind.REFUSED,
                    "schema registry",
                    "the schema with the id " + id + " is no Avro schema.",
                    "Use the registry that the changes were written with."));
        } catch (RestClientException e) {
            throw problem("it does not give the schema with the id " + id, e);
        } catch (IOException e) {
            throw unreachable(e);
        }
    }

    @Override
    public void close() {
        try {
            client.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static ProblemException problem(String what, RestClientException cause) {
        boolean refused = cause.getStatus() == NOT_FOUND || cause.getStatus() == CONFLICT;
        return new ProblemException(
                new Problem(
                        refused ? Kind.REFUSED : Kind.UNREACHABLE,
                        "schema registry",
                        what + ": HTTP " + cause.getStatus() + ", error code " + cause.getErrorCode() + ".",
                        "Check the login, the subject's compatibility and the registry's own log."),
                cause);
    }

    private static ProblemException unreachable(IOException cause) {
        return new ProblemException(
                new Problem(
                        Kind.UNREACHABLE,
                        "schema registry",
                        "it does not answer: " + cause.getClass().getSimpleName() + ".",
                        "Check registry.url, and that the registry is up."),
                cause);
    }
}
