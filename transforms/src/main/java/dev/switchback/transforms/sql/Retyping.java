package dev.switchback.transforms.sql;

import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.Numeric;
import dev.switchback.transforms.postgres.Times;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.postgres.Zone;
import dev.switchback.transforms.problem.Problem;
import dev.switchback.transforms.problem.ProblemException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.sql.Expression.Conversion;
import dev.switchback.transforms.sql.Select.Output;
import dev.switchback.transforms.sql.SqlType.Kind;

/**
 * The values of one column as those of another, out of which they would become what they were: a value of which that is
 * not so is an error. Immutable.
 *
 * @param zone whose clocks show at an instant of the one what the other has; null where they are not instant and reading
 */
public record Retyping(Column from, Column to, @Nullable String zone) {

    private static final Pattern MODIFIER = Pattern.compile(".*\\((\\d+)(?:,(-?\\d+))?\\).*");

    /** Between the same columns the other way. */
    public Retyping inverted() {
        return new Retyping(to, from, zone);
    }

    /** Whether there is such a way between the types at all. */
    public boolean exists() {
        boolean compared = Comparisons.hasEquality(fromType())
                && Casts.conversion(toType(), fromType()).isPresent();
        return isPlain()
                || zone != null
                || (Casts.conversion(fromType(), toType()).isPresent() && (isLossless() || compared));
    }

    /** All of them as the {@code SELECT} from their table. */
    public static Select select(TableId table, List<Retyping> columns, TimeZones zones, String where) {
        List<Column> inputs = columns.stream()
                .filter(column -> !column.isPlain())
                .map(Retyping::from)
                .toList();
        List<Output> outputs = columns.stream()
                .map(column -> column.output(inputs.indexOf(column.from()), zones, where))
                .toList();
        return new Select(outputs, Optional.empty(), inputs, table.name(), List.of());
    }

    private SqlType fromType() {
        return SqlType.of(from.type());
    }

    private SqlType toType() {
        return SqlType.of(to.type());
    }

    /** Whether values are handed on as they are: of some types only the text is known, and their database reads it. */
    private boolean isPlain() {
        boolean texts = fromType().isText() && toType().isText();
        boolean onlyText = toType().is(Kind.OTHER, Kind.JSON, Kind.JSONB)
                || (fromType().kind() == Kind.OTHER
                        && toType().isText()
                        && from.type().carrier() == to.type().carrier());
        return zone == null && (onlyText || texts || (fromType().equals(toType()) && !rounds()));
    }

    /** Whether no value can be altered, so that none is looked at again. */
    private boolean isLossless() {
        boolean lossless = zone == null ? Casts.isLossless(fromType(), toType()) : toType().kind() == Kind.TIMESTAMPTZ;
        return lossless && !rounds();
    }

    private boolean rounds() {
        return toType().is(Kind.NUMERIC, Kind.TIME, Kind.TIMESTAMP, Kind.TIMESTAMPTZ)
                && MODIFIER.matcher(to.type().declaration()).matches()
                && !to.type().declaration().equals(from.type().declaration());
    }

    private Output output(int slot, TimeZones zones, String where) {
        if (isPlain()) {
            return new Output(to.name(), where, Optional.of(from), null, null);
        }
        Zone clocks = zone == null ? null : clocks(zone, zones, where);
        Conversion conversion = checked(conversion(fromType(), toType(), clocks), clocks);
        Expression column =
                new Expression(fromType(), row -> row[slot], Set.of(from.name()), dialect -> dialect.name(from.name()));
        Expression converted = column.converted(toType(), conversion);
        Expression expression =
                new Expression(toType(), converted.evaluator(), converted.columns(), spelling(column.spelling()));
        boolean kept = fromType().equals(toType()) || isLossless();
        return new Output(
                to.name(), where, kept ? Optional.of(from) : Optional.empty(), expression, kept ? zone : null);
    }

    private static Zone clocks(String zone, TimeZones zones, String where) {
        TimeZones.Found found = zones.find(zone);
        if (found instanceof TimeZones.Refused refused) {
            throw new ProblemException(new Problem(Problem.Kind.REFUSED, where, refused.what(), refused.remedy()));
        }
        return ((TimeZones.Known) found).zone();
    }

    private Spelling spelling(Spelling column) {
        String name = zone;
        Spelling type = rounds() ? dialect -> to.type().declaration() : new TypeName(toType(), -1, -1).spelling();
        return name == null
                ? Spelling.of("CAST(", column, " AS ", type, ")")
                : Spelling.call("timezone", List.of(dialect -> dialect.string(name), column));
    }

    private static Conversion conversion(SqlType from, SqlType to, @Nullable Zone clocks) {
        if (clocks == null) {
            return Casts.conversion(from, to).orElseThrow();
        }
        return from.kind() == Kind.TIMESTAMP
                ? reading -> clocks.instant((Long) reading)
                : instant -> clocks.reading((Long) instant);
    }

    private Conversion checked(Conversion there, @Nullable Zone clocks) {
        if (isLossless()) {
            return there;
        }
        Conversion fit = fit();
        Conversion back = conversion(toType(), fromType(), clocks);
        Comparator<Object> comparator = Comparisons.comparator(fromType());
        return value -> {
            Object result = Objects.requireNonNull(fit.apply(Objects.requireNonNull(there.apply(value))));
            Object again = Objects.requireNonNull(back.apply(result));
            if (comparator.compare(again, value) != 0) {
                throw new ValueException(fromType().text(value) + " would become " + toType().text(result)
                        + (zone == null ? "" : " in " + zone) + ", which stands for "
                        + fromType().text(again));
            }
            return result;
        };
    }

    /** What the column's modifier does to a value. */
    private Conversion fit() {
        Matcher modifier = MODIFIER.matcher(to.type().declaration());
        if (!rounds() || !modifier.matches()) {
            return value -> value;
        }
        int digits = Integer.parseInt(modifier.group(1));
        int scale = modifier.group(2) == null ? 0 : Integer.parseInt(modifier.group(2));
        return toType().kind() == Kind.NUMERIC
                ? value -> ((Numeric) value).fit(digits, scale)
                : value -> Times.round((Long) value, digits);
    }
}
