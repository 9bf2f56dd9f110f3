package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.apache.calcite.sql.SqlIdentifier;

import dev.switchback.transforms.problem.NearName;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;

/**
 * The columns that the names in a {@code SELECT} may mean, and those that its expressions turn out to read. Not
 * thread-safe.
 */
public final class Scope {

    private final TableSchema table;
    private final List<List<String>> qualifiers;
    private final SqlProblems problems;
    private final List<Column> columns = new ArrayList<>();

    /** @param qualifiers what may stand in front of a column's name, the empty list among it; the second is the best */
    Scope(TableSchema table, List<List<String>> qualifiers, SqlProblems problems) {
        this.table = table;
        this.qualifiers = qualifiers;
        this.problems = problems;
    }

    /** The columns that expressions read, in the order in which an {@link Evaluator} gets their values. */
    public List<Column> columns() {
        return List.copyOf(columns);
    }

    TableSchema table() {
        return table;
    }

    /** Whether a name's qualifier is this table's; if not, it has been reported. */
    boolean isQualifiedRight(SqlIdentifier name) {
        List<String> qualifier = name.names.subList(0, name.names.size() - 1);
        if (qualifiers.isEmpty() || qualifiers.contains(qualifier)) {
            return true;
        }
        problems.add(
                name,
                "Nothing in the FROM is called " + String.join(".", qualifier) + ".",
                "Write the column alone, or in front of it " + String.join(".", qualifiers.get(1)) + ".");
        return false;
    }

    /** The column of this name; if there is none, that has been reported. */
    Optional<Column> column(SqlIdentifier identifier) {
        if (!isQualifiedRight(identifier)) {
            return Optional.empty();
        }
        String name = identifier.names.get(identifier.names.size() - 1);
        Optional<Column> column = table.column(name);
        if (column.isEmpty()) {
            problems.add(
                    identifier,
                    table.id() + " has no column " + name + ".",
                    NearName.hint(
                            name,
                            table.columnNames(),
                            "Its columns are " + String.join(", ", table.columnNames()) + "."));
        }
        return column;
    }

    /** Where an evaluator finds a column's value. */
    int slot(Column column) {
        int slot = columns.indexOf(column);
        if (slot < 0) {
            columns.add(column);
            return columns.size() - 1;
        }
        return slot;
    }
}
