package dev.switchback.transforms.mapping;

import java.util.ArrayList;
import java.util.List;

import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.SqlParserPos;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImpl;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.TableId;

/**
 * Reads a table's {@code SELECT} with Calcite and PostgreSQL's rule for names: in lower case unless quoted. Knows which
 * constructs this version can run, and collects what it cannot; whether columns exist is for the compiler to say.
 */
final class SelectParser {

    private static final SqlParser.Config POSTGRES = SqlParser.config()
            .withParserFactory(SqlBabelParserImpl.FACTORY)
            .withConformance(SqlConformanceEnum.BABEL)
            .withQuoting(Quoting.DOUBLE_QUOTE)
            .withUnquotedCasing(Casing.TO_LOWER)
            .withQuotedCasing(Casing.UNCHANGED);

    private static final String REMEDY = "For now write plain columns of the one table: SELECT a, b AS c FROM t.";

    private final TableId table;
    private final String where;
    private final List<Problem> problems = new ArrayList<>();

    private SelectParser(TableId table, String where) {
        this.table = table;
        this.where = where;
    }

    /**
     * One entry of the select list.
     *
     * @param column the source column; null for {@code *}
     * @param alias the destination column
     * @param place for {@link Problem#where()}
     */
    record Item(@Nullable String column, String alias, String place) {}

    /** @throws ProblemException with every construct that cannot be run */
    static List<Item> parse(TableId table, String select, String where) {
        SelectParser parser = new SelectParser(table, where);
        List<Item> items = parser.items(select);
        if (!parser.problems.isEmpty()) {
            throw new ProblemException(parser.problems);
        }
        return items;
    }

    private List<Item> items(String text) {
        SqlSelect select = select(text);
        refuseClauses(select);
        SqlNode from = select.getFrom();
        if (from == null) {
            problems.add(
                    new Problem(Problem.Kind.BAD_INPUT, where, "The SELECT has no FROM.", "Add FROM " + table + "."));
            return List.of();
        }
        List<List<String>> qualifiers = qualifiers(from);
        List<Item> items = new ArrayList<>();
        for (SqlNode node : select.getSelectList()) {
            item(node, qualifiers, items);
        }
        return items;
    }

    private SqlSelect select(String text) {
        try {
            SqlNode query = SqlParser.create(withoutSemicolon(text), POSTGRES).parseQuery();
            if (query instanceof SqlSelect select) {
                return select;
            }
            throw new ProblemException(noSelect(query));
        } catch (SqlParseException e) {
            String reason = String.valueOf(e.getMessage())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceAll(" at line .*", "");
            throw new ProblemException(
                    new Problem(
                            Problem.Kind.BAD_INPUT,
                            place(e.getPos()),
                            "This is not a SELECT that can be read: " + reason + ".",
                            "A column named like a keyword needs quotes: \"value\"."),
                    e);
        }
    }

    private List<Problem> noSelect(SqlNode query) {
        if (query instanceof SqlOrderBy ordered) {
            refuse(ordered.orderList.isEmpty() ? null : ordered.orderList, "ORDER BY");
            refuse(ordered.fetch, "LIMIT");
            refuse(ordered.offset, "OFFSET");
        } else {
            refuse(query, "A statement that is not one plain SELECT");
        }
        return problems;
    }

    private static String withoutSemicolon(String text) {
        String trimmed = text.stripTrailing();
        return trimmed.endsWith(";") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
    }

    private void refuseClauses(SqlSelect select) {
        refuse(select.isDistinct() ? select : null, "DISTINCT");
        refuse(select.getWhere(), "WHERE");
        refuse(select.getGroup(), "GROUP BY");
        refuse(select.getHaving(), "HAVING");
        refuse(select.getQualify(), "QUALIFY");
        refuse(select.getWindowList().isEmpty() ? null : select.getWindowList(), "WINDOW");
    }

    /** The names by which columns may be qualified: the alias, or else the table with or without its schema. */
    private List<List<String>> qualifiers(SqlNode from) {
        if (from instanceof SqlIdentifier name) {
            requireTable(name);
            return List.of(List.of(), List.of(table.name()), List.of(table.schema(), table.name()));
        }
        if (from instanceof SqlBasicCall call
                && call.getKind() == SqlKind.AS
                && call.operandCount() == 2
                && call.operand(0) instanceof SqlIdentifier name
                && call.operand(1) instanceof SqlIdentifier alias) {
            requireTable(name);
            return List.of(List.of(), List.of(alias.getSimple()));
        }
        refuse(from, from.getKind() == SqlKind.JOIN ? "A JOIN" : "A FROM of anything but one table");
        return List.of();
    }

    private void requireTable(SqlIdentifier name) {
        boolean same =
                name.names.equals(List.of(table.name())) || name.names.equals(List.of(table.schema(), table.name()));
        if (!same) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    place(name.getParserPosition()),
                    "The SELECT is from " + String.join(".", name.names) + " and not from its own table.",
                    "Write FROM " + table + "; rows of other tables come with joins, in a later version."));
        }
    }

    private void item(SqlNode node, List<List<String>> qualifiers, List<Item> items) {
        boolean aliased = node.getKind() == SqlKind.AS;
        SqlNode value = aliased ? ((SqlBasicCall) node).operand(0) : node;
        if (!(value instanceof SqlIdentifier column)) {
            refuse(value, "The expression " + value.toString().replace("`", "\""));
            return;
        }
        int last = column.names.size() - 1;
        List<String> qualifier = column.names.subList(0, last);
        if (!qualifiers.isEmpty() && !qualifiers.contains(qualifier)) {
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    place(column.getParserPosition()),
                    "Nothing in the FROM is called " + String.join(".", qualifier) + ".",
                    "Write the column alone, or in front of it " + String.join(".", qualifiers.get(1)) + "."));
            return;
        }
        String name = column.isStar() ? null : column.names.get(last);
        String alias =
                aliased ? ((SqlIdentifier) ((SqlBasicCall) node).operand(1)).getSimple() : column.names.get(last);
        items.add(new Item(name, alias, place(column.getParserPosition())));
    }

    private void refuse(@Nullable SqlNode node, String what) {
        if (node != null) {
            // Calcite places "a::b" somewhere in front of it.
            SqlNode start = node.getKind() == SqlKind.CAST ? ((SqlCall) node).operand(0) : node;
            problems.add(new Problem(
                    Problem.Kind.BAD_INPUT,
                    place(start.getParserPosition()),
                    what + " comes with a later version.",
                    REMEDY));
        }
    }

    private String place(@Nullable SqlParserPos position) {
        return position == null || position.getLineNum() < 1
                ? where
                : where + ", line " + position.getLineNum() + ", column " + position.getColumnNum() + " of the select";
    }
}
