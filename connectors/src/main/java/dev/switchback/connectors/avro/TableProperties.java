package dev.switchback.connectors.avro;

import java.util.List;
import java.util.Objects;

import org.apache.avro.JsonProperties;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** What a schema says about its table beyond Avro's own words, in properties that Avro carries along and never reads. */
final class TableProperties {

    private static final String TABLE = "switchback.table";
    private static final String KEY = "switchback.key";
    private static final String COLUMN = "switchback.column";
    private static final String TYPE = "switchback.type";
    private static final String DECLARATION = "switchback.declaration";
    private static final String NULLABLE = "switchback.nullable";
    private static final String HAS_DEFAULT = "switchback.hasDefault";
    private static final String GENERATION = "switchback.generation";

    private TableProperties() {}

    /** Notes the column's true name, which the field's need not be, and its type. */
    static void identify(Field field, Column column) {
        field.addProp(COLUMN, column.name());
        field.addProp(TYPE, column.type().name());
    }

    static void describe(Field field, Column column) {
        field.addProp(DECLARATION, column.type().declaration());
        field.addProp(NULLABLE, (Object) column.nullable());
        field.addProp(HAS_DEFAULT, (Object) column.hasDefault());
        field.addProp(GENERATION, column.generation().name());
    }

    static void describe(Schema envelope, TableSchema table) {
        name(envelope, table);
        envelope.addProp(KEY, table.key());
    }

    static TableId table(Schema envelope) {
        List<String> names = names(envelope, TABLE);
        if (names.size() != 2) {
            throw new UndecodableException("property " + TABLE + " of an Avro schema holds " + names
                    + " instead of the table's schema and name");
        }
        return new TableId(names.get(0), names.get(1));
    }

    static List<String> key(Schema envelope) {
        return names(envelope, KEY);
    }

    /** Notes which table a record is of; on a field, that it is no column but says so. */
    static void name(JsonProperties holder, TableSchema table) {
        holder.addProp(TABLE, List.of(table.id().schema(), table.id().name()));
    }

    static boolean isName(Field field) {
        return field.getObjectProp(TABLE) != null;
    }

    static String columnName(Field field) {
        return text(field, COLUMN);
    }

    static Column column(Field field, Carrier carrier, boolean toastable) {
        ColumnType type = new ColumnType(text(field, TYPE), text(field, DECLARATION), carrier, toastable);
        return new Column(columnName(field), type, flag(field, NULLABLE), flag(field, HAS_DEFAULT), generation(field));
    }

    private static Column.Generation generation(Field field) {
        String name = text(field, GENERATION);
        try {
            return Column.Generation.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new UndecodableException("property " + GENERATION + " of an Avro schema holds " + name, e);
        }
    }

    private static String text(JsonProperties holder, String property) {
        return value(holder, property, String.class);
    }

    private static boolean flag(JsonProperties holder, String property) {
        return value(holder, property, Boolean.class);
    }

    private static List<String> names(JsonProperties holder, String property) {
        return ((List<?>) value(holder, property, List.class))
                .stream().map(Objects::toString).toList();
    }

    private static <T> T value(JsonProperties holder, String property, Class<T> type) {
        Object value = holder.getObjectProp(property);
        if (!type.isInstance(value)) {
            throw new UndecodableException("an Avro schema without the property " + property
                    + " does not describe a change: Switchback did not write it, or the registry drops properties");
        }
        return type.cast(value);
    }
}
