package dev.switchback.transforms.sql;

import java.util.Optional;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.Texts;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.sql.SqlType.Kind;

/** How the value of an expression gets into the carrier of the column that it fills. Immutable. */
public final class Assignment {

    private final SqlType from;
    private final Carrier carrier;
    private final int length;

    private Assignment(SqlType from, ColumnType to) {
        this.from = from;
        this.carrier = to.carrier();
        this.length = to.length();
    }

    /** Empty where a value would have to change on the way, which only a cast should make it do. */
    public static Optional<Assignment> of(Expression expression, Column column) {
        SqlType from = expression.type();
        SqlType to = SqlType.of(column.type());
        boolean nothing = expression.isConstant() && expression.constantValue() == null;
        boolean sameTexts = from.is(Kind.TEXT, Kind.VARCHAR) && to.is(Kind.TEXT, Kind.VARCHAR);
        boolean longer = from.isWhole() && to.is(Kind.INTEGER, Kind.BIGINT, Kind.NUMERIC) && Casts.isImplicit(from, to);
        boolean finer = from.kind() == Kind.REAL && to.kind() == Kind.DOUBLE;
        return (nothing || from.equals(to) || sameTexts || longer || finer)
                ? Optional.of(new Assignment(from, column.type()))
                : Optional.empty();
    }

    /** Whether a cast, which may change values, makes the expression fit the column. */
    public static boolean castFits(Expression expression, Column column) {
        SqlType to = SqlType.of(column.type());
        return TypeName.isCastTo(to) && Casts.conversion(expression.type(), to).isPresent();
    }

    /**
     * NULL stays NULL.
     *
     * @throws ValueException for a text that is too long, even if only by blanks: the database would cut those off
     */
    public @Nullable Object apply(@Nullable Object value) {
        if (value == null) {
            return null;
        }
        if (value instanceof String text && text.length() > length && Texts.length(text) > length) {
            throw new ValueException("value too long for type character varying(" + length + ")");
        }
        return from.encode(value, carrier);
    }
}
