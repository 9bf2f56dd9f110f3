package dev.switchback.transforms.sql;

/** The SQL of one database, where it differs in how names and strings are written. */
public enum Dialect {
    POSTGRES('"'),
    MYSQL('`');

    private final char quote;

    Dialect(char quote) {
        this.quote = quote;
    }

    /** A name as it stands in the catalogue. */
    public String name(String name) {
        String mark = String.valueOf(quote);
        return mark + name.replace(mark, mark + mark) + mark;
    }

    /** A string literal. PostgreSQL takes a backslash by its word ({@code standard_conforming_strings}), MySQL does not. */
    public String string(String text) {
        String quoted = text.replace("'", "''");
        return "'" + (this == MYSQL ? quoted.replace("\\", "\\\\") : quoted) + "'";
    }
}
