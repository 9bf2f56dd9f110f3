package dev.switchback.connectors.avro;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;

import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.junit.jupiter.api.Test;

import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

class ChangeSchemasTest {

    @Test
    void theKeySchemaIsThis() {
        assertThat(ChangeSchemas.key(Tables.TOPIC, Tables.STORE))
                .isEqualTo(
                        parsed(
                                """
                {"type": "record", "name": "Key", "namespace": "m.forward.public.store", "fields": [
                  {"name": "id", "type": "long", "switchback.column": "id", "switchback.type": "bigint"}]}
                """));
    }

    @Test
    void theValueSchemaIsThis() {
        assertThat(ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE))
                .isEqualTo(
                        parsed(
                                """
                {"type": "record", "name": "Envelope", "namespace": "m.forward.public.store",
                 "switchback.table": ["public", "store"], "switchback.key": ["id"], "fields": [
                  {"name": "before", "default": null, "type": ["null", {"type": "record", "name": "Row", "fields": [
                    {"name": "id", "type": ["null", "long"], "default": null,
                     "switchback.column": "id", "switchback.type": "bigint", "switchback.declaration": "bigint",
                     "switchback.nullable": false, "switchback.hasDefault": true,
                     "switchback.generation": "IDENTITY_ALWAYS"},
                    {"name": "name", "default": null,
                     "type": ["null", "string",
                              {"type": "record", "name": "Absent", "namespace": "dev.switchback", "fields": []}],
                     "switchback.column": "name", "switchback.type": "text", "switchback.declaration": "text",
                     "switchback.nullable": true, "switchback.hasDefault": false, "switchback.generation": "NONE"},
                    {"name": "rating", "type": ["null", "double"], "default": null,
                     "switchback.column": "rating", "switchback.type": "double precision",
                     "switchback.declaration": "double precision",
                     "switchback.nullable": true, "switchback.hasDefault": false, "switchback.generation": "NONE"}]}]},
                  {"name": "after", "default": null, "type": ["null", "Row"]},
                  {"name": "source", "type": {"type": "record", "name": "Source", "namespace": "dev.switchback",
                   "fields": [
                    {"name": "lsn", "type": "long"},
                    {"name": "ts_us", "type": "long"},
                    {"name": "schema", "type": "string"},
                    {"name": "table", "type": "string"},
                    {"name": "snapshot", "type": "boolean"}]}},
                  {"name": "op", "type": "string"},
                  {"name": "ts_ms", "type": "long"}]}
                """));
    }

    @Test
    void theWatermarkSchemaIsThis() {
        assertThat(ChangeSchemas.WATERMARK)
                .isEqualTo(
                        parsed(
                                """
                {"type": "record", "name": "Watermark", "namespace": "dev.switchback", "fields": [
                  {"name": "id", "type": "long"}, {"name": "lsn", "type": "long"}, {"name": "ts_us", "type": "long"}]}
                """));
    }

    @Test
    void aRegistryTakesANewOrADroppedColumnForACompatibleChange() {
        Schema before = ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE);
        List<Column> fewer = Tables.STORE.columns().subList(0, 2);
        Schema after = ChangeSchemas.envelope(Tables.TOPIC, new TableSchema(Tables.STORE.id(), fewer, List.of("id")));

        assertThat(compatibility(before, after)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
        assertThat(compatibility(after, before)).isEqualTo(SchemaCompatibilityType.COMPATIBLE);
    }

    @Test
    void anyDifferenceOfTheTableIsADifferenceOfTheSchema() {
        ColumnType varchar = new ColumnType("text", "character varying(20)", Carrier.TEXT, true);
        assertThat(ChangeSchemas.envelope(Tables.TOPIC, withName(Column.of("name", varchar))))
                .isNotEqualTo(ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE));
    }

    @Test
    void aTopicsNameMadeLegalIsTheNamespace() {
        TableSchema table = new TableSchema(new TableId("my shop", "2nd"), Tables.STORE.columns(), List.of("id"));

        assertThat(ChangeSchemas.envelope("m.forward.my shop.2nd", table).getNamespace())
                .isEqualTo("m.forward.my_u0020shop._u0032nd");
    }

    @Test
    void aSchemaOfAnotherFormIsNoTable() {
        Schema envelope = ChangeSchemas.envelope(Tables.TOPIC, Tables.STORE);
        String text = envelope.toString();

        assertNoTable(Schema.create(Schema.Type.STRING), "\"string\"");
        assertNoTable(SchemaBuilder.record("R").fields().requiredLong("after").endRecord(), "\"long\"");
        assertNoTable(SchemaBuilder.record("R").fields().requiredLong("id").endRecord(), "\"R\"");
        assertNoTable(ChangeSchemas.WATERMARK, "Watermark");
        assertNoTable(parsed(text.replace("switchback.table", "x")), "switchback.table");
        assertNoTable(parsed(text.replace("\"switchback.nullable\":false", "\"x\":1")), "switchback.nullable");
        assertNoTable(parsed(text.replace("[\"public\",\"store\"]", "[\"store\"]")), "[store]");
        assertNoTable(
                parsed(text.replace("\"switchback.key\":[\"id\"]", "\"switchback.key\":[\"x\"]")), "key column x");
        assertNoTable(parsed(text.replace("IDENTITY_ALWAYS", "SOMETIMES")), "SOMETIMES");
        assertNoTable(parsed(text.replace("\"ts_ms\"", "\"ts_ns\"")), "m.forward.public.store.Envelope");
        assertNoTable(parsed(text.replace("[\"null\",\"long\"]", "[\"null\",\"long\",\"string\"]")), "public.store");
        assertNoTable(
                parsed(text.replace("[\"null\",\"long\"]", "[\"null\",{\"type\":\"array\",\"items\":\"long\"}]")),
                "array");
    }

    private static void assertNoTable(Schema schema, String named) {
        assertThatThrownBy(() -> ChangeSchemas.tableOf(schema))
                .isInstanceOf(UndecodableException.class)
                .hasMessageContaining(named);
    }

    private static TableSchema withName(Column name) {
        List<Column> columns = List.of(
                Tables.STORE.columns().get(0), name, Tables.STORE.columns().get(2));
        return new TableSchema(Tables.STORE.id(), columns, List.of("id"));
    }

    private static SchemaCompatibilityType compatibility(Schema reader, Schema writer) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getType();
    }

    private static Schema parsed(String json) {
        return new Schema.Parser().parse(json);
    }
}
