package dev.switchback.parity;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

import dev.switchback.transforms.postgres.ValueException;
import dev.switchback.transforms.schema.Carrier;
import dev.switchback.transforms.schema.Column;
import dev.switchback.transforms.schema.ColumnType;
import dev.switchback.transforms.schema.TableId;
import dev.switchback.transforms.schema.TableSchema;
import dev.switchback.transforms.sql.Dialect;
import dev.switchback.transforms.sql.Expression;
import dev.switchback.transforms.sql.LookupTables;
import dev.switchback.transforms.sql.Select;
import dev.switchback.transforms.sql.TimeZones;

/** A case as the mapping compiler sees it. */
final class CompiledCase {

    private static final TableId TABLE = TableId.parse("public.t");

    private final TableSchema table;
    private final Select select;
    private final Expression expression;

    CompiledCase(ParityCase parity) {
        List<Column> columns = new ArrayList<>();
        for (int i = 0; i < parity.types().size(); i++) {
            columns.add(Column.of(
                    ParityCase.column(i),
                    type(ParityServer.declared(parity.types().get(i)))));
        }
        this.table = new TableSchema(TABLE, columns, List.of());
        this.select = Select.of(
                table, "SELECT " + parity.expression() + " AS r FROM t", LookupTables.NONE, TimeZones.JAVA, "case");
        this.expression = Objects.requireNonNull(select.outputs().get(0).expression());
    }

    static ColumnType type(String declared) {
        String name =
                switch (declared) {
                    case "character(6)" -> "bpchar";
                    case "bit(3)" -> "\"bit\"";
                    default -> declared;
                };
        Carrier carrier =
                switch (name) {
                    case "boolean" -> Carrier.BOOLEAN;
                    case "smallint", "integer" -> Carrier.INT32;
                    case "bigint", "oid" -> Carrier.INT64;
                    case "real" -> Carrier.FLOAT32;
                    case "double precision" -> Carrier.FLOAT64;
                    case "bytea" -> Carrier.BYTES;
                    default -> Carrier.TEXT;
                };
        return new ColumnType(name, declared, carrier, true);
    }

    /** As {@code pg_typeof} has it. */
    String type() {
        return expression.type().name();
    }

    /** The expression as it is written back. */
    String spelled() {
        String sql = select.in(Dialect.POSTGRES, TABLE);
        return sql.substring("SELECT ".length(), sql.indexOf(" AS \"r\" FROM"));
    }

    /** The result as its type prints it, or {@code an error}. */
    String evaluate(List<@Nullable String> printed) {
        try {
            @Nullable Object[] values = new @Nullable Object[select.inputs().size()];
            for (int i = 0; i < values.length; i++) {
                Column column = select.inputs().get(i);
                @Nullable String text = printed.get(table.columns().indexOf(column));
                values[i] = text == null
                        ? null
                        : Select.decode(column, carried(column.type().carrier(), text));
            }
            @Nullable Object result = expression.evaluator().evaluate(values);
            return result == null ? "null" : expression.type().text(result);
        } catch (ValueException e) {
            return "an error";
        }
    }

    private static Object carried(Carrier carrier, String text) {
        return switch (carrier) {
            case BOOLEAN -> text.equals("t");
            case INT32 -> Integer.valueOf(text);
            case INT64 -> Long.valueOf(text);
            case FLOAT32 -> Float.valueOf(text);
            case FLOAT64 -> Double.valueOf(text);
            case BYTES -> java.util.HexFormat.of().parseHex(text.substring(2));
            case TEXT -> text;
        };
    }
}
