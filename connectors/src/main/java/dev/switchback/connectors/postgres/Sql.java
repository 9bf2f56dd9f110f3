package dev.switchback.connectors.postgres;

import dev.switchback.transforms.schema.TableId;

/** Quoting of names and literals. The only place that puts quotes around anything. Stateless. */
public final class Sql {

    private Sql() {}

    public static String name(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    public static String name(TableId table) {
        return name(table.schema()) + '.' + name(table.name());
    }

    public static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }
}
