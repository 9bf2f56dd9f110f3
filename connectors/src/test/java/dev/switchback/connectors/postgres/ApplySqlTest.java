package dev.switchback.connectors.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.switchback.transforms.mutation.DestinationTable;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.Column.Generation;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;

/** The statements are those of the files in {@code golden}, which are made to be read. */
class ApplySqlTest {

    private static final Column ID = column("id", "bigint", "bigint", Carrier.INT64);
    private static final Column TOTAL = column("total", "numeric", "numeric(12,2)", Carrier.TEXT);
    private static final Column TAGS = column("tags", "text[]", "text[]", Carrier.TEXT);
    private static final Column NOTE = column("note", "text", "text", Carrier.TEXT);
    private static final Column PAID = column("paid", "boolean", "boolean", Carrier.BOOLEAN);
    private static final DestinationTable ORDER =
            new DestinationTable(new TableId("public", "order"), List.of(ID, TOTAL, TAGS, NOTE, PAID), List.of("id"));

    private static final Column MERCHANT = column("merchant \"id\"", "uuid", "uuid", Carrier.TEXT);
    private static final Column CODE = column("Code", "bpchar", "character(3)", Carrier.TEXT);
    private static final DestinationTable LINK = new DestinationTable(
            new TableId("Odd Schema", "Link"), List.of(CODE, MERCHANT), List.of("merchant \"id\"", "Code"));

    private static final Column NUMBER = new Column(
            "number",
            new ColumnType("bigint", "bigint", Carrier.INT64, false),
            false,
            true,
            Generation.IDENTITY_ALWAYS);
    private static final Column MOOD = column("mood", "shop.mood", "shop.mood", Carrier.TEXT);
    private static final DestinationTable VISIT = new DestinationTable(
            new TableId("shop", "visit"), List.of(MERCHANT, NUMBER, MOOD), List.of("merchant \"id\""));

    static Stream<Arguments> statements() {
        return Stream.of(
                Arguments.of("upsert", ApplySql.upsert(ORDER)),
                Arguments.of("upsert-key-only", ApplySql.upsert(LINK)),
                Arguments.of("upsert-identity", ApplySql.upsert(VISIT)),
                Arguments.of("patch", ApplySql.patch(ORDER, List.of(TOTAL, PAID))),
                Arguments.of("missing", ApplySql.missing(LINK)),
                Arguments.of("remove", ApplySql.remove(ORDER)),
                Arguments.of("remove-composite-key", ApplySql.remove(LINK)),
                Arguments.of("truncate", ApplySql.truncate(ORDER)),
                Arguments.of("delete-all", ApplySql.deleteAll(ORDER)),
                Arguments.of(
                        "move-identity",
                        ApplySql.moveIdentity(VISIT, NUMBER, List.of("merchant \"id\"", "number", "mood", "own"))),
                Arguments.of("moved-identity", ApplySql.movedIdentity(VISIT, NUMBER)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("statements")
    void isTheGoldenOne(String name, String sql) throws IOException {
        try (InputStream golden = ApplySqlTest.class.getResourceAsStream("golden/" + name + ".sql")) {
            String expected = golden == null ? "(no file)" : new String(golden.readAllBytes(), StandardCharsets.UTF_8);
            assertThat(sql + "\n").isEqualTo(expected);
        }
    }

    private static Column column(String name, String type, String declaration, Carrier carrier) {
        return Column.of(name, new ColumnType(type, declaration, carrier, false));
    }
}
