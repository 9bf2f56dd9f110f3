package dev.switchback.connectors.debezium;

import java.util.Properties;

import io.debezium.spi.converter.CustomConverter;
import io.debezium.spi.converter.RelationalColumn;
import org.apache.kafka.connect.data.SchemaBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Gives every column the schema of an optional string without default (Connect puts a default in the place of NULL), and
 * leaves its value the text it is. Made by Debezium, by class name.
 */
public final class TextConverter implements CustomConverter<SchemaBuilder, RelationalColumn> {

    @Override
    public void configure(Properties properties) {}

    @Override
    public void converterFor(RelationalColumn column, ConverterRegistration<SchemaBuilder> registration) {
        registration.register(SchemaBuilder.string().optional(), TextConverter::convert);
    }

    private static @Nullable Object convert(@Nullable Object value) {
        return value instanceof String ? value : null; // What else comes is a default value of the catalogue.
    }
}
