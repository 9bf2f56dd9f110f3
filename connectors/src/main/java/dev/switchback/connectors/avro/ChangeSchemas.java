package dev.switchback.connectors.avro;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

import org.apache.avro.AvroRuntimeException;
import org.apache.avro.Schema;
import org.apache.avro.Schema.Field;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableSchema;

/**
 * The Avro schemas of change topics. A schema's properties ({@code switchback.…}) describe the table it was made for, so
 * that {@link #tableOf} can give the table back. The same table gives the same schema.
 */
public final class ChangeSchemas {

    /** The subject of {@link #WATERMARK}, and its full name. */
    public static final String WATERMARK_NAME = "dev.switchback.Watermark";

    /** The record value of a watermark. */
    public static final Schema WATERMARK = record(
            WATERMARK_NAME,
            new Field("id", Schema.create(Schema.Type.LONG)),
            new Field("lsn", Schema.create(Schema.Type.LONG)),
            new Field("ts_us", Schema.create(Schema.Type.LONG)));

    /** The subject of {@link #TASK_WATERMARK}, and its full name. */
    public static final String TASK_WATERMARK_NAME = "dev.switchback.TaskWatermark";

    /** The record value of a task's watermark in a mutation topic. */
    public static final Schema TASK_WATERMARK = record(
            TASK_WATERMARK_NAME,
            new Field("task", Schema.create(Schema.Type.INT)),
            new Field("id", Schema.create(Schema.Type.LONG)),
            new Field("lsn", Schema.create(Schema.Type.LONG)),
            new Field("ts_us", Schema.create(Schema.Type.LONG)));

    /** The subject of {@link #CLAIM_KEY}, and its full name. */
    public static final String CLAIM_KEY_NAME = "dev.switchback.ClaimKey";

    /** The record key in a mutation topic: the destination row's key, or the owner, as text. */
    public static final Schema CLAIM_KEY = record(CLAIM_KEY_NAME, claimKeyField());

    /** The subject of {@link #CLAIM}, and its full name. */
    public static final String CLAIM_NAME = "dev.switchback.Claim";

    /** The record value in a mutation topic. */
    public static final Schema CLAIM = record(
            CLAIM_NAME,
            new Field("schema", Schema.create(Schema.Type.STRING)),
            new Field("table", Schema.create(Schema.Type.STRING)),
            new Field("owner", Schema.create(Schema.Type.STRING)),
            new Field("key", nullable(Schema.createArray(anyValue()))),
            new Field("row", nullable(Schema.createArray(anyValue()))),
            new Field("refusal", nullable(Schema.create(Schema.Type.STRING))),
            new Field("copied", Schema.create(Schema.Type.BOOLEAN)),
            new Field("ts_us", Schema.create(Schema.Type.LONG)),
            new Field("watermark", Schema.create(Schema.Type.LONG)),
            new Field("handover", nullable(handover())),
            new Field("age", anyValue()));

    private static final int MAX_QUOTED = 300;

    private ChangeSchemas() {}

    /** A change topic's record key: the primary key's columns, in the key's order, none of them nullable. */
    public static Schema key(String topic, TableSchema table) {
        return record(namespace(topic) + ".Key", keyFields(table).toArray(Field[]::new));
    }

    /** The record key where several tables share a topic: before the key's columns, the topic that the table would have. */
    public static Schema keyAmongOthers(String topic, TableSchema table) {
        List<Field> fields = keyFields(table);
        String name = "__table";
        while (fields.stream().map(Field::name).anyMatch(name::equals)) {
            name = "_" + name;
        }
        Field first = new Field(name, Schema.create(Schema.Type.STRING));
        TableProperties.name(first, table);
        fields.add(0, first);
        return record(namespace(topic) + ".Key", fields.toArray(Field[]::new));
    }

    private static List<Field> keyFields(TableSchema table) {
        List<Field> fields = new ArrayList<>();
        for (String name : table.key()) {
            Column column = table.column(name).orElseThrow();
            Field field = new Field(
                    FieldName.of(name), Schema.create(avroType(column.type().carrier())));
            TableProperties.identify(field, column);
            fields.add(field);
        }
        return fields;
    }

    /** A change topic's record value: Debezium's envelope, trimmed, around the table's rows. */
    public static Schema envelope(String topic, TableSchema table) {
        return envelopeIn(namespace(topic), table);
    }

    /**
     * The table that an {@linkplain #envelope envelope} was made for, equal to the one it was made from.
     *
     * @throws UndecodableException when the schema is not such an envelope
     */
    public static TableSchema tableOf(Schema envelope) {
        TableSchema table = describedBy(envelope);
        if (!envelope.equals(envelopeIn(envelope.getNamespace(), table))) {
            throw new UndecodableException("the Avro schema " + envelope.getFullName()
                    + " is not the one that this version of Switchback writes for " + table.id());
        }
        return table;
    }

    /** @throws UndecodableException when the text is no Avro schema */
    static Schema parse(String json) {
        try {
            return new Schema.Parser().parse(json);
        } catch (AvroRuntimeException | NullPointerException e) {
            // Avro 1.12.1 answers a type name it does not know with a NullPointerException.
            throw new UndecodableException("no Avro schema: " + e.getMessage(), e);
        }
    }

    static String keySubject(String topic) {
        return topic + "-key";
    }

    static String valueSubject(String topic) {
        return topic + "-value";
    }

    private static Schema envelopeIn(String namespace, TableSchema table) {
        Schema row = nullable(row(namespace, table));
        Schema envelope = record(
                namespace + ".Envelope",
                new Field("before", row, null, Field.NULL_DEFAULT_VALUE),
                new Field("after", row, null, Field.NULL_DEFAULT_VALUE),
                new Field("source", source()),
                new Field("op", Schema.create(Schema.Type.STRING)),
                new Field("ts_ms", Schema.create(Schema.Type.LONG)));
        TableProperties.describe(envelope, table);
        return envelope;
    }

    private static Schema row(String namespace, TableSchema table) {
        List<Field> fields = new ArrayList<>();
        for (Column column : table.columns()) {
            // With a default, a registry takes a table that gains or loses a column for a compatible change.
            Field field =
                    new Field(FieldName.of(column.name()), columnSchema(column.type()), null, Field.NULL_DEFAULT_VALUE);
            TableProperties.identify(field, column);
            TableProperties.describe(field, column);
            fields.add(field);
        }
        return record(namespace + ".Row", fields.toArray(Field[]::new));
    }

    private static Schema source() {
        return record(
                "dev.switchback.Source",
                new Field("lsn", Schema.create(Schema.Type.LONG)),
                new Field("ts_us", Schema.create(Schema.Type.LONG)),
                new Field("schema", Schema.create(Schema.Type.STRING)),
                new Field("table", Schema.create(Schema.Type.STRING)),
                new Field("snapshot", Schema.create(Schema.Type.BOOLEAN)));
    }

    /** NULL is branch 0, a value branch 1, and absent, where a column can be that, branch 2. */
    private static Schema columnSchema(ColumnType type) {
        Schema value = Schema.create(avroType(type.carrier()));
        return type.toastable()
                ? Schema.createUnion(Schema.create(Schema.Type.NULL), value, record("dev.switchback.Absent"))
                : nullable(value);
    }

    private static Field claimKeyField() {
        Field field = new Field("row", Schema.create(Schema.Type.STRING));
        TableProperties.identify(field, Column.of("row", new ColumnType("text", "text", Carrier.TEXT, false)));
        return field;
    }

    /** NULL, or a value in the type of any carrier: branch n is carrier number n - 1; behind them, absent. */
    private static Schema anyValue() {
        List<Schema> branches = new ArrayList<>(List.of(Schema.create(Schema.Type.NULL)));
        for (Carrier carrier : Carrier.values()) {
            branches.add(Schema.create(avroType(carrier)));
        }
        branches.add(record("dev.switchback.Absent"));
        return Schema.createUnion(branches);
    }

    /** Of which row of the owner's table the destination row is given to which. */
    private static Schema handover() {
        return record(
                "dev.switchback.Handover",
                new Field("from", Schema.create(Schema.Type.STRING)),
                new Field("to", Schema.create(Schema.Type.STRING)),
                new Field("lsn", Schema.create(Schema.Type.LONG)));
    }

    private static Schema nullable(Schema schema) {
        return Schema.createUnion(Schema.create(Schema.Type.NULL), schema);
    }

    private static Schema record(String fullName, Field... fields) {
        int dot = fullName.lastIndexOf('.');
        return Schema.createRecord(
                fullName.substring(dot + 1), null, fullName.substring(0, dot), false, Arrays.asList(fields));
    }

    /** The topic as an Avro namespace: each part between dots made legal. */
    private static String namespace(String topic) {
        return Arrays.stream(topic.split("\\.", -1)).map(FieldName::of).collect(Collectors.joining("."));
    }

    private static TableSchema describedBy(Schema envelope) {
        List<Column> columns = new ArrayList<>();
        for (Field field : fields(branch(field(envelope, "after"), 1))) {
            boolean toastable = branches(field.schema()).size() > 2;
            columns.add(TableProperties.column(field, carrier(branch(field.schema(), 1)), toastable));
        }
        try {
            return new TableSchema(TableProperties.table(envelope), columns, TableProperties.key(envelope));
        } catch (IllegalArgumentException e) {
            throw new UndecodableException(
                    "the Avro schema " + envelope.getFullName() + " describes no table: " + e.getMessage(), e);
        }
    }

    private static Schema field(Schema record, String name) {
        return fields(record).stream()
                .filter(field -> field.name().equals(name))
                .findFirst()
                .orElseThrow(() -> unlike(record))
                .schema();
    }

    private static Schema branch(Schema union, int index) {
        List<Schema> branches = branches(union);
        if (branches.size() <= index) {
            throw unlike(union);
        }
        return branches.get(index);
    }

    private static List<Schema> branches(Schema union) {
        if (union.getType() != Schema.Type.UNION) {
            throw unlike(union);
        }
        return union.getTypes();
    }

    /** The carrier whose values a primitive schema encodes. */
    static Carrier carrier(Schema schema) {
        for (Carrier carrier : Carrier.values()) {
            if (avroType(carrier) == schema.getType()) {
                return carrier;
            }
        }
        throw unlike(schema);
    }

    static List<Field> fields(Schema record) {
        if (record.getType() != Schema.Type.RECORD) {
            throw unlike(record);
        }
        return record.getFields();
    }

    private static Schema.Type avroType(Carrier carrier) {
        return switch (carrier) {
            case BOOLEAN -> Schema.Type.BOOLEAN;
            case INT32 -> Schema.Type.INT;
            case INT64 -> Schema.Type.LONG;
            case FLOAT32 -> Schema.Type.FLOAT;
            case FLOAT64 -> Schema.Type.DOUBLE;
            case BYTES -> Schema.Type.BYTES;
            case TEXT -> Schema.Type.STRING;
        };
    }

    private static UndecodableException unlike(Schema schema) {
        String text = schema.toString();
        return new UndecodableException("an Avro schema that Switchback does not write: "
                + (text.length() > MAX_QUOTED ? text.substring(0, MAX_QUOTED) + "…" : text));
    }
}
