package dev.switchback.connectors.avro;

import java.util.ArrayList;
import java.util.List;

import org.apache.avro.Schema;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;

/** Schemas that live as long as this object: for tests and for topologies that run in one process. Thread-safe. */
public final class MemorySchemaStore implements SchemaStore {

    private final List<Schema> schemas = new ArrayList<>();

    /** {@inheritDoc} The subject plays no part: equal schemas share one id, and ids count from 1. */
    @Override
    public synchronized int register(String subject, Schema schema) {
        int index = schemas.indexOf(schema);
        if (index < 0) {
            schemas.add(schema);
            index = schemas.size() - 1;
        }
        return index + 1;
    }

    @Override
    public synchronized Schema byId(int id) {
        if (id < 1 || id > schemas.size()) {
            throw new ProblemException(new Problem(
                    Problem.Kind.REFUSED,
                    "schemas in memory",
                    "No schema has the id " + id + ".",
                    "Decode with the store that the record was encoded with."));
        }
        return schemas.get(id - 1);
    }

    @Override
    public void close() {}
}
