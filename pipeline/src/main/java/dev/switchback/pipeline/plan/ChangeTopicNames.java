package dev.switchback.pipeline.plan;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.switchback.connectors.spi.Flow;
import dev.switchback.pipeline.file.MigrationFile.Table;
import dev.switchback.transforms.problem.Problem;

/** Finds tables whose changes cannot have a topic of their own in Kafka. Stateless. */
final class ChangeTopicNames {

    /** Kafka's limit. */
    private static final int LONGEST = 249;

    private ChangeTopicNames() {}

    /** One problem for each table whose topic's name Kafka refuses, or takes for that of a table before it. */
    static List<Problem> problems(Flow flow, Collection<Table> tables) {
        List<Problem> problems = new ArrayList<>();
        Map<String, Table> taken = new HashMap<>();
        for (Table table : tables) {
            String topic = flow.changeTopic(table.source());
            if (topic.length() > LONGEST) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        table.where(),
                        "The change topic of " + table.source() + " would have a name of " + topic.length()
                                + " characters (" + topic + "), and Kafka allows " + LONGEST + ".",
                        "Shorten the migration's name, or rename the table."));
            }
            // Kafka takes names that differ in these two for one, since its metrics do.
            Table other = taken.putIfAbsent(topic.replace('.', '_'), table);
            if (other != null) {
                problems.add(new Problem(
                        Problem.Kind.BAD_INPUT,
                        table.where(),
                        "The change topics of " + other.source() + " and " + table.source() + " would be "
                                + flow.changeTopic(other.source()) + " and " + topic + ", which Kafka does not tell"
                                + " apart.",
                        "Move one of the two tables in a migration of its own."));
            }
        }
        return problems;
    }
}
