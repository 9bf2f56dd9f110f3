package dev.switchback.transforms.mapping;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.Select.Output;
import dev.switchback.transforms.sql.SqlType;
import dev.switchback.transforms.sql.SqlType.Kind;

/**
 * Finds columns of a destination's key for which values that look different may be one to the destination: 7 and 7.0, 0
 * and -0, times that it rounds. Rows are told apart by what their keys look like, so that two such rows would overwrite
 * each other, and nobody would know. Stateless.
 *
 * <p>Of columns that the table itself hands on, the preflights of both databases know that much.
 */
final class KeyValues {

    private KeyValues() {}

    /** @param output an expression, or a column of a lookup */
    static Optional<Problem> problem(Output output, Column to, TableSchema destination) {
        ColumnType from = output.bare().map(Column::type).orElse(null);
        if (apart(output, from, to.type())) {
            return Optional.empty();
        }
        String filled = from == null ? type(output).toString() : from.declaration();
        return Optional.of(new Problem(
                Problem.Kind.REFUSED,
                output.place(),
                "Column " + to.name() + " of the key of " + destination.id() + " is "
                        + to.type().declaration() + " and gets values of type " + filled
                        + ", of which some that look different would be one there, so that rows could overwrite each"
                        + " other unseen.",
                "Select a whole number or a text for it, with a column of that type without a length or precision, or"
                        + " leave it out of key:."));
    }

    private static boolean apart(Output output, @Nullable ColumnType from, ColumnType to) {
        boolean limited = to.declaration().contains("(");
        boolean alike = from != null && from.declaration().equals(to.declaration());
        return switch (type(output).kind()) {
            case REAL, DOUBLE, INTERVAL, JSON, JSONB -> false;
            case SMALLINT, INTEGER, BIGINT -> takesWhole(to);
            case NUMERIC -> (alike && limited) || (castOfWhole(output) && takesWhole(to));
            case BPCHAR -> alike && limited;
            case TIME, TIMESTAMP, TIMESTAMPTZ -> alike || (!limited && isKept(output, to));
            // What an expression makes is measured before it is sent: the database would cut blanks off unseen.
            case TEXT, VARCHAR ->
                SqlType.of(to).is(Kind.TEXT, Kind.VARCHAR) && (from == null || to.length() >= from.length());
            default -> isKept(output, to);
        };
    }

    private static boolean isKept(Output output, ColumnType to) {
        return SqlType.of(to).is(type(output).kind(), Kind.TEXT);
    }

    private static SqlType type(Output output) {
        Expression expression = output.expression();
        return expression == null ? SqlType.of(output.column().orElseThrow().type()) : expression.type();
    }

    /** Such a numeric never has a fraction. */
    private static boolean castOfWhole(Output output) {
        return output.expression() != null
                && output.column()
                        .filter(column -> SqlType.of(column.type()).isWhole())
                        .isPresent();
    }

    /** A numeric of negative scale rounds even these. */
    private static boolean takesWhole(ColumnType to) {
        return !to.declaration().contains(",-");
    }
}
