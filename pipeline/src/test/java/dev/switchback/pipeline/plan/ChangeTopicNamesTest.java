package dev.switchback.pipeline.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.switchback.connectors.spi.Direction;
import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

class ChangeTopicNamesTest {

    private static final Flow FLOW = new Flow("shop", Direction.FORWARD);

    @Test
    void ordinaryNamesAndOddOnesHaveTopics() {
        assertThat(problems(id("public", "a"), id("a", "b.c"), id("a.b", "c"), id("a", "b-c"), id("a", "b c")))
                .isEmpty();
    }

    @Test
    void namesThatKafkaTakesForOneAreRefused() {
        assertThat(problems(id("a", "b_c"), id("public", "t"), id("a_b", "c")))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem.kind()).isEqualTo(Problem.Kind.BAD_INPUT);
                    assertThat(problem.where()).isEqualTo("line of a_b.c");
                    assertThat(problem.what())
                            .isEqualTo("The change topics of a.b_c and a_b.c would be shop.forward.a.b_c and"
                                    + " shop.forward.a_b.c, which Kafka does not tell apart.");
                });
    }

    @Test
    void aNameIsRefusedFromThe250thCharacterOn() {
        String prefix = "shop.forward.";
        String spaces = " ".repeat(46);
        String rest = "x".repeat(249 - prefix.length() - 4 * 46 - 1 - "public".length());

        assertThat(problems(id("public", spaces + rest))).isEmpty();
        assertThat(problems(id("public", spaces + rest + "x")))
                .singleElement()
                .satisfies(problem ->
                        assertThat(problem.what()).contains("250 characters").contains("249"));
    }

    private static List<Problem> problems(TableId... tables) {
        return ChangeTopicNames.problems(
                FLOW,
                Arrays.stream(tables)
                        .map(id -> new Table(id, id, Optional.empty(), List.of(), "line of " + id))
                        .toList());
    }

    private static TableId id(String schema, String name) {
        return new TableId(schema, name);
    }
}
