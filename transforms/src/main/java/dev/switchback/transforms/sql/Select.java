package dev.switchback.transforms.sql;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A table's {@code SELECT}, each part of it typed and known to compute what the source would. Immutable.
 *
 * @param filter of type boolean: a row of which it is not true is left out
 * @param inputs the columns that expressions and filter read, in the order in which {@link Evaluator}s get their values
 * @param alias by which the {@code SELECT} calls its table
 * @param lookups in the order in which they are joined; their columns have {@code alias.} in front of their names
 */
public record Select(
        List<Output> outputs, Optional<Expression> filter, List<Column> inputs, String alias, List<Lookup> lookups) {

    public Select {
        outputs = List.copyOf(outputs);
        inputs = List.copyOf(inputs);
        lookups = List.copyOf(lookups);
    }

    /**
     * One entry of the select list: a bare column, whose values nothing touches, or an expression.
     *
     * @param place for {@link dev.switchback.transforms.problem.Problem#where()}
     * @param column the bare column, or the one that the expression only casts without loss, or of which it tells the
     *     instant of a reading: either gives it back
     * @param expression null for a bare column
     * @param zone whose clocks showed the reading; null where the expression is none of an instant
     */
    public record Output(
            String name,
            String place,
            Optional<Column> column,
            @Nullable Expression expression,
            @Nullable String zone) {

        public Output {
            if (column.isEmpty() && expression == null) {
                throw new IllegalArgumentException(name + " is neither a column nor an expression");
            }
        }

        /** The column that it hands on as it is. */
        public Optional<Column> bare() {
            return expression == null ? column : Optional.empty();
        }

        /** The source columns that it reads. */
        public Set<String> columns() {
            return expression == null ? Set.of(column.orElseThrow().name()) : expression.columns();
        }

        String in(Dialect dialect, Lookup.Spellings columns) {
            String value = expression == null
                    ? columns.of(column.orElseThrow().name()).in(dialect)
                    : expression.spelling().in(dialect);
            return value + " AS " + dialect.name(name);
        }
    }

    /**
     * Parses and checks.
     *
     * @param lookups where joined tables are found
     * @param zones where time zones are found
     * @param where for {@link dev.switchback.transforms.problem.Problem#where()}: {@code stores.yaml:12, public.store}
     * @throws ProblemException with everything about the {@code SELECT} that cannot be run, each with line and column
     */
    public static Select of(TableSchema table, String text, LookupTables lookups, TimeZones zones, String where) {
        return new SelectReader(table, lookups, zones, where).read(text);
    }

    /** Every column under its own name. */
    public static Select all(TableSchema table, String where) {
        return new Select(
                table.columns().stream()
                        .map(column -> new Output(column.name(), where, Optional.of(column), null, null))
                        .toList(),
                Optional.empty(),
                List.of(),
                table.id().name(),
                List.of());
    }

    /** Every column of the joined row that it reads. */
    public Set<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        outputs.forEach(output -> columns.addAll(output.columns()));
        columns.addAll(interpreted());
        return columns;
    }

    private Set<String> interpreted() {
        Set<String> columns = new LinkedHashSet<>();
        outputs.stream()
                .filter(output -> output.expression() != null)
                .forEach(output -> columns.addAll(output.columns()));
        filter.ifPresent(expression -> columns.addAll(expression.columns()));
        for (Lookup lookup : lookups) {
            lookup.on().forEach(equality -> {
                columns.add(lookup.joined(equality.column()));
                columns.add(equality.other());
            });
        }
        return columns;
    }

    /** Whether expressions or the filter look into texts. */
    public boolean readsTexts() {
        return inputs.stream()
                .map(column -> SqlType.of(column.type()))
                .anyMatch(type -> type.isText() || type.is(SqlType.Kind.OTHER, SqlType.Kind.JSON, SqlType.Kind.JSONB));
    }

    /** The columns of its own table that it reads. */
    public Set<String> ownColumns() {
        return own(columns());
    }

    /** The columns of a lookup that it reads, as the lookup's table calls them. */
    public Set<String> columnsOf(Lookup lookup) {
        return of(lookup, columns());
    }

    /**
     * The columns whose values its expressions, filter and joins look into, by table: what they make of a text may depend
     * on its column's collation. All others are only handed on.
     */
    public Map<TableId, Set<String>> interpreted(TableId table) {
        Map<TableId, Set<String>> columns = new LinkedHashMap<>();
        columns.put(table, own(interpreted()));
        lookups.forEach(lookup -> columns.computeIfAbsent(lookup.table().id(), any -> new LinkedHashSet<>())
                .addAll(of(lookup, interpreted())));
        columns.values().removeIf(Set::isEmpty);
        return columns;
    }

    private Set<String> own(Set<String> joined) {
        Set<String> columns = new LinkedHashSet<>(joined);
        lookups.forEach(lookup -> columns.removeIf(name -> name.startsWith(lookup.prefix())));
        return columns;
    }

    private static Set<String> of(Lookup lookup, Set<String> joined) {
        return joined.stream()
                .filter(name -> name.startsWith(lookup.prefix()))
                .map(name -> name.substring(lookup.prefix().length()))
                .collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** Its table's rows with those of the lookups beside them. */
    public TableSchema joined(TableSchema table) {
        List<Column> columns = new ArrayList<>(table.columns());
        lookups.forEach(lookup -> columns.addAll(lookup.joined().columns()));
        return new TableSchema(table.id(), columns, table.key());
    }

    /**
     * As one statement that says the same in the SQL of a database, with the names of the source. The session's settings
     * must be those under which values are captured: ISO dates, time zone UTC.
     *
     * @throws UnsupportedOperationException where that database has no known equal
     */
    public String in(Dialect dialect, TableId table) {
        Lookup.Spellings columns = this::spelling;
        StringBuilder sql = new StringBuilder("SELECT ");
        sql.append(outputs.stream().map(output -> output.in(dialect, columns)).collect(Collectors.joining(", ")));
        sql.append(" FROM ").append(dialect.name(table.schema())).append('.').append(dialect.name(table.name()));
        if (!lookups.isEmpty()) {
            sql.append(" AS ").append(dialect.name(alias));
            lookups.forEach(lookup -> sql.append(lookup.in(dialect, columns)));
        }
        filter.ifPresent(
                expression -> sql.append(" WHERE ").append(expression.spelling().in(dialect)));
        return sql.toString();
    }

    private Spelling spelling(String joined) {
        if (lookups.isEmpty()) {
            return dialect -> dialect.name(joined);
        }
        for (Lookup lookup : lookups) {
            if (joined.startsWith(lookup.prefix())) {
                String column = joined.substring(lookup.prefix().length());
                return dialect -> dialect.name(lookup.alias()) + "." + dialect.name(column);
            }
        }
        return dialect -> dialect.name(alias) + "." + dialect.name(joined);
    }

    /** Turns a column's carried value into the form that evaluators take. */
    public static Object decode(Column column, Object carried) {
        return SqlType.of(column.type()).decode(carried);
    }
}
