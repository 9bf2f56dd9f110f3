package dev.switchback.connectors.debezium;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

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
     * @param columns not yet declared in words
     * @throws ProblemException when they are not those that the capture of the table began with
     */
    void check(CapturedTable table, List<LogColumn> columns) {
        if (table.relation().changesTo(columns).isEmpty()) {
            return;
        }
        List<LogColumn> declared =
                columns.stream().map(column -> declared(table, column)).toList();
        throw new ProblemException(
                altered(source.where(), table.schema().id(), table.relation().changesTo(declared)));
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

    /** With its type in words; only the words depend on what the catalogue says by now. */
    private LogColumn declared(CapturedTable table, LogColumn column) {
        return new LogColumn(column.name(), column.type(), column.modifier(), declaration(table, column));
    }

    private String declaration(CapturedTable table, LogColumn column) {
        for (LogColumn known : table.relation().columns()) {
            if (known.type() == column.type() && known.modifier() == column.modifier()) {
                return known.declaration();
            }
        }
        try (Connection connection = source.open()) {
            return LogRelation.declaration(connection, column.type(), column.modifier());
        } catch (SQLException | ProblemException unanswered) {
            return "type " + column.type();
        }
    }
}
