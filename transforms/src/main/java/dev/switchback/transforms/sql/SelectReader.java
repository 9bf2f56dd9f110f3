package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import org.apache.calcite.avatica.util.Casing;
import org.apache.calcite.avatica.util.Quoting;
import org.apache.calcite.sql.SqlBasicCall;
import org.apache.calcite.sql.SqlCall;
import org.apache.calcite.sql.SqlDataTypeSpec;
import org.apache.calcite.sql.SqlIdentifier;
import org.apache.calcite.sql.SqlKind;
import org.apache.calcite.sql.SqlLiteral;
import org.apache.calcite.sql.SqlNode;
import org.apache.calcite.sql.SqlOrderBy;
import org.apache.calcite.sql.SqlSelect;
import org.apache.calcite.sql.parser.SqlParseException;
import org.apache.calcite.sql.parser.SqlParser;
import org.apache.calcite.sql.parser.babel.SqlBabelParserImpl;
import org.apache.calcite.sql.validate.SqlConformanceEnum;
import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Select.Output;

/**
 * Reads a table's {@code SELECT} with Calcite and PostgreSQL's rule for names: in lower case unless quoted. Collects
 * everything that cannot be run.
 */
final class SelectReader {

    private static final SqlParser.Config POSTGRES = SqlParser.config()
            .withParserFactory(SqlBabelParserImpl.FACTORY)
            .withConformance(SqlConformanceEnum.BABEL)
            .withQuoting(Quoting.DOUBLE_QUOTE)
            .withUnquotedCasing(Casing.TO_LOWER)
            .withQuotedCasing(Casing.UNCHANGED);

    private static final String REMEDY =
            "A mapping is SELECT expressions FROM one table, LEFT JOINs to lookup tables, WHERE a condition, and turns"
                    + " each row into one row.";

    private final TableSchema table;
    private final LookupTables tables;
    private final TimeZones zones;
    private final SqlProblems problems;

    SelectReader(TableSchema table, LookupTables tables, TimeZones zones, String where) {
        this.table = table;
        this.tables = tables;
        this.zones = zones;
        this.problems = new SqlProblems(where);
    }

    /** @throws ProblemException with everything that cannot be run */
    Select read(String text) {
        SqlSelect select = parse(text);
        refuseClauses(select);
        SqlNode from = select.getFrom();
        if (from == null) {
            problems.add(problems.where(), "The SELECT has no FROM.", "Add FROM " + table.id() + ".");
            throw problems.exception();
        }
        FromReader tablesRead = new FromReader(table, tables, problems);
        Scope scope = tablesRead.read(from);
        ExpressionBinder binder = new ExpressionBinder(scope, zones, problems);
        List<Output> outputs = new ArrayList<>();
        for (SqlNode node : select.getSelectList()) {
            output(node, scope, binder, outputs);
        }
        SqlNode where = select.getWhere();
        Expression filter = where == null ? null : new LogicForms(binder).truth(where);
        if (!problems.isEmpty()) {
            throw problems.exception();
        }
        return new Select(
                outputs, Optional.ofNullable(filter), scope.columns(), tablesRead.alias(), tablesRead.lookups());
    }

    private SqlSelect parse(String text) {
        try {
            SqlNode query = SqlParser.create(withoutSemicolon(text), POSTGRES).parseQuery();
            if (query instanceof SqlSelect select) {
                return select;
            }
            refuseQuery(query);
            throw problems.exception();
        } catch (SqlParseException e) {
            String reason = String.valueOf(e.getMessage())
                    .lines()
                    .findFirst()
                    .orElse("")
                    .replaceAll(" at line .*", "");
            throw new ProblemException(
                    SqlProblems.problem(
                            problems.place(e.getPos()),
                            "This is not a SELECT that can be read: " + reason + ".",
                            hint(reason)),
                    e);
        }
    }

    /** PostgreSQL writes some things in a way that the parser does not know; each has a function that is the same. */
    private static String hint(String reason) {
        if (reason.contains("\"->")) {
            return "Instead of -> and ->> write json_extract_path(a, 'b') and json_extract_path_text(a, 'b'), or jsonb_….";
        }
        if (reason.toLowerCase(Locale.ROOT).contains("\"time\"")) {
            return "Instead of a AT TIME ZONE 'Europe/Berlin' write timezone('Europe/Berlin', a).";
        }
        return reason.contains("\"\\'")
                ? "Write an interval as INTERVAL '1' DAY, and strings in single quotes."
                : "A column named like a keyword needs quotes: \"value\".";
    }

    private void refuseQuery(SqlNode query) {
        if (query instanceof SqlOrderBy ordered) {
            refuse(ordered.orderList.isEmpty() ? null : ordered.orderList, "ORDER BY");
            refuse(ordered.fetch, "LIMIT");
            refuse(ordered.offset, "OFFSET");
        } else {
            refuse(query, "A statement that is not one plain SELECT");
        }
    }

    private static String withoutSemicolon(String text) {
        String trimmed = text.stripTrailing();
        return trimmed.endsWith(";") ? trimmed.substring(0, trimmed.length() - 1) : trimmed;
    }

    private void refuseClauses(SqlSelect select) {
        refuse(select.isDistinct() ? select : null, "DISTINCT");
        refuse(select.getGroup(), "GROUP BY");
        refuse(select.getHaving(), "HAVING");
        refuse(select.getQualify(), "QUALIFY");
        refuse(select.getWindowList().isEmpty() ? null : select.getWindowList(), "WINDOW");
    }

    private void output(SqlNode node, Scope scope, ExpressionBinder binder, List<Output> outputs) {
        boolean aliased = node.getKind() == SqlKind.AS;
        SqlNode value = aliased ? ((SqlBasicCall) node).operand(0) : node;
        String alias = aliased ? ((SqlIdentifier) ((SqlBasicCall) node).operand(1)).getSimple() : null;
        if (value instanceof SqlIdentifier name && name.isStar()) {
            star(name, scope, outputs);
        } else if (value instanceof SqlIdentifier name && !isRefusedWord(name, scope)) {
            String own = name.names.get(name.names.size() - 1);
            scope.column(name)
                    .ifPresent(column -> outputs.add(new Output(
                            alias == null ? own : alias, problems.place(name), Optional.of(column), null, null)));
        } else {
            computed(value, alias, scope, binder, outputs);
        }
    }

    private void star(SqlIdentifier name, Scope scope, List<Output> outputs) {
        for (Scope.Source source : scope.qualified(name)) {
            for (Column column : source.table().columns()) {
                String own = column.name().substring(source.prefix().length());
                outputs.add(new Output(own, problems.place(name), Optional.of(column), null, null));
            }
        }
    }

    private static boolean isRefusedWord(SqlIdentifier name, Scope scope) {
        return name.isSimple()
                && !scope.knows(name.getSimple())
                && Refusals.of(name.getSimple()).isPresent();
    }

    /** The column of which the value is nothing but a lossless cast. */
    private Optional<Column> castColumn(SqlNode value, Scope scope) {
        if (value.getKind() != SqlKind.CAST
                || !(((SqlCall) value).operand(0) instanceof SqlIdentifier name)
                || !(((SqlCall) value).operand(1) instanceof SqlDataTypeSpec declared)) {
            return Optional.empty();
        }
        return scope.column(name).filter(column -> TypeName.of(declared)
                .filter(target -> target.precision() < 0)
                .filter(target -> Casts.isLossless(SqlType.of(column.type()), target.type()))
                .isPresent());
    }

    /** The zone, where the value is nothing but the instant at which its clocks show what a column has. */
    private Optional<Zoned> zoned(SqlNode value, Scope scope) {
        if (!(value instanceof SqlCall call)
                || !call.getOperator().getName().equalsIgnoreCase("timezone")
                || call.operandCount() != 2
                || !(call.operand(0) instanceof SqlLiteral zone)
                || !(call.operand(1) instanceof SqlIdentifier name)) {
            return Optional.empty();
        }
        return scope.column(name)
                .filter(column -> SqlType.of(column.type()).kind() == SqlType.Kind.TIMESTAMP)
                .map(column -> new Zoned(column, TimeForms.zone(zone.getValueAs(String.class))));
    }

    private record Zoned(Column column, @Nullable String zone) {}

    private void computed(
            SqlNode value, @Nullable String alias, Scope scope, ExpressionBinder binder, List<Output> outputs) {
        if (alias == null) {
            problems.add(value, "The expression has no name.", "Add AS and the destination column's name.");
        }
        Expression expression = binder.bind(value);
        if (expression != null && alias != null) {
            Expression typed = expression.isUnknown() ? Casts.coerce(expression, SqlType.TEXT) : expression;
            Optional<Zoned> zoned = zoned(value, scope);
            Optional<Column> column = zoned.map(Zoned::column).or(() -> castColumn(value, scope));
            outputs.add(new Output(
                    alias,
                    problems.place(value),
                    column,
                    typed,
                    zoned.map(Zoned::zone).orElse(null)));
        }
    }

    private void refuse(@Nullable SqlNode node, String what) {
        if (node != null) {
            problems.add(node, what + " is not for mappings.", REMEDY);
        }
    }
}
