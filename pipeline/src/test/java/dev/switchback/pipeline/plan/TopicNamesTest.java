package dev.switchback.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

class TopicNamesTest {

    private final TopicNames topics = new TopicNames(new Flow("shop", Direction.FORWARD));

    @Test
    void ordinaryNamesAndOddOnesHaveTopics() {
        for (TableId table :
                List.of(id("public", "a"), id("a", "b.c"), id("a.b", "c"), id("a", "b-c"), id("a", "b c"))) {
            changes(table);
            topics.lookup(table, "line of " + table);
            topics.mutations(table, "line of " + table);
        }

        assertThat(topics.problems()).isEmpty();
    }

    @Test
    void namesThatKafkaTakesForOneAreRefused() {
        changes(id("a", "b_c"));
        changes(id("public", "t"));
        changes(id("a_b", "c"));

        assertThat(topics.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.kind()).isEqualTo(Problem.Kind.BAD_INPUT);
            assertThat(problem.where()).isEqualTo("line of a_b.c");
            assertThat(problem.what())
                    .isEqualTo("The change topic of a.b_c and the change topic of a_b.c would be shop.forward.a.b_c and"
                            + " shop.forward.a_b.c, which Kafka does not tell apart.");
        });
    }

    @Test
    void soAreALookupTopicAndAMutationTopicThatKafkaTakesForAChangeTopic() {
        changes(id("lookup_a", "b"));
        changes(id("mutations_a", "b"));
        topics.lookup(id("a", "b"), "");
        topics.mutations(id("a", "b"), "");

        assertThat(topics.problems())
                .extracting(Problem::what)
                .containsExactly(
                        "The change topic of lookup_a.b and the lookup topic of a.b would be shop.forward.lookup_a.b"
                                + " and shop.forward.lookup.a.b, which Kafka does not tell apart.",
                        "The change topic of mutations_a.b and the mutation topic of a.b would be"
                                + " shop.forward.mutations_a.b and shop.forward.mutations.a.b, which Kafka does not"
                                + " tell apart.");
    }

    @Test
    void soAreTwoLookupTopicsAndTwoMutationTopicsOfTablesThatKafkaTakesForOne() {
        for (TableId table : List.of(id("a", "b_c"), id("a_b", "c"))) {
            topics.lookup(table, "");
            topics.mutations(table, "");
        }

        assertThat(topics.problems())
                .extracting(Problem::what)
                .satisfiesExactly(
                        lookups -> assertThat(lookups)
                                .startsWith("The lookup topic of a.b_c and the lookup topic of a_b.c would be"),
                        mutations -> assertThat(mutations)
                                .startsWith("The mutation topic of a.b_c and the mutation topic of a_b.c would be"));
    }

    @Test
    void tablesThatLookUpInTheSameTableOrGoToTheSameShareItsTopic() {
        for (int table = 0; table < 2; table++) {
            topics.lookup(id("a", "b"), "");
            topics.mutations(id("a", "c"), "");
        }

        assertThat(topics.problems()).isEmpty();
    }

    @Test
    void aNameIsRefusedFromThe250thCharacterOn() {
        String prefix = "shop.forward.";
        String spaces = " ".repeat(46);
        String rest = "x".repeat(249 - prefix.length() - 4 * 46 - 1 - "public".length());

        changes(id("public", spaces + rest));
        assertThat(topics.problems()).isEmpty();
        changes(id("public", spaces + rest + "x"));
        topics.mutations(id("public", spaces + rest), "");

        assertThat(topics.problems())
                .extracting(Problem::what)
                .satisfiesExactly(
                        change -> assertThat(change)
                                .startsWith("The change topic of")
                                .contains("250 characters")
                                .contains("249"),
                        mutations -> assertThat(mutations)
                                .startsWith("The mutation topic of")
                                .contains("259 characters"));
    }

    private void changes(TableId table) {
        topics.changes(table, "line of " + table);
    }

    private static TableId id(String schema, String name) {
        return new TableId(schema, name);
    }
}
