package dev.switchback.connectors.avro;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.schema.TableSchema;

/**
 * Encodes one table's changes for its change topic. Not thread-safe: it reuses its buffers.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class ChangeEncoder {

    /**
     * Registers the table's key and value schemas.
     *
     * @throws IllegalArgumentException when the table has no key
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take a schema
     */
    public ChangeEncoder(SchemaStore store, String topic, TableSchema table) {}

    /**
     * The record key: the key columns of a row, in the key's order. The row may have other columns, too.
     *
     * @throws IllegalArgumentException naming table and column, when a key column is missing, NULL or absent
     */
    public byte[] key(Row row) {
        throw new UnsupportedOperationException("to come");
    }

    /**
     * The record value. A row's columns are matched by name.
     *
     * @throws IllegalArgumentException naming table and column, when the change is of another table, a row lacks a column
     *     or has one that the table does not have, or a value is not of its column's carrier
     */
    public byte[] value(Change change) {
        throw new UnsupportedOperationException("to come");
    }
}
