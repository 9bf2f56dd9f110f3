package dev.switchback.connectors.avro;

import java.net.URI;

import org.apache.avro.Schema;

/** Schemas in a registry that speaks Confluent's REST interface. Thread-safe. */
@SuppressWarnings("DoNotCallSuggester")
public final class RegistrySchemaStore implements SchemaStore {

    /**
     * A registry without login.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when the URL is not an http(s) one or holds a login
     */
    public RegistrySchemaStore(URI url) {}

    /**
     * A registry with HTTP basic authentication.
     *
     * @throws dev.switchback.transforms.problem.ProblemException when the URL is not an http(s) one or holds a login
     */
    public RegistrySchemaStore(URI url, String user, String password) {}

    @Override
    public int register(String subject, Schema schema) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public Schema byId(int id) {
        throw new UnsupportedOperationException("to come");
    }

    @Override
    public void close() {}
}
