package dev.switchback.transforms.sql;

import java.util.List;
import java.util.stream.Collectors;

import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;

/**
 * A table that a {@code SELECT} looks rows up in: {@code LEFT JOIN table alias ON alias.column = other}. At most one of
 * its rows fulfils the condition, since the condition names all columns of one of its keys.
 *
 * @param alias by which the {@code SELECT} calls it; unique in the {@code SELECT}
 * @param on the condition: all of these hold
 */
public record Lookup(TableSchema table, String alias, List<Equality> on) {

    /**
     * One equality of the condition.
     *
     * @param column of the lookup table
     * @param other as it is called in the joined row: a column of the table itself, or of a lookup in front of this one
     */
    public record Equality(String column, String other) {}

    public Lookup {
        on = List.copyOf(on);
    }

    /** What stands in front of its columns' names in the joined row. */
    String prefix() {
        return alias + ".";
    }

    /** How the joined row calls a column of it. */
    public String joined(String column) {
        return prefix() + column;
    }

    /** Its columns as the joined row has them: they are NULL where there is no row. */
    public TableSchema joined() {
        return new TableSchema(
                table.id(),
                table.columns().stream()
                        .map(column -> new Column(
                                joined(column.name()), column.type(), true, column.hasDefault(), column.generation()))
                        .toList(),
                List.of());
    }

    /** The columns by which its rows are found. */
    public List<String> columns() {
        return on.stream().map(Equality::column).toList();
    }

    String in(Dialect dialect, Spellings others) {
        String conditions = on.stream()
                .map(equality -> dialect.name(alias) + "." + dialect.name(equality.column()) + " = "
                        + others.of(equality.other()).in(dialect))
                .collect(Collectors.joining(" AND "));
        return " LEFT JOIN " + dialect.name(table.id().schema()) + "."
                + dialect.name(table.id().name()) + " AS " + dialect.name(alias) + " ON " + conditions;
    }

    /** How columns of the joined row are written. */
    interface Spellings {
        Spelling of(String joined);
    }
}
