package dev.switchback.connectors.postgres;

import dev.switchback.transforms.schema.TableId;

/** Quoting of names and literals. The only place that puts quotes around anything. */
final class Sql {

    private Sql() {}

    static String name(String identifier) {
        return '"' + identifier.replace("\"", "\"\"") + '"';
    }

    static String name(TableId table) {
        return name(table.schema()) + '.' + name(table.name());
    }

    static String literal(String text) {
        String quoted = "'" + text.replace("'", "''") + "'";
        return text.indexOf('\\') < 0 ? quoted : " E" + quoted.replace("\\", "\\\\");
    }
}
