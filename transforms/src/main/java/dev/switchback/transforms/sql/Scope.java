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

    private final List<Source> sources = new ArrayList<>();
    private final SqlProblems problems;
    private final List<Column> columns = new ArrayList<>();

    /**
     * A table of the {@code FROM}.
     *
     * @param table with its columns under the names that they have in the joined row
     * @param prefix what these names have in front; empty for the table itself
     * @param qualifiers what may stand in front of a column's name; the first is the best
     */
    record Source(TableSchema table, String prefix, List<List<String>> qualifiers) {

        Optional<Column> column(String name) {
            return table.column(prefix + name);
        }
    }

    Scope(Source table, SqlProblems problems) {
        this.sources.add(table);
        this.problems = problems;
    }

    /** From here on, columns may be this table's, too. */
    void add(Source lookup) {
        sources.add(lookup);
    }

    /** The columns that expressions read, in the order in which an {@link Evaluator} gets their values. */
    public List<Column> columns() {
        return List.copyOf(columns);
    }

    /** Whether some table has a column of this name. */
    boolean knows(String name) {
        return sources.stream().anyMatch(source -> source.column(name).isPresent());
    }

    /** How a column is written: behind its table's name, where there are several. */
    Spelling spelling(Column column) {
        return sources.size() == 1
                ? dialect -> dialect.name(column.name())
                : sources.stream()
                        .filter(source -> source.table().columns().contains(column))
                        .findFirst()
                        .map(source -> qualified(source, column))
                        .orElseThrow();
    }

    private static Spelling qualified(Source source, Column column) {
        List<String> qualifier = source.qualifiers().get(0);
        String alias = qualifier.get(qualifier.size() - 1);
        String name = column.name().substring(source.prefix().length());
        return dialect -> dialect.name(alias) + "." + dialect.name(name);
    }

    /** The tables that a name's qualifier may mean; if there is none, it has been reported. */
    List<Source> qualified(SqlIdentifier name) {
        List<String> qualifier = name.names.subList(0, name.names.size() - 1);
        List<Source> meant = sources.stream()
                .filter(source -> qualifier.isEmpty() || source.qualifiers().contains(qualifier))
                .toList();
        if (meant.isEmpty()) {
            problems.add(
                    name,
                    "Nothing in the FROM is called " + String.join(".", qualifier) + ".",
                    "Write the column alone, or in front of it "
                            + String.join(".", sources.get(0).qualifiers().get(0)) + ".");
        }
        return meant;
    }

    /** The column of this name; if there is none, that has been reported. */
    Optional<Column> column(SqlIdentifier identifier) {
        List<Source> meant = qualified(identifier);
        if (meant.isEmpty()) {
            return Optional.empty();
        }
        String name = identifier.names.get(identifier.names.size() - 1);
        List<Column> found =
                meant.stream().flatMap(source -> source.column(name).stream()).toList();
        if (found.size() > 1) {
            problems.add(
                    identifier,
                    "Several tables of the FROM have a column " + name + ".",
                    "Write the table's name in front of it.");
            return Optional.empty();
        }
        if (found.isEmpty()) {
            unknown(identifier, name, meant.get(0));
        }
        return found.stream().findFirst();
    }

    private void unknown(SqlIdentifier identifier, String name, Source source) {
        List<String> names = source.table().columnNames().stream()
                .map(column -> column.substring(source.prefix().length()))
                .toList();
        problems.add(
                identifier,
                source.table().id() + " has no column " + name + ".",
                NearName.hint(name, names, "Its columns are " + String.join(", ", names) + "."));
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
