package dev.switchback.pipeline.cases;

import java.util.HexFormat;

import org.jspecify.annotations.Nullable;

import dev.switchback.connectors.postgres.PostgresTable;
import dev.switchback.connectors.postgres.PostgresType;
import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.sql.ColumnInput;

/** Between a column's values and their texts. Stateless. */
final class ColumnTexts {

    private ColumnTexts() {}

    /**
     * What the column has once the text was written into it.
     *
     * @throws ValueException when the database would refuse it, or the form is one that only the database reads
     */
    static Object read(PostgresTable table, Column column, String text) {
        PostgresType type = table.type(column.name());
        PostgresType base = type.withoutDomains();
        if (base.kind() == PostgresType.Kind.ENUM && !base.labels().contains(text)) {
            throw new ValueException("invalid input value for enum " + base.name() + ": \"" + text + "\"");
        }
        if (base.kind() != PostgresType.Kind.BASE) {
            return text;
        }
        return switch (base.name()) {
            case "jsonb" -> JsonbText.of(text);
            case "json" -> {
                JsonbText.check(text);
                yield text;
            }
            default -> ColumnInput.read(type(column, type, base), text);
        };
    }

    /** A value as people read it, and as {@link #read} takes it; NULL without quotes is NULL. */
    static String show(@Nullable Object value) {
        if (value == null) {
            return "NULL";
        }
        if (value instanceof byte[] bytes) {
            return "\\x" + HexFormat.of().formatHex(bytes);
        }
        String text = value.toString();
        return text.isEmpty() || text.equals("NULL") || !text.equals(text.strip()) ? '"' + text + '"' : text;
    }

    /** A domain is read as what it stands for; what else it demands, only the database knows. */
    private static ColumnType type(Column column, PostgresType type, PostgresType base) {
        return type.kind() == PostgresType.Kind.DOMAIN
                ? new ColumnType(
                        base.name(),
                        base.name(),
                        column.type().carrier(),
                        column.type().toastable())
                : column.type();
    }
}
