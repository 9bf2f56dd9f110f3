package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.TableId;

/**
 * The topics that a flow's tables are to have, each of which Kafka must take for one of its own. Not thread-safe.
 *
 * <p>No two have the same name, but Kafka does not tell {@code .} and {@code _} apart, since its metrics do not: the
 * change topic of {@code lookup_a.b} would be the lookup topic of {@code a.b}.
 */
final class TopicNames {

    /** Kafka's limit. */
    private static final int LONGEST = 249;

    private final Flow flow;
    private final Map<String, Topic> taken = new HashMap<>();
    private final List<Problem> problems = new ArrayList<>();

    /** @param what in words, what it holds */
    private record Topic(String what, String name) {}

    TopicNames(Flow flow) {
        this.flow = flow;
    }

    /** One problem for each topic whose name Kafka refuses, or takes for that of a topic before it. */
    List<Problem> problems() {
        return problems;
    }

    void changes(TableId table, String where) {
        take(new Topic("the change topic of " + table, flow.changeTopic(table)), where);
    }

    void lookup(TableId table, String where) {
        take(new Topic("the lookup topic of " + table, flow.lookupTopic(table)), where);
    }

    void mutations(TableId destination, String where) {
        take(new Topic("the mutation topic of " + destination, flow.mutationTopic(destination)), where);
    }

    /** Several tables may share a topic: where they look rows up in the same table, or go to the same. */
    private void take(Topic topic, String where) {
        Topic other = taken.putIfAbsent(topic.name.replace('.', '_'), topic);
        if (topic.equals(other)) {
            return;
        }
        if (other != null) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    where,
                    upperFirst(other.what) + " and " + topic.what + " would be " + other.name + " and " + topic.name
                            + ", which Kafka does not tell apart.",
                    "Move one of the tables in a migration of its own, or rename one."));
        }
        if (topic.name.length() > LONGEST) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    where,
                    upperFirst(topic.what) + " would have a name of " + topic.name.length() + " characters ("
                            + topic.name + "), and Kafka allows " + LONGEST + ".",
                    "Shorten the migration's name, or rename the table."));
        }
    }

    private static String upperFirst(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}
