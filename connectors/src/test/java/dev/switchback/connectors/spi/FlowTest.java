package dev.switchback.connectors.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.switchback.transforms.schema.TableId;

class FlowTest {

    private static final Flow FLOW = new Flow("shop", Direction.FORWARD);

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '`',
            value = {
                "public, order_item, shop.forward.public.order_item",
                "Sales, Item2, shop.forward.Sales.Item2",
                "sales, line-item, shop.forward.sales.line-2d-item",
                "sales, two words, shop.forward.sales.two-20-words",
                "sales, größe, shop.forward.sales.gr-f6--df-e",
                "sales, \uD83D\uDE00, shop.forward.sales.-1f600-",
                "a.b, c, shop.forward.a-2e-b.c",
                "a, b.c, shop.forward.a.b-2e-c",
                "a, b-2e-c, shop.forward.a.b-2d-2e-2d-c"
            })
    void aTopicIsNamedAfterItsTableInCharactersThatKafkaAllows(String schema, String name, String topic) {
        assertThat(FLOW.changeTopic(new TableId(schema, name))).isEqualTo(topic).matches("[a-zA-Z0-9._-]+");
    }

    @Test
    void tablesWhoseNamesLookAlikeHaveTopicsOfTheirOwn() {
        List<TableId> tables = List.of(
                new TableId("a", "b_c"),
                new TableId("a_b", "c"),
                new TableId("a.b", "c"),
                new TableId("a", "b.c"),
                new TableId("a", "b-c"),
                new TableId("a", "b-2e-c"),
                new TableId("a", "b c"),
                new TableId("a", "B_c"));

        assertThat(tables.stream().map(FLOW::changeTopic)).doesNotHaveDuplicates();
    }
}
