package dev.switchback.transforms.mapping;

import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.Select.Output;

/**
 * Finds out whether an update may lack what a mapping needs: values that PostgreSQL leaves out of its log, since they are
 * stored out of line and have not changed, or the old row. Stateless.
 */
final class FullIdentity {

    /** Values of no more bytes than this stay in the row: a pointer to elsewhere would be as long. */
    private static final int INLINE_BYTES = 24;

    private static final Pattern NUMERIC = Pattern.compile("numeric\\((\\d+),.*");
    private static final Pattern TEXT = Pattern.compile("(?:character varying|character|bit varying|bit)\\((\\d+)\\)");

    private FullIdentity() {}

    static Optional<String> reason(TableSchema source, Selection selection, List<String> key) {
        Set<String> sourceKey = new HashSet<>(source.key());
        Set<String> moving = new HashSet<>();
        key.forEach(name -> selection.output(name).ifPresent(output -> moving.addAll(output.columns())));
        moving.removeAll(sourceKey);
        if (!moving.isEmpty()) {
            return Optional.of("its destination key is made of " + String.join(", ", moving)
                    + " too, so that an update may move the row");
        }
        Optional<Expression> filter =
                selection.filter().filter(expression -> !sourceKey.containsAll(expression.columns()));
        Optional<String> large = selection.reads().stream()
                .filter(name -> mayBeLeftOut(source, name))
                .findFirst();
        if (filter.isPresent() && large.isPresent()) {
            return Optional.of("an update may bring a row into its filter without bringing " + large.get());
        }
        for (Output output : selection.select().outputs()) {
            Set<String> changing = new HashSet<>(output.columns());
            changing.removeAll(sourceKey);
            Optional<String> left =
                    changing.stream().filter(name -> mayBeLeftOut(source, name)).findFirst();
            if (changing.size() > 1 && left.isPresent()) {
                return Optional.of(output.name() + " is computed from " + String.join(", ", output.columns())
                        + ", and an update may bring the others without " + left.get());
            }
        }
        return Optional.empty();
    }

    private static boolean mayBeLeftOut(TableSchema source, String name) {
        Column column = source.column(name).orElseThrow();
        return column.type().toastable() && longest(column.type().declaration()) > INLINE_BYTES;
    }

    /** In bytes, with its header. */
    private static long longest(String declaration) {
        Matcher numeric = NUMERIC.matcher(declaration);
        if (numeric.matches()) {
            // Four digits in two bytes, begun anew at the point.
            return 8 + 2 * (Long.parseLong(numeric.group(1)) / 4 + 2);
        }
        Matcher text = TEXT.matcher(declaration);
        return text.matches() ? 4 + 4 * Long.parseLong(text.group(1)) : Long.MAX_VALUE;
    }
}
