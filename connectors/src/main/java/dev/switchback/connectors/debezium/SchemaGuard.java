package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;

import dev.switchback.connectors.postgres.LogRelation;
import dev.switchback.connectors.postgres.LogRelation.LogColumn;
import dev.switchback.connectors.postgres.PostgresConnections;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/** Halts capture where the log begins to describe a table otherwise than when its capture began. Stateless. */
final class SchemaGuard {

    private final PostgresConnections source;

    SchemaGuard(PostgresConnections source) {
        this.source = source;
    }

    /**
     * Checks the columns of a table as they are from here on in the log.
     *
     * @param row the Connect schema of the table's rows, made by {@link TextConverter}
     * @throws ProblemException when they are not those that the capture of the table began with
     */
    void check(CapturedTable table, Schema row) {
        List<LogColumn> columns = new ArrayList<>();
        for (Field field : row.fields()) {
            if (!fromLog(field)) {
                return; // Read from the catalogue for the snapshot; the log will describe it before its first change.
            }
            long type = Long.parseLong(field.schema().parameters().get(TextConverter.TYPE));
            int modifier = Integer.parseInt(field.schema().parameters().get(TextConverter.MODIFIER));
            columns.add(new LogColumn(field.name(), type, modifier, declared(table, type, modifier)));
        }
        List<String> changes = table.relation().changesTo(columns);
        if (!changes.isEmpty()) {
            throw new ProblemException(altered(source.where(), table.schema().id(), changes));
        }
    }

    static Problem altered(String where, TableId table, List<String> changes) {
        return new Problem(
                Problem.Kind.REFUSED,
                where,
                "The table " + table + " was altered while it is captured: " + String.join("; ", changes)
                        + ". Everything before that is in Kafka, nothing after it.",
                "Start the migration anew, so that the table is copied as it is now; a captured table must not be"
                        + " altered.");
    }

    private static boolean fromLog(Field field) {
        String type = field.schema().parameters().getOrDefault(TextConverter.TYPE, "");
        return type.chars().allMatch(Character::isDigit);
    }

    /** A type in words; only the words depend on what the catalogue says by now. */
    private String declared(CapturedTable table, long type, int modifier) {
        for (LogColumn column : table.relation().columns()) {
            if (column.type() == type && column.modifier() == modifier) {
                return column.declaration();
            }
        }
        try (Connection connection = source.open()) {
            return LogRelation.declaration(connection, type, modifier);
        } catch (SQLException | ProblemException unanswered) {
            return "type " + type;
        }
    }
}
