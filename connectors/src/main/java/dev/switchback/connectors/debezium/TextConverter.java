package dev.switchback.connectors.debezium;

import java.util.Properties;

import io.debezium.connector.postgresql.UnchangedToastedReplicationMessageColumn;
import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Gives every column the schema of an optional string without default (Connect puts a default in the place of NULL), and
 * leaves its value the text it is. Made by Debezium, by class name.
 */
public final class TextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    /** The schema parameter that names a column's type, see {@link TextTypes}. */
    static final String TYPE = "type";

    /** The schema parameter that holds a column's type modifier. */
    static final String MODIFIER = "modifier";

    /**
     * Stands for a value that the log left out. Only this instance does: a column may well hold the same text, and
     * must then arrive.
     */
    @SuppressWarnings("StringOperationCanBeSimplified")
    static final String ABSENT = new String("absent");

    @Override
    public void configure(Properties properties) {}

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        SchemaBuilder schema = SchemaBuilder.string()
                .optional()
                .parameter(TYPE, column.typeName())
                .parameter(MODIFIER, Integer.toString(column.length().orElse(-1)));
        registration.register(schema, TextConverter::convert);
    }

    private static @Nullable Object convert(@Nullable Object value) {
        if (value == null || value instanceof String) {
            return value;
        }
        // Debezium's markers are told apart by identity, too. What else comes is a default value of the catalogue.
        return UnchangedToastedReplicationMessageColumn.isUnchangedToastedValue(value) ? ABSENT : null;
    }
}
