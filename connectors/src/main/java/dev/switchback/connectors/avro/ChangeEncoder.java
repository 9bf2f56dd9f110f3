package dev.switchback.connectors.avro;

import java.io.IOException;
import java.time.InstantSource;

import org.apache.avro.io.BinaryEncoder;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.change.Change;
import dev.switchback.transforms.change.Operation;
import dev.switchback.transforms.change.Row;
import dev.switchback.transforms.change.Utf8Text;
import dev.switchback.transforms.schema.TableSchema;

/** Encodes one table's changes for its change topic. Not thread-safe: it writes into its output. */
public final class ChangeEncoder {

    private final TableSchema table;
    private final InstantSource clock;
    private final Utf8Text schemaName;
    private final Utf8Text tableName;
    private final @Nullable Utf8Text named;
    private final int keySchemaId;
    private final int valueSchemaId;
    private final RowWriter keys;
    private final RowWriter rows;
    private final WireOutput output;

    /**
     * Registers the table's key and value schemas.
     *
     * @throws IllegalArgumentException when the table has no key
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take a schema
     */
    public ChangeEncoder(SchemaStore store, String topic, TableSchema table) {
        this(store, topic, table, new WireOutput());
    }

    /**
     * Registers the table's key and value schemas.
     *
     * @param output where records are made; may be that of other encoders, too, whose tables then share what memory of it the
     *     processor has at hand
     * @throws IllegalArgumentException when the table has no key
     * @throws dev.switchback.transforms.problem.ProblemException when the store cannot take a schema
     */
    public ChangeEncoder(SchemaStore store, String topic, TableSchema table, WireOutput output) {
        this(store, topic, table, false, output, InstantSource.system());
    }

    /**
     * For a topic that other tables' changes go to as well, so that a key must say which table it is of.
     *
     * @param topic the one that the table would have for itself
     * @param output as above
     */
    public static ChangeEncoder amongOthers(SchemaStore store, String topic, TableSchema table, WireOutput output) {
        return new ChangeEncoder(store, topic, table, true, output, InstantSource.system());
    }

    ChangeEncoder(
            SchemaStore store,
            String topic,
            TableSchema table,
            boolean amongOthers,
            WireOutput output,
            InstantSource clock) {
        if (table.key().isEmpty()) {
            throw new IllegalArgumentException(table.id() + " has no key, so its changes have no order");
        }
        this.table = table;
        this.output = output;
        this.clock = clock;
        this.schemaName = Utf8Text.of(table.id().schema());
        this.tableName = Utf8Text.of(table.id().name());
        this.named = amongOthers ? Utf8Text.of(topic) : null;
        this.keySchemaId = store.register(
                ChangeSchemas.keySubject(topic),
                amongOthers ? ChangeSchemas.keyAmongOthers(topic, table) : ChangeSchemas.key(topic, table));
        this.valueSchemaId = store.register(ChangeSchemas.valueSubject(topic), ChangeSchemas.envelope(topic, table));
        this.keys = RowWriter.ofKeys(table);
        this.rows = RowWriter.ofRows(table);
    }

    /**
     * The record key: the key columns of a row, in the key's order, behind the table's name where other tables have keys
     * beside it. The row may have other columns, too.
     *
     * @throws IllegalArgumentException naming table and column, when a key column is missing, NULL, absent or not of its
     *     carrier
     */
    public byte[] key(Row row) {
        return output.record(keySchemaId, encoder -> {
            if (named != null) {
                CarrierWriter.writeText(named, encoder);
            }
            keys.write(row, encoder);
        });
    }

    /**
     * The record value. A row's columns are matched by name.
     *
     * @throws IllegalArgumentException naming table and column, when the change is of another table, a row lacks a column
     *     or has one that the table does not have, or a value is not of its column's carrier
     */
    public byte[] value(Change change) {
        if (!change.table().equals(table.id())) {
            throw new IllegalArgumentException("a change of " + change.table() + " among those of " + table.id());
        }
        return output.record(valueSchemaId, encoder -> {
            write(change.before(), encoder);
            write(change.after(), encoder);
            encoder.writeLong(change.lsn());
            encoder.writeLong(change.commitMicros());
            CarrierWriter.writeText(schemaName, encoder);
            CarrierWriter.writeText(tableName, encoder);
            encoder.writeBoolean(change.operation() == Operation.READ);
            encoder.writeString(change.operation().code());
            encoder.writeLong(clock.millis());
        });
    }

    private void write(@Nullable Row row, BinaryEncoder encoder) throws IOException {
        encoder.writeIndex(row == null ? 0 : 1);
        if (row != null) {
            rows.write(row, encoder);
        }
    }
}
