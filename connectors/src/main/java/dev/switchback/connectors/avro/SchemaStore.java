package dev.switchback.connectors.avro;

import org.apache.avro.Schema;

import dev.switchback.transforms.problem.ProblemException;

/**
 * Where writer schemas live, so that a record needs to carry a schema's id only. Thread-safe. A schema that was
 * registered is never changed or taken away, so both methods may answer from memory.
 */
public interface SchemaStore extends AutoCloseable {

    /**
     * Keeps a schema durably before it returns. Registering the same one again yields an id of it, though not always the
     * same id.
     *
     * @param subject what the schema describes: {@code <topic>-key}, {@code <topic>-value}, or a record's full name
     * @return an id that every process which uses this store resolves to this schema
     * @throws ProblemException when the store refuses the schema, rejects the login or does not answer
     */
    int register(String subject, Schema schema);

    /**
     * The schema with an id.
     *
     * @throws ProblemException when no schema has the id, or the store rejects the login or does not answer
     */
    Schema byId(int id);

    /** Lets go of connections; what is registered stays. */
    @Override
    void close();
}
