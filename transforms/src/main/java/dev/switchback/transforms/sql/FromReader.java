package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import org.apache.calcite.sql.JoinConditionType;
import org.apache.calcite.sql.JoinType;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlJoin;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;

import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/** Reads a {@code FROM}: the mapping's own table, and the tables that it looks rows up in. Used once. */
final class FromReader {

    private static final String REMEDY = "Write LEFT JOIN lookup l ON l.column = t.column.";

    /** Types of which two values are equal exactly if they are written alike. */
    private static final Set<SqlType.Kind> COMPARED = Set.of(
            SqlType.Kind.BOOLEAN,
            SqlType.Kind.SMALLINT,
            SqlType.Kind.INTEGER,
            SqlType.Kind.BIGINT,
            SqlType.Kind.TEXT,
            SqlType.Kind.VARCHAR,
            SqlType.Kind.UUID,
            SqlType.Kind.DATE,
            SqlType.Kind.TIMESTAMP,
            SqlType.Kind.TIMESTAMPTZ);

    private final TableSchema table;
    private final LookupTables tables;
    private final SqlProblems problems;
    private final List<Lookup> lookups = new ArrayList<>();
    private final Set<String> names = new HashSet<>();
    private String alias;

    FromReader(TableSchema table, LookupTables tables, SqlProblems problems) {
        this.table = table;
        this.tables = tables;
        this.problems = problems;
        this.alias = table.id().name();
    }

    /** By which the {@code SELECT} calls its own table. */
    String alias() {
        return alias;
    }

    List<Lookup> lookups() {
        return lookups;
    }

    /** @throws ProblemException when something in it cannot be run, behind which names mean nothing */
    Scope read(SqlNode from) {
        Scope scope;
        if (from instanceof SqlJoin join) {
            scope = read(join.getLeft());
            join(join, scope);
        } else {
            Named named = named(from);
            requireTable(named);
            alias = named.alias();
            names.add(alias);
            scope = new Scope(new Scope.Source(table, "", named.qualifiers(table.id())), problems);
        }
        if (!problems.isEmpty()) {
            throw problems.exception();
        }
        return scope;
    }

    /** A table's name in the {@code FROM}, and what it is called from there on. */
    private record Named(SqlIdentifier name, String alias, boolean aliased) {

        List<List<String>> qualifiers(TableId id) {
            return aliased ? List.of(List.of(alias)) : List.of(List.of(id.name()), List.of(id.schema(), id.name()));
        }
    }

    private Named named(SqlNode node) {
        if (node instanceof SqlIdentifier name) {
            return new Named(name, name.names.get(name.names.size() - 1), false);
        }
        if (node instanceof SqlBasicCall call
                && call.getKind() == SqlKind.AS
                && call.operandCount() == 2
                && call.operand(0) instanceof SqlIdentifier name
                && call.operand(1) instanceof SqlIdentifier as) {
            return new Named(name, as.getSimple(), true);
        }
        problems.add(node, "A FROM of anything but tables is not for mappings.", REMEDY);
        throw problems.exception();
    }

    private void requireTable(Named named) {
        TableId id = table.id();
        List<String> written = named.name().names;
        if (!written.equals(List.of(id.name())) && !written.equals(List.of(id.schema(), id.name()))) {
            problems.add(
                    named.name(),
                    "The SELECT is from " + String.join(".", written) + " and not from its own table.",
                    "Write FROM " + id + ".");
        }
    }

    private void join(SqlJoin join, Scope scope) {
        SqlNode condition = join.getCondition();
        if (join.getJoinType() != JoinType.LEFT
                || join.getConditionType() != JoinConditionType.ON
                || condition == null) {
            problems.add(join.getRight(), "A join of this kind can drop rows of the table, or double them.", REMEDY);
            return;
        }
        Named named = named(join.getRight());
        Optional<LookupTables.Found> found = tables.find(id(named.name()));
        if (found.isEmpty()) {
            problems.add(
                    named.name(),
                    "The source has no table " + id(named.name()) + " that could be looked up in.",
                    "Correct its name, and see that it has a primary key.");
        } else if (!names.add(named.alias())) {
            problems.add(
                    named.name(),
                    "Two tables of the FROM are called " + named.alias() + ".",
                    "Give one of them an alias.");
        } else {
            lookUp(found.get(), named, condition, scope);
        }
    }

    private TableId id(SqlIdentifier name) {
        return name.isSimple()
                ? new TableId(table.id().schema(), name.getSimple())
                : new TableId(name.names.get(0), name.names.get(name.names.size() - 1));
    }

    private void lookUp(LookupTables.Found found, Named named, SqlNode condition, Scope scope) {
        TableSchema joined = new Lookup(found.schema(), named.alias(), List.of()).joined();
        Scope.Source source = new Scope.Source(
                joined, named.alias() + ".", named.qualifiers(found.schema().id()));
        scope.add(source);
        List<Lookup.Equality> on = new ArrayList<>();
        equalities(condition, source, scope, on);
        Lookup lookup = new Lookup(found.schema(), named.alias(), on);
        Set<String> columns = new HashSet<>(lookup.columns());
        if (problems.isEmpty() && found.unique().stream().noneMatch(columns::containsAll)) {
            problems.add(
                    condition,
                    "Several rows of " + found.schema().id() + " may have the same "
                            + String.join(", ", lookup.columns()) + ", so that one row would become several.",
                    "Join by its primary key or by the columns of a unique constraint that is not deferrable.");
        }
        lookups.add(lookup);
    }

    private void equalities(SqlNode node, Scope.Source lookup, Scope scope, List<Lookup.Equality> on) {
        if (node.getKind() == SqlKind.AND) {
            ((SqlCall) node).getOperandList().forEach(part -> equalities(part, lookup, scope, on));
            return;
        }
        if (node.getKind() != SqlKind.EQUALS
                || !(((SqlCall) node).operand(0) instanceof SqlIdentifier left)
                || !(((SqlCall) node).operand(1) instanceof SqlIdentifier right)) {
            problems.add(
                    node,
                    "The join's condition is not made of equalities of columns, by which alone a lookup's row is found.",
                    REMEDY);
            return;
        }
        Optional<Column> one = scope.column(left);
        Optional<Column> other = scope.column(right);
        if (one.isPresent() && other.isPresent()) {
            boolean first = lookup.table().columns().contains(one.get());
            equality(node, first ? one.get() : other.get(), first ? other.get() : one.get(), lookup, on);
        }
    }

    private void equality(SqlNode node, Column inside, Column outside, Scope.Source lookup, List<Lookup.Equality> on) {
        List<Column> columns = lookup.table().columns();
        SqlType left = SqlType.of(inside.type());
        SqlType right = SqlType.of(outside.type());
        boolean alike = left.equals(right) || (left.isWhole() && right.isWhole()) || (left.isText() && right.isText());
        if (!columns.contains(inside) || columns.contains(outside)) {
            problems.add(node, "The condition does not compare the lookup's column with one in front of it.", REMEDY);
        } else if (!alike || !COMPARED.contains(left.kind()) || !COMPARED.contains(right.kind())) {
            problems.add(
                    node,
                    "Columns of the types " + left + " and " + right + " are not looked up by equality.",
                    "Join by whole numbers, texts, UUIDs, booleans, dates or timestamps of one type.");
        } else if (isGenerated(inside) || isGenerated(outside)) {
            problems.add(
                    node,
                    "Column " + (isGenerated(inside) ? inside : outside).name()
                            + " is generated, and the source's log leaves such columns out.",
                    "Join by columns that are not generated.");
        } else {
            on.add(new Lookup.Equality(inside.name().substring(lookup.prefix().length()), outside.name()));
        }
    }

    private static boolean isGenerated(Column column) {
        return column.generation() == Column.Generation.STORED;
    }
}
